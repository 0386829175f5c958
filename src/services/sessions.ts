import { mintSecret } from '../auth/secret.js';
import { readAddress } from '../domain/address.js';
import { canonicalUserName } from '../domain/canonical.js';
import { DomainError } from '../domain/errors.js';
import { isId, newId } from '../domain/ids.js';
import { Session } from '../model/session.js';
import { record } from './audit/record.js';
import { authenticated, authorizeOperator } from './context/authorization.js';
import type { ServiceContext } from './context/service-context.js';
import * as accounts from './rows/accounts.js';

const SESSION_DAYS = 30;
const DAY_MS = 86_400_000;

/** A session as it is shown once. */
export interface MintedSession {
  readonly sessionId: string;
  readonly token: string;
  readonly expiresAt: Date;
}

/**
 * Mints a session for the person with that address, who must be known to the platform.
 * @param createAccount makes the platform know somebody who is new: who comes with an invitation, say
 * @throws DomainError as `authorizeOperator` does; INVALID_INPUT; NOT_FOUND when nobody has the address
 */
export async function create(
  context: ServiceContext,
  input: { readonly email: string; readonly createAccount?: boolean },
): Promise<MintedSession> {
  authorizeOperator(context, 'session.create');
  const email = readAddress(input.email, 'email');
  return context.database.transaction(async (tx) => {
    if (input.createAccount === true) await accounts.findOrCreate(tx, email);
    const [account] = await tx.rows<{ id: string; email: string }>(
      'select id, email from account where canonical_email = $1',
      [canonicalUserName(email)],
    );
    if (account === undefined) {
      throw new DomainError('NOT_FOUND', 'Nobody on the platform has this address.', {
        attribute: 'email',
        hint: 'Add the person to a workspace first. For somebody who has been invited, set createAccount.',
      });
    }
    const { secret, lookup, hash } = mintSecret('session');
    const now = new Date();
    const expiresAt = new Date(now.getTime() + SESSION_DAYS * DAY_MS);
    const id = newId();
    tx.em.create(
      Session,
      { id, accountId: account.id, lookup, hash, createdAt: now, expiresAt, endedAt: null },
      { persist: true },
    );
    await record(context, tx, {
      workspaceId: null,
      action: 'session.create',
      target: { type: 'session', id, label: account.email },
      changes: { expiresAt: { before: null, after: expiresAt.toISOString() } },
    });
    return { sessionId: id, token: secret, expiresAt };
  });
}

/**
 * Ends a session: the one of the person who asks, or another that is named. A session that has ended stays so.
 * @param sessionId which; a person may name their own only, an operator anybody's
 * @throws DomainError UNAUTHENTICATED; NOT_FOUND; FORBIDDEN for an API key; INVALID_INPUT for an operator who names none
 */
export async function end(
  context: ServiceContext,
  { sessionId }: { readonly sessionId?: string | null },
): Promise<{ sessionId: string }> {
  const actor = authenticated(context);
  if (actor.type === 'API_KEY') throw new DomainError('FORBIDDEN', 'An API key has no session to end.');
  const id = sessionId ?? (actor.type === 'PERSON' ? actor.sessionId : undefined);
  if (id === undefined)
    throw new DomainError('INVALID_INPUT', 'sessionId is required.', { attribute: 'sessionId' });
  await context.database.transaction(async (tx) => {
    const owner = actor.type === 'PERSON' ? actor.accountId : null;
    const [session] = isId(id) ? await tx.rows<{ email: string; ended: boolean }>(SESSION, [id, owner]) : [];
    if (session === undefined) throw new DomainError('NOT_FOUND', 'There is no such session.');
    if (session.ended) return;
    await tx.rows('update session set ended_at = now() where id = $1', [id]);
    await record(context, tx, {
      workspaceId: null,
      action: 'session.end',
      target: { type: 'session', id, label: session.email },
      changes: {},
    });
    await context.credentials.forgetAtCommit(tx);
  });
  return { sessionId: id };
}

const SESSION = `
  select a.email, s.ended_at is not null as ended from session s join account a on a.id = s.account_id
  where s.id = $1 and ($2::uuid is null or s.account_id = $2) for no key update of s`;
