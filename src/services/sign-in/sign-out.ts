import type { Actor } from '../../auth/actor.js';
import { timestamptz, uuid } from '../../database/column-types.js';
import { statement } from '../../database/statement.js';
import { record } from '../audit/record.js';
import type { ServiceContext } from '../context/service-context.js';
import { end } from '../sessions/end.js';

/**
 * Ends the browser's session, of a person or an operator. Does nothing without a session.
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
    const ended = await END_OPERATOR_SESSION.row(tx, { id: session.id, now: context.clock() });
    if (ended === undefined) return;
    await record(context, tx, {
      workspaceId: null,
      action: 'session.end',
      target: { type: 'operatorSession', id: session.id, label: 'operator' },
      changes: {},
    });
    await context.credentials.forgetAtCommit(tx);
  });
}

const END_OPERATOR_SESSION = statement({
  name: 'operatorSessions.end',
  text: 'update operator_session set ended_at = $now where id = $id and ended_at is null returning id',
  parameters: { id: uuid, now: timestamptz },
  columns: { id: uuid },
});
