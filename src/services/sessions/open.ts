import type { Person } from '../../auth/actor.js';
import { mintSecret } from '../../auth/secret.js';
import { timestamptz, uuid } from '../../database/column-types.js';
import type { Transaction } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { newId } from '../../domain/ids.js';
import type { SessionMethod } from '../../domain/session.js';
import { Session } from '../../model/session.js';
import { record } from '../audit/record.js';
import type { ServiceContext } from '../context/service-context.js';
import { ssoRequiredFor } from '../rows/sso.js';

/** A session with its token, which is shown once. */
export interface MintedSession {
  readonly sessionId: string;
  readonly token: string;
  readonly expiresAt: Date;
}

/** The identity that a sign-in proved, and its origin. */
export interface SignIn {
  /** The id of the session, when an earlier step of the sign-in has used it already. */
  readonly sessionId?: string;
  readonly accountId: string;
  readonly email: string;
  readonly method: SessionMethod;
  /** The only workspace that the session opens; always set for a sign-in through a provider (rule 32). */
  readonly workspaceId: string | null;
  /** Values of the ID token, for logout at the provider and by it. Only with the method PROVIDER. */
  readonly provider: {
    readonly subject: string;
    readonly sid: string | null;
    /** The ID token, encrypted by the caller. */
    readonly sealedIdToken?: string | null;
  } | null;
  /** The network address of the browser; null when an operator creates the session. */
  readonly address: string | null;
  readonly userAgent: string | null;
}

const LONGEST_USER_AGENT = 500;

/**
 * Opens a new session, independent of the browser's other sessions (rule 33). The caller has checked the sign-in. The
 * audit entry belongs to the only workspace that the session opens, if there is one. Another entry goes to each
 * workspace that requires SSO and in which the person, an owner, has signed in without it (rule 43).
 * @param tx the transaction in which the session is written
 */
export async function openSession(
  context: ServiceContext,
  tx: Transaction,
  signIn: SignIn,
): Promise<MintedSession> {
  const { accountId, email, method, workspaceId, provider, address } = signIn;
  const { secret, lookup, hash } = mintSecret('session');
  const now = context.clock();
  const expiresAt = new Date(now.getTime() + context.sessionLifetimes.maxMs);
  const id = signIn.sessionId ?? newId();
  const expiredBefore = new Date(now.getTime() - KEPT_AFTER_EXPIRY_MS);
  await DELETE_OLD.rows(tx, { accountId, expiredBefore });
  tx.em.create(
    Session,
    {
      id,
      accountId,
      method,
      workspaceId,
      providerSubject: provider?.subject ?? null,
      providerSid: provider?.sid ?? null,
      sealedIdToken: provider?.sealedIdToken ?? null,
      lookup,
      hash,
      createdAt: now,
      expiresAt,
      lastUsedAt: now,
      lastUsedFrom: address,
      userAgent: signIn.userAgent?.slice(0, LONGEST_USER_AGENT).toWellFormed() ?? null,
      endedAt: null,
    },
    { persist: true },
  );
  await tx.em.flush();
  const person: Person = { type: 'PERSON', accountId, email, sessionId: id, method, workspaceId, expiresAt };
  const fact = {
    action: 'session.create' as const,
    target: { type: 'session', id, label: email },
    changes: {
      method: { before: null, after: method },
      expiresAt: { before: null, after: expiresAt.toISOString() },
    },
  };
  const auditedIn =
    method === 'PROVIDER' || workspaceId !== null
      ? [workspaceId]
      : [null, ...(await ENTERED_AS_OWNER.rows(tx, { accountId })).map((entered) => entered.workspaceId)];
  for (const audited of auditedIn)
    await record(asPerson(context, person), tx, { ...fact, workspaceId: audited });
  return { sessionId: id, token: secret, expiresAt };
}

/** The actor is the person who signs in, or the operator who creates the session. */
function asPerson(context: ServiceContext, person: Person): ServiceContext {
  if (person.method === 'OPERATOR') return context;
  return { ...context, caller: { ...context.caller, actor: person } };
}

const ENTERED_AS_OWNER = statement({
  name: 'sessions.enteredAsOwner',
  text: `
    select m.workspace_id as "workspaceId" from member m
    join membership s on s.member_id = m.id and s.ended_at is null and s.role = 'OWNER'
    where m.account_id = $accountId and ${ssoRequiredFor('m.workspace_id', 'm.account_id')}`,
  parameters: { accountId: uuid },
  columns: { workspaceId: uuid },
});

/** How long ended sessions are kept; audit entries are kept for ever. */
const KEPT_AFTER_EXPIRY_MS = 30 * 86_400_000;

const DELETE_OLD = statement({
  name: 'sessions.deleteOld',
  text: 'delete from session where account_id = $accountId and expires_at < $expiredBefore',
  parameters: { accountId: uuid, expiredBefore: timestamptz },
});
