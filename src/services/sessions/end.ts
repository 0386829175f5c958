import { arrayOf, nullable, oneOf, text, timestamptz, uuid } from '../../database/column-types.js';
import type { Sql, Transaction } from '../../database/database.js';
import { type RowOf, statement } from '../../database/statement.js';
import { DomainError } from '../../domain/errors.js';
import { isId } from '../../domain/ids.js';
import { SESSION_METHODS } from '../../domain/session.js';
import { record } from '../audit/record.js';
import { authenticated, authorize, authorizeNow } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { accountOfMember, lockMembers } from '../rows/members.js';
import { openAt, sessionIsOpen } from '../rows/sessions.js';

/**
 * Ends a session: the caller's own, or another one. Ending it twice changes nothing.
 * @param sessionId the session: one of the caller's own; for operators, any
 * @throws DomainError UNAUTHENTICATED; NOT_FOUND; FORBIDDEN for an API key; INVALID_INPUT for an operator who names
 *   none
 */
export async function end(
  context: ServiceContext,
  { sessionId }: { readonly sessionId?: string | null },
): Promise<{ sessionId: string }> {
  const actor = authenticated(context);
  if (actor.type === 'API_KEY') throw new DomainError('FORBIDDEN', 'An API key has no session to end.');
  const own = actor.type === 'PERSON' ? actor.sessionId : undefined;
  const id = sessionId ?? own;
  if (id === undefined)
    throw new DomainError('INVALID_INPUT', 'sessionId is required.', { attribute: 'sessionId' });
  await context.database.transaction(async (tx) => {
    const { accountId, workspaceId } =
      actor.type === 'PERSON' ? actor : { accountId: null, workspaceId: null };
    const session = isId(id) ? await FIND.row(tx, { id, accountId, workspaceId }) : undefined;
    if (session === undefined) throw new DomainError('NOT_FOUND', 'There is no such session.');
    await recordEnds(context, tx, await END_ONE.rows(tx, { now: context.clock(), id }));
  });
  return { sessionId: id };
}

/**
 * Ends the caller's sessions, by default all but the one of this request. A session that opens one workspace alone ends
 * only those that open the same, because it proves too little for the others (rule 32).
 * @throws DomainError UNAUTHENTICATED; FORBIDDEN for keys and operators
 */
export async function endAll(
  context: ServiceContext,
  { keepCurrent }: { readonly keepCurrent: boolean },
): Promise<{ ended: number }> {
  const actor = authenticated(context);
  if (actor.type !== 'PERSON') throw new DomainError('FORBIDDEN', 'Only people have sessions.');
  const { accountId, workspaceId, sessionId } = actor;
  const keptId = keepCurrent ? sessionId : null;
  return context.database.transaction(async (tx) => {
    const ended = await END_OWN.rows(tx, { now: context.clock(), accountId, keptId, workspaceId });
    return { ended: await recordEnds(context, tx, ended) };
  });
}

/**
 * Ends sessions of a member for the workspace (rule 35). Sessions that open other workspaces too continue there.
 * @param sessionIds the sessions to end; null for all. Ids of no open session of the member are ignored.
 * @returns how many sessions opened the workspace until now
 * @throws DomainError as `authorize` does; NOT_FOUND
 */
export async function endOfMember(
  context: ServiceContext,
  {
    workspaceId,
    memberId,
    sessionIds = null,
  }: {
    readonly workspaceId: string;
    readonly memberId: string;
    readonly sessionIds?: readonly string[] | null;
  },
): Promise<{ memberId: string; ended: number }> {
  const only = sessionIds?.filter(isId) ?? null;
  const grant = await authorize(context, 'session.manage', workspaceId);
  const ended = await context.database.transaction(async (tx) => {
    await lockMembers(tx, workspaceId, grant.memberId === null ? [memberId] : [memberId, grant.memberId]);
    await authorizeNow(context, tx, 'session.manage', workspaceId);
    const accountId = await accountOfMember(tx, workspaceId, memberId);
    const ended = await END_BOUND.rows(tx, { now: context.clock(), accountId, workspaceId, only });
    const bound = await recordEnds(context, tx, ended);
    return bound + (await endInWorkspace(context, tx, { workspaceId, accountId, only }));
  });
  return { memberId, ended };
}

/**
 * Ends sessions that a workspace's provider opened: of a subject, of a session at the provider, of both, or all. A
 * session whose `sid` the provider did not tell ends by its subject, because it may be the one that is meant.
 * @param tx the transaction; every process forgets the sessions when it commits
 * @returns how many sessions were ended
 */
export async function endSessionsOf(
  context: ServiceContext,
  tx: Transaction,
  {
    workspaceId,
    subject = null,
    sid = null,
  }: { readonly workspaceId: string; readonly subject?: string | null; readonly sid?: string | null },
): Promise<number> {
  const ended = await END_OF_PROVIDER.rows(tx, { now: context.clock(), workspaceId, subject, sid });
  return recordEnds(context, tx, ended);
}

/**
 * Audits ended sessions, and makes every process forget them.
 * @returns the number of sessions
 */
async function recordEnds(
  context: ServiceContext,
  tx: Transaction,
  ended: readonly Ended[],
): Promise<number> {
  for (const session of ended) await recordEnd(context, tx, session);
  if (ended.length > 0) await context.credentials.forgetAtCommit(tx);
  return ended.length;
}

/**
 * Ends sessions that open several workspaces, for this workspace only.
 * @returns the number of sessions
 */
async function endInWorkspace(
  context: ServiceContext,
  tx: Transaction,
  {
    workspaceId,
    accountId,
    only,
  }: {
    readonly workspaceId: string;
    readonly accountId: string;
    readonly only: readonly string[] | null;
  },
): Promise<number> {
  const [now, usedSince] = openAt(context);
  const ended = await END_IN_WORKSPACE.rows(tx, { accountId, workspaceId, only, now, usedSince });
  for (const session of ended) await recordEnd(context, tx, session);
  return ended.length;
}

function recordEnd(
  context: ServiceContext,
  sql: Sql,
  { id, email, method, workspaceId }: Ended,
): Promise<void> {
  return record(context, sql, {
    workspaceId,
    action: 'session.end',
    target: { type: 'session', id, label: email },
    changes: { method: { before: method, after: null } },
  });
}

const ENDED = {
  id: uuid,
  email: text,
  method: oneOf(SESSION_METHODS),
  workspaceId: nullable(uuid),
};

type Ended = RowOf<typeof ENDED>;

// Another person's session, and one that this session may not end, look like an unknown one. An operator, who has no
// account, finds all.
const FIND = statement({
  name: 'sessions.find',
  text: `
    select s.id from session s
    where s.id = $id and ($accountId::uuid is null or s.account_id = $accountId)
      and ($workspaceId::uuid is null or s.workspace_id = $workspaceId)`,
  parameters: { id: uuid, accountId: nullable(uuid), workspaceId: nullable(uuid) },
  columns: { id: uuid },
});

/** The SQL that ends the sessions that match a condition. */
function ending(condition: string): string {
  return `
    update session s set ended_at = $now, sealed_id_token = null from account a
    where a.id = s.account_id and s.ended_at is null and ${condition}
    returning s.id, a.email, s.method, s.workspace_id as "workspaceId"`;
}

const END_ONE = statement({
  name: 'sessions.endOne',
  text: ending('s.id = $id'),
  parameters: { now: timestamptz, id: uuid },
  columns: ENDED,
});

const END_OWN = statement({
  name: 'sessions.endOwn',
  text: ending(`s.account_id = $accountId and ($keptId::uuid is null or s.id <> $keptId)
      and ($workspaceId::uuid is null or s.workspace_id = $workspaceId)`),
  parameters: { now: timestamptz, accountId: uuid, keptId: nullable(uuid), workspaceId: nullable(uuid) },
  columns: ENDED,
});

const END_BOUND = statement({
  name: 'sessions.endBound',
  text: ending(`s.account_id = $accountId and s.workspace_id = $workspaceId
      and ($only::uuid[] is null or s.id = any($only))`),
  parameters: { now: timestamptz, accountId: uuid, workspaceId: uuid, only: nullable(arrayOf(uuid)) },
  columns: ENDED,
});

const END_OF_PROVIDER = statement({
  name: 'sessions.endOfProvider',
  text: ending(`s.workspace_id = $workspaceId and s.method = 'PROVIDER'
      and ($subject::text is null or s.provider_subject = $subject)
      and ($sid::text is null or s.provider_sid = $sid or ($subject::text is not null and s.provider_sid is null))`),
  parameters: { now: timestamptz, workspaceId: uuid, subject: nullable(text), sid: nullable(text) },
  columns: ENDED,
});

const END_IN_WORKSPACE = statement({
  name: 'sessions.endInWorkspace',
  text: `
    with ended as (
      insert into session_end (session_id, workspace_id)
      select s.id, $workspaceId from session s
      where s.account_id = $accountId and s.workspace_id is null and ($only::uuid[] is null or s.id = any($only))
        and ${sessionIsOpen(4)}
      on conflict do nothing returning session_id)
    select s.id, a.email, s.method, $workspaceId::uuid as "workspaceId"
    from ended join session s on s.id = ended.session_id join account a on a.id = s.account_id`,
  parameters: {
    accountId: uuid,
    workspaceId: uuid,
    only: nullable(arrayOf(uuid)),
    now: timestamptz,
    usedSince: timestamptz,
  },
  columns: ENDED,
});
