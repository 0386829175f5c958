import { mintSecret } from '../auth/secret.js';
import { isAddress } from '../domain/address.js';
import { DomainError } from '../domain/errors.js';
import { newId } from '../domain/ids.js';
import { Session } from '../model/session.js';
import { record } from './audit.js';
import { authenticated, authorizeOperator } from './authorization.js';
import type { ServiceContext } from './context.js';

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
 * @throws DomainError as `authorizeOperator` does; INVALID_INPUT; NOT_FOUND when nobody has the address
 */
export async function create(context: ServiceContext, { email }: { email: string }): Promise<MintedSession> {
  authorizeOperator(context, 'session.create');
  if (!isAddress(email))
    throw new DomainError('INVALID_INPUT', 'email must be an e-mail address.', { attribute: 'email' });
  return context.database.transaction(async (tx) => {
    const [account] = await tx.rows<{ id: string; email: string }>(
      'select id, email from account where email = $1',
      [email],
    );
    if (account === undefined) {
      throw new DomainError('NOT_FOUND', 'Nobody on the platform has this address.', {
        attribute: 'email',
        hint: 'Add the person to a workspace first.',
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
 * Ends the session of the person who asks.
 * @throws DomainError UNAUTHENTICATED; FORBIDDEN for who has no session
 */
export async function end(context: ServiceContext): Promise<void> {
  const actor = authenticated(context);
  if (actor.type !== 'PERSON') throw new DomainError('FORBIDDEN', 'Only a person with a session can end it.');
  await context.database.transaction(async (tx) => {
    await tx.rows('update session set ended_at = now() where id = $1 and ended_at is null', [
      actor.sessionId,
    ]);
    await record(context, tx, {
      workspaceId: null,
      action: 'session.end',
      target: { type: 'session', id: actor.sessionId, label: actor.email },
      changes: {},
    });
    tx.afterCommit(() => context.credentials.forget());
  });
}
