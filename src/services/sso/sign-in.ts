import { boolean, nullable, text, timestamptz, uuid } from '../../database/column-types.js';
import type { Transaction } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { newId } from '../../domain/ids.js';
import { SignInRefusal } from '../../domain/sign-in-refusal.js';
import { record } from '../audit/record.js';
import { invitedNow } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import type { Proven } from '../invitations/accept.js';
import { findAccounts } from '../rows/accounts.js';
import { findMember, lockMembers, type MemberRow } from '../rows/members.js';
import { type MintedSession, openSession } from '../sessions/open.js';
import { asPerson, type Joined, join } from './joining.js';
import {
  type ProvenIdentity,
  type Recognized,
  recognize,
  remember,
  requireOrganization,
} from './matching.js';
import type { SignInSettings } from './settings.js';

/** A person who returns from their provider. */
export interface ProviderSignIn {
  readonly identity: ProvenIdentity;
  /** The session at the provider, for back-channel logout. */
  readonly sid: string | null;
  /** The ID token, for RP-initiated logout. */
  readonly idToken: string | null;
  /** The token of the invitation that led to the sign-in; null without one. */
  readonly invitationToken: string | null;
  readonly networkAddress: string;
  readonly userAgent: string | null;
}

/** The person who signed in, and the way in which they were matched. */
export interface SignedIn {
  readonly session: MintedSession;
  readonly member: MemberRow;
  /** The address of the account. */
  readonly email: string;
  readonly by: Recognized['by'] | Joined['by'];
}

/** Longer tokens do not fit the URL of the provider's sign-out page. */
export const LONGEST_ID_TOKEN = 6000;

/** The caller's session is not of the person who would be signed in, so that somebody has to agree (rule 36). */
export class AnotherPersonError extends Error {
  /** The address of the person who would be signed in. */
  readonly email: string;

  constructor(email: string) {
    super('The browser has the session of another person.');
    this.name = 'AnotherPersonError';
    this.email = email;
  }
}

/**
 * Signs a person in to the workspace of the connection, and to no other (rules 32, 40, 41). Stores the subject, and
 * that the connection works.
 * @param replacesAnother whether the person has agreed that the session replaces that of another person
 * @throws SignInRefusal; AnotherPersonError
 */
export function signIn(
  context: ServiceContext,
  settings: SignInSettings,
  arrival: ProviderSignIn,
  { replacesAnother }: { readonly replacesAnother: boolean },
): Promise<SignedIn> {
  return context.database.transaction(async (tx) => {
    const signedIn = await signInWithin(context, tx, settings, arrival);
    const { member, email } = signedIn;
    // Thrown inside the transaction, so that nothing of the sign-in remains.
    if (!replacesAnother && isAnother(context, member.accountId)) throw new AnotherPersonError(email);
    return signedIn;
  });
}

/** Whether the caller has a session that is not of this account. */
function isAnother({ caller: { actor } }: ServiceContext, accountId: string): boolean {
  if (actor?.type === 'PERSON') return actor.accountId !== accountId;
  return actor?.type === 'OPERATOR' && actor.session !== undefined;
}

/**
 * Runs `signIn` and rolls it back.
 * @throws SignInRefusal
 */
export async function rehearse(
  context: ServiceContext,
  settings: SignInSettings,
  arrival: ProviderSignIn,
): Promise<Pick<SignedIn, 'member' | 'by'>> {
  const { member, by } = await context.database.dryRun((database) =>
    database.transaction((tx) => signInWithin(context, tx, settings, arrival)),
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
  // In the order of all commands: the member, then the workspace.
  if (recognized !== undefined) await lockMembers(tx, workspaceId, [recognized.memberId]);
  const sessionId = newId();
  const { member, by } =
    recognized === undefined
      ? await join(context, tx, settings, { ...arrival, sessionId })
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
  return { session, member, email: proven.email, by };
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
 * Records that the connection works, and that an owner or admin has signed in through it (rule 43). It writes only when
 * needed, because concurrent sign-ins would wait for each other.
 * @throws SignInRefusal NOT_CONFIGURED when the connection has changed since the sign-in started
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

/** Excludes a provider that was replaced since `KEEP` ran. */
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
  const [account] = await findAccounts(tx, [accountId]);
  if (account === undefined) throw new Error('a member has no account');
  return account.email;
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

/** The context that an encrypted ID token is bound to; sign-out decrypts it with the same. */
export function idTokenPurpose(workspaceId: string): string {
  return `id-token:${workspaceId}`;
}
