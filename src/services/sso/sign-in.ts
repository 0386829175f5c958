import type { Person } from '../../auth/actor.js';
import type { Transaction } from '../../database/database.js';
import { isAddress } from '../../domain/address.js';
import { DomainError } from '../../domain/errors.js';
import { newId } from '../../domain/ids.js';
import { SignInRefusal } from '../../domain/sign-in-refusal.js';
import type { Workspace } from '../../model/workspace.js';
import { record } from '../audit/record.js';
import { invitedNow } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { addWithin } from '../members/transaction.js';
import * as accounts from '../rows/accounts.js';
import { findMember, lockMembers, type MemberRow } from '../rows/members.js';
import { type MintedSession, openSession } from '../sessions/open.js';
import {
  isAddressProven,
  isOfVerifiedDomain,
  type ProvenIdentity,
  type Recognized,
  recognize,
  remember,
  requireOrganization,
} from './matching.js';
import type { SignInSettings } from './settings.js';

/** A person who comes back from their provider. */
export interface ProviderSignIn {
  readonly identity: ProvenIdentity;
  /** The session at the provider, for back-channel logout. */
  readonly sid: string | null;
  /** The ID token, for RP-initiated logout. */
  readonly idToken: string | null;
  readonly networkAddress: string;
  readonly userAgent: string | null;
}

/** Who was signed in, and how they were recognized. */
export interface SignedIn {
  readonly session: MintedSession;
  readonly member: MemberRow;
  readonly by: Recognized['by'] | 'JOINED';
}

/** Longer tokens do not fit the URL of the provider's sign-out page. */
const LONGEST_ID_TOKEN = 6000;

/**
 * Signs a person in to the workspace of the connection through which they came, and to no other (rules 32, 40, 41).
 * Remembers the subject, and that the connection works.
 * @throws SignInRefusal
 */
export function signIn(
  context: ServiceContext,
  settings: SignInSettings,
  arrival: ProviderSignIn,
): Promise<SignedIn> {
  return context.database.transaction((tx) => signInWithin(context, tx, settings, arrival));
}

/**
 * What `signIn` would do; nothing is kept of it.
 * @throws SignInRefusal
 */
export async function rehearse(
  context: ServiceContext,
  settings: SignInSettings,
  arrival: ProviderSignIn,
): Promise<Pick<SignedIn, 'member' | 'by'>> {
  const { member, by } = await context.database.rehearsal((tx) =>
    signInWithin(context, tx, settings, arrival),
  );
  return { member, by };
}

async function signInWithin(
  context: ServiceContext,
  tx: Transaction,
  settings: SignInSettings,
  arrival: ProviderSignIn,
): Promise<SignedIn> {
  const { workspaceId } = settings;
  const { identity } = arrival;
  await requireOrganization(tx, settings, identity);
  const recognized = await recognize(tx, settings, identity);
  // In the order in which everybody locks: the member, then the workspace.
  if (recognized !== undefined) await lockMembers(tx, workspaceId, [recognized.memberId]);
  const { member, by } =
    recognized === undefined
      ? { member: await join(context, tx, settings, identity), by: 'JOINED' as const }
      : { member: await activeMember(tx, settings, identity, recognized), by: recognized.by };
  const { workspace } = await invitedNow(tx, workspaceId);
  if (workspace.plan !== 'ENTERPRISE') throw new SignInRefusal('NOT_ENTERPRISE');
  await noteSignIn(context, tx, settings, member);
  const email = await emailOf(tx, member);
  const isNew = await remember(tx, workspaceId, identity, member.id);
  if (isNew)
    await recordSubject(asPerson(context, member.accountId, email, workspaceId), tx, identity, member, by);
  const session = await openSession(context, tx, {
    accountId: member.accountId,
    email,
    method: 'PROVIDER',
    workspaceId,
    provider: {
      subject: identity.subject,
      sid: arrival.sid,
      sealedIdToken: sealedIdToken(context, workspaceId, arrival.idToken),
    },
    address: arrival.networkAddress,
    userAgent: arrival.userAgent,
  });
  return { session, member, by };
}

/** @throws SignInRefusal INACTIVE */
async function activeMember(
  tx: Transaction,
  { workspaceId }: SignInSettings,
  { address, subject }: ProvenIdentity,
  { memberId }: Recognized,
): Promise<MemberRow> {
  const member = await findMember(tx, workspaceId, memberId);
  if (member?.active !== true) {
    const detail = member === undefined ? null : `The member is ${member.userName}.`;
    throw new SignInRefusal('INACTIVE', detail, { address, subject });
  }
  return member;
}

/**
 * Makes a member of somebody whom the workspace does not know, where it lets people join on sign-in (rule 41).
 * @throws SignInRefusal saying why they cannot
 */
async function join(
  context: ServiceContext,
  tx: Transaction,
  settings: SignInSettings,
  identity: ProvenIdentity,
): Promise<MemberRow> {
  const { workspaceId } = settings;
  const { address } = identity;
  const refused = (...[reason, detail = null]: ConstructorParameters<typeof SignInRefusal>) =>
    new SignInRefusal(reason, detail, identity);
  if (address === null || !isAddress(address)) throw refused('ADDRESS_MISSING', addressDetail(address));
  if (!(await isAddressProven(tx, settings, identity))) throw refused('ADDRESS_NOT_VERIFIED');
  const { workspace } = await invitedNow(tx, workspaceId);
  if (workspace.scimEnabled) throw refused('NOT_PROVISIONED');
  const [connection] = await tx.rows<{ joinOnSignIn: boolean }>(
    'select join_on_sign_in as "joinOnSignIn" from sso_connection where id = $1',
    [settings.connectionId],
  );
  if (connection?.joinOnSignIn !== true) throw refused('NOT_A_MEMBER');
  if (!(await isOfVerifiedDomain(tx, settings, address)))
    throw refused('NOT_A_MEMBER', 'The address is not in a verified domain of the connection.');
  const accountId = await accounts.findOrCreate(tx, address);
  const person = asPerson(context, accountId, address, workspaceId);
  try {
    const { member } = await addWithin(person, tx, {
      workspaceId,
      newcomer: { userName: address, profile: {} },
      grantNow: () => invitedNow(tx, workspaceId),
      wishFor: () => ({ mode: 'CREATE', userName: address }),
    });
    return member;
  } catch (error) {
    throw refusalToJoin(error, workspace, identity);
  }
}

function refusalToJoin(error: unknown, workspace: Workspace, identity: ProvenIdentity): unknown {
  if (!(error instanceof DomainError)) return error;
  if (error.code === 'SEAT_UNAVAILABLE') {
    const seatType = error.details.seat?.seatType ?? workspace.defaultSeatType ?? '';
    return new SignInRefusal('SEAT_UNAVAILABLE', `The seat type is ${seatType.toLowerCase()}.`, identity);
  }
  // Somebody else has the address as userName.
  return error.code === 'ALREADY_A_MEMBER'
    ? new SignInRefusal('NOT_A_MEMBER', error.message, identity)
    : error;
}

function addressDetail(address: string | null): string | null {
  return address === null ? null : 'The claim email is not an e-mail address.';
}

/**
 * Notes that the connection works, and that an owner or admin has come through it (rule 43). Not at every sign-in, which
 * would make people wait for each other.
 * @throws SignInRefusal NOT_CONFIGURED when the connection has changed since the person left for the provider
 */
async function noteSignIn(
  context: ServiceContext,
  tx: Transaction,
  { connectionId, discoveryUrl, clientId }: SignInSettings,
  { role }: MemberRow,
): Promise<void> {
  const isManager = role === 'OWNER' || role === 'ADMIN';
  const [connection] = await tx.rows<{ isNoted: boolean }>(
    `select last_sign_in_at > $4::timestamptz - interval '1 minute' and (manager_signed_in_at is not null or not $5)
       as "isNoted"
     from sso_connection where id = $1 and discovery_url = $2 and client_id = $3 for key share`,
    [connectionId, discoveryUrl, clientId, context.clock(), isManager],
  );
  if (connection === undefined) throw new SignInRefusal('NOT_CONFIGURED', 'It has changed meanwhile.');
  if (connection.isNoted === true) return;
  await tx.rows(
    `update sso_connection set last_sign_in_at = $2,
       manager_signed_in_at = case when $3 then coalesce(manager_signed_in_at, $2) else manager_signed_in_at end
     where id = $1 and discovery_url = $4 and client_id = $5`,
    [connectionId, context.clock(), isManager, discoveryUrl, clientId],
  );
}

async function emailOf(tx: Transaction, { accountId }: MemberRow): Promise<string> {
  const [account] = await accounts.byIds(tx, [accountId]);
  if (account === undefined) throw new Error('a member has no account');
  return account.email;
}

/** Whoever signs in is the actor of what that changes. */
function asPerson(
  context: ServiceContext,
  accountId: string,
  email: string,
  workspaceId: string,
): ServiceContext {
  const actor: Person = {
    type: 'PERSON',
    accountId,
    email,
    sessionId: newId(),
    method: 'PROVIDER',
    workspaceId,
    expiresAt: context.clock(),
  };
  return { ...context, caller: { ...context.caller, actor } };
}

function recordSubject(
  context: ServiceContext,
  tx: Transaction,
  { issuer, subject }: ProvenIdentity,
  { id, workspaceId, userName }: MemberRow,
  by: SignedIn['by'],
): Promise<void> {
  return record(context, tx, {
    workspaceId,
    action: 'ssoSubject.remember',
    target: { type: 'member', id, label: userName },
    changes: {
      issuer: { before: null, after: issuer },
      subject: { before: null, after: subject },
      recognizedBy: { before: null, after: by },
    },
  });
}

function sealedIdToken({ sso }: ServiceContext, workspaceId: string, idToken: string | null): string | null {
  if (idToken === null || idToken.length > LONGEST_ID_TOKEN || sso.encryption === null) return null;
  return sso.encryption.encrypt(idToken, idTokenPurpose(workspaceId));
}

/** What an ID token is encrypted for; sign-out decrypts it for the same. */
export function idTokenPurpose(workspaceId: string): string {
  return `id-token:${workspaceId}`;
}
