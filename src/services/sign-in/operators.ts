import { networkOf } from '../../auth/remote-address.js';
import { mintSecret } from '../../auth/secret.js';
import { DomainError } from '../../domain/errors.js';
import { newId } from '../../domain/ids.js';
import { OPERATOR_SESSION_MS } from '../../domain/session.js';
import { OperatorSession } from '../../model/session.js';
import { record } from '../audit/record.js';
import type { ServiceContext } from '../context/service-context.js';
import type { MintedSession } from '../sessions/open.js';
import type { Browser } from './mail-links.js';

/**
 * Opens a session of 8 hours for a person who has the operator token (rule 47). Wrong tokens are limited per hour.
 * @throws DomainError UNAUTHENTICATED for a wrong token; RATE_LIMITED
 */
export async function openOperatorSession(
  context: ServiceContext,
  { operatorToken, browser }: { readonly operatorToken: string; readonly browser: Browser },
): Promise<MintedSession> {
  const network = networkOf(browser.address);
  await context.rateLimits.check('operatorFailuresFrom', network);
  const { secret, lookup, hash: sessionHash } = mintSecret('operator_session');
  const hash = context.credentials.operatorSessionHash(operatorToken.trim(), sessionHash);
  if (hash === null) {
    await context.rateLimits.take('operatorFailuresFrom', network);
    throw new DomainError('UNAUTHENTICATED', 'This is not the operator token.', { attribute: 'token' });
  }
  const now = context.clock();
  const expiresAt = new Date(now.getTime() + OPERATOR_SESSION_MS);
  const id = newId();
  await context.database.transaction(async (tx) => {
    tx.em.create(
      OperatorSession,
      {
        id,
        lookup,
        hash,
        createdAt: now,
        expiresAt,
        openedFrom: browser.address,
        userAgent: browser.userAgent,
        endedAt: null,
      },
      { persist: true },
    );
    const operator = { ...context, caller: { ...context.caller, actor: { type: 'OPERATOR' } as const } };
    await record(operator, tx, {
      workspaceId: null,
      action: 'session.create',
      target: { type: 'operatorSession', id, label: 'operator' },
      changes: {
        openedFrom: { before: null, after: browser.address },
        expiresAt: { before: null, after: expiresAt.toISOString() },
      },
    });
  });
  return { sessionId: id, token: secret, expiresAt };
}
