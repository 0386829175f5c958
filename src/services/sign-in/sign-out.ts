import type { Actor } from '../../auth/actor.js';
import { record } from '../audit/record.js';
import type { ServiceContext } from '../context/service-context.js';
import { end } from '../sessions/end.js';

/**
 * Ends the session of the browser that calls, whoever's it is. Without a session there is nothing to do.
 */
export async function signOut(context: ServiceContext): Promise<void> {
  const { actor } = context.caller;
  if (actor?.type === 'PERSON') await end(context, {});
  if (actor?.type === 'OPERATOR') await endOperatorSession(context, actor);
}

async function endOperatorSession(
  context: ServiceContext,
  { session }: Extract<Actor, { type: 'OPERATOR' }>,
): Promise<void> {
  if (session === undefined) return;
  await context.database.transaction(async (tx) => {
    const ended = await tx.rows(
      'update operator_session set ended_at = $2 where id = $1 and ended_at is null returning id',
      [session.id, context.clock()],
    );
    if (ended.length === 0) return;
    await record(context, tx, {
      workspaceId: null,
      action: 'session.end',
      target: { type: 'operatorSession', id: session.id, label: 'operator' },
      changes: {},
    });
    await context.credentials.forgetAtCommit(tx);
  });
}
