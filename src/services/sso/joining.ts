import type { Transaction } from '../../database/database.js';
import { query, rowOf } from '../../database/query.js';
import { isAddress } from '../../domain/address.js';
import { DomainError } from '../../domain/errors.js';
import { SignInRefusal } from '../../domain/sign-in-refusal.js';
import { invitedNow } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { acceptAs, type Proven } from '../invitations/accept.js';
import { createMemberWithin } from '../members/change.js';
import { findOrCreateAccount } from '../rows/accounts.js';
import { findByToken } from '../rows/invitations.js';
import type { MemberRow } from '../rows/members.js';
import { isAddressProven, isOfVerifiedDomain, type ProvenIdentity } from './matching.js';
import type { SignInSettings } from './settings.js';

/** A person who became a member by signing in, and the reason. */
export interface Joined {
  readonly member: MemberRow;
  readonly by: 'INVITED' | 'JOINED';
}

/**
 * Adds a person who is not a member of the workspace: because they were invited, or because the workspace lets people
 * join on sign-in (rule 41).
 * @throws SignInRefusal with the reason when they cannot join
 */
export async function join(
  context: ServiceContext,
  tx: Transaction,
  settings: SignInSettings,
  {
    identity,
    invitationToken,
    sessionId,
  }: {
    readonly identity: ProvenIdentity;
    readonly invitationToken: string | null;
    readonly sessionId: string;
  },
): Promise<Joined> {
  const { workspaceId } = settings;
  const { address } = identity;
  if (address === null || !isAddress(address))
    throw new SignInRefusal('ADDRESS_MISSING', addressDetail(address), identity);
  if (!(await isAddressProven(tx, settings, identity)))
    throw new SignInRefusal('ADDRESS_NOT_VERIFIED', null, identity);
  const proven: Omit<Proven, 'accountId'> = { sessionId, email: address, method: 'PROVIDER', workspaceId };
  try {
    const invitation = invitationToken === null ? undefined : await findByToken(tx, invitationToken, address);
    if (invitation?.workspaceId === workspaceId) {
      const accountId = await findOrCreateAccount(tx, address);
      const { member } = await acceptAs(context, tx, invitation.lookup, { ...proven, accountId });
      return { member, by: 'INVITED' };
    }
    await requireJoining(tx, settings, identity, address);
    const accountId = await findOrCreateAccount(tx, address);
    await requireNotRemoved(tx, workspaceId, accountId, identity);
    const { member } = await createMemberWithin(asPerson(context, { ...proven, accountId }), tx, {
      workspaceId,
      address,
      userName: address,
      grantNow: () => invitedNow(tx, workspaceId),
      requestFor: () => ({ mode: 'CREATE', userName: address }),
    });
    return { member, by: 'JOINED' };
  } catch (error) {
    throw error instanceof DomainError ? refusalToJoin(error, identity) : error;
  }
}

/** @throws SignInRefusal NOT_PROVISIONED, NOT_A_MEMBER where people cannot join by signing in */
async function requireJoining(
  tx: Transaction,
  settings: SignInSettings,
  identity: ProvenIdentity,
  address: string,
): Promise<void> {
  const { workspace } = await invitedNow(tx, settings.workspaceId);
  if (workspace.scimEnabled) throw new SignInRefusal('NOT_PROVISIONED', null, identity);
  const connection = await rowOf(
    tx,
    query.selectFrom('ssoConnection').select('joinOnSignIn').where('id', '=', settings.connectionId),
  );
  if (connection?.joinOnSignIn !== true) throw new SignInRefusal('NOT_A_MEMBER', null, identity);
  if (await isOfVerifiedDomain(tx, settings, address)) return;
  const detail = 'The address is not in a verified domain of the connection.';
  throw new SignInRefusal('NOT_A_MEMBER', detail, identity);
}

/** Refuses a removed person, even when the member record is deleted (rule 16a). @throws SignInRefusal */
async function requireNotRemoved(
  tx: Transaction,
  workspaceId: string,
  accountId: string,
  identity: ProvenIdentity,
): Promise<void> {
  const removal = await rowOf(
    tx,
    query
      .selectFrom('removal')
      .select('removedAt')
      .where('workspaceId', '=', workspaceId)
      .where('accountId', '=', accountId),
  );
  if (removal === undefined) return;
  const detail = `The person was removed at ${removal.removedAt.toISOString()}. Add or invite them again.`;
  throw new SignInRefusal('NOT_A_MEMBER', detail, identity);
}

function refusalToJoin(
  { code, message, details: { seat } }: DomainError,
  identity: ProvenIdentity,
): SignInRefusal {
  if (code !== 'SEAT_UNAVAILABLE') return new SignInRefusal('NOT_A_MEMBER', message, identity);
  const detail = seat === undefined ? message : `The seat type is ${seat.seatType.toLowerCase()}.`;
  return new SignInRefusal('SEAT_UNAVAILABLE', detail, identity);
}

function addressDetail(address: string | null): string | null {
  return address === null ? null : 'The claim email is not an e-mail address.';
}

/** The person who signs in is the actor of the resulting changes. */
export function asPerson(context: ServiceContext, proven: Proven): ServiceContext {
  const actor = { type: 'PERSON', ...proven, expiresAt: context.clock() } as const;
  return { ...context, caller: { ...context.caller, actor } };
}
