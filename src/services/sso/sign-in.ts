import { boolean, nullable, text, timestamptz, uuid } from '../../database/column-types.js';
import type { Transaction } from '../../database/database.js';
import { query, rowOf } from '../../database/query.js';
import { statement } from '../../database/statement.js';
import { isAddress } from '../../domain/address.js';
import { DomainError } from '../../domain/errors.js';
import { newId } from '../../domain/ids.js';
import { SignInRefusal } from '../../domain/sign-in-refusal.js';
import { record } from '../audit/record.js';
import { invitedNow } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { acceptAs, type Proven } from '../invitations/accept.js';
import { addWithin } from '../members/transaction.js';
import { byIds, findOrCreate } from '../rows/accounts.js';
import { findByToken } from '../rows/invitations.js';
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
  /** The invitation with which the person has come; null without one. */
  readonly invitationToken: string | null;
  readonly networkAddress: string;
  readonly userAgent: string | null;
}

/** Who was signed in, and how they were recognized. */
export interface SignedIn {
  readonly session: MintedSession;
  readonly member: MemberRow;
  readonly by: Recognized['by'] | 'INVITED' | 'JOINED';
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
  const sessionId = newId();
  const { member, by } =
    recognized === undefined
      ? await join(context, tx, settings, arrival, sessionId)
      : { member: await activeMember(tx, settings, identity, recognized), by: recognized.by };
  const { workspace } = await invitedNow(tx, workspaceId);
  if (workspace.plan !== 'ENTERPRISE') throw new SignInRefusal('NOT_ENTERPRISE');
  await noteSignIn(context, tx, settings, member);
  const proven: Proven = {
    sessionId,
    accountId: member.accountId,
    email: await emailOf(tx, member),
    method: 'PROVIDER',
    workspaceId,
  };
  if (await remember(tx, workspaceId, identity, member.id))
    await recordSubject(asPerson(context, proven), tx, identity, member, by);
  const session = await openSession(context, tx, {
    ...proven,
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
 * Makes a member of somebody whom the workspace does not know: because they were invited, or because it lets people join
 * on sign-in (rule 41).
 * @throws SignInRefusal saying why they cannot
 */
async function join(
  context: ServiceContext,
  tx: Transaction,
  settings: SignInSettings,
  { identity, invitationToken }: ProviderSignIn,
  sessionId: string,
): Promise<Pick<SignedIn, 'member' | 'by'>> {
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
      const accountId = await findOrCreate(tx, address);
      const { member } = await acceptAs(context, tx, invitation.lookup, { ...proven, accountId });
      return { member, by: 'INVITED' };
    }
    await requireJoining(tx, settings, identity, address);
    const accountId = await findOrCreate(tx, address);
    const { member } = await addWithin(asPerson(context, { ...proven, accountId }), tx, {
      workspaceId,
      newcomer: { userName: address, profile: {} },
      grantNow: () => invitedNow(tx, workspaceId),
      wishFor: () => ({ mode: 'CREATE', userName: address }),
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
  const now = context.clock();
  const connection = await KEEP.row(tx, { connectionId, discoveryUrl, clientId });
  if (connection === undefined) throw new SignInRefusal('NOT_CONFIGURED', 'It has changed meanwhile.');
  const { lastSignInAt, managerSignedInAt } = connection;
  const isRecent = lastSignInAt !== null && now.getTime() - lastSignInAt.getTime() < NOTED_EVERY_MS;
  if (isRecent && (!isManager || managerSignedInAt !== null)) return;
  await NOTE.rows(tx, { connectionId, discoveryUrl, clientId, now, isManager });
}

const NOTED_EVERY_MS = 60_000;

const KEEP = statement({
  name: 'sso.keepConnection',
  text: `
    select last_sign_in_at as "lastSignInAt", manager_signed_in_at as "managerSignedInAt" from sso_connection
    where id = $connectionId and discovery_url = $discoveryUrl and client_id = $clientId for key share`,
  parameters: { connectionId: uuid, discoveryUrl: text, clientId: text },
  columns: { lastSignInAt: nullable(timestamptz), managerSignedInAt: nullable(timestamptz) },
});

/** Not of a provider that has been replaced since `KEEP` looked. */
const NOTE = statement({
  name: 'sso.noteSignIn',
  text: `
    update sso_connection set last_sign_in_at = $now,
      manager_signed_in_at = case when $isManager then coalesce(manager_signed_in_at, $now) else manager_signed_in_at end
    where id = $connectionId and discovery_url = $discoveryUrl and client_id = $clientId`,
  parameters: {
    connectionId: uuid,
    discoveryUrl: text,
    clientId: text,
    now: timestamptz,
    isManager: boolean,
  },
});

async function emailOf(tx: Transaction, { accountId }: MemberRow): Promise<string> {
  const [account] = await byIds(tx, [accountId]);
  if (account === undefined) throw new Error('a member has no account');
  return account.email;
}

/** Whoever signs in is the actor of what that changes. */
function asPerson(context: ServiceContext, proven: Proven): ServiceContext {
  const actor = { type: 'PERSON', ...proven, expiresAt: context.clock() } as const;
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
