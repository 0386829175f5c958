import type { Sql, Transaction } from '../../database/database.js';
import { DomainError } from '../../domain/errors.js';
import { isId } from '../../domain/ids.js';
import type { SessionMethod } from '../../domain/session.js';
import { record } from '../audit/record.js';
import { authenticated, authorize, authorizeNow } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { accountOfMember, lockMembers } from '../rows/members.js';
import { openAt, sessionIsOpen } from '../rows/sessions.js';

/**
 * Ends a session: the caller's own, or another one. Ending it twice does no harm.
 * @param sessionId which one: a person may name their own, an operator anybody's
 * @throws DomainError UNAUTHENTICATED; NOT_FOUND; FORBIDDEN for an API key; INVALID_INPUT for an operator who names none
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
    const [session] = !isId(id)
      ? []
      : actor.type === 'PERSON'
        ? await tx.rows(OWN, [id, actor.accountId, actor.workspaceId])
        : await tx.rows(ANY, [id]);
    if (session === undefined) throw new DomainError('NOT_FOUND', 'There is no such session.');
    // One that has expired is over already.
    await finish(context, tx, 's.id = $2', [id]);
  });
  return { sessionId: id };
}

/**
 * Ends the sessions of the caller, but not the one that calls unless told. A session that opens one workspace alone ends
 * those that open the same: it may not prove enough for the rest (rule 32).
 * @throws DomainError UNAUTHENTICATED; FORBIDDEN for keys and operators
 */
export async function endAll(
  context: ServiceContext,
  { keepCurrent }: { readonly keepCurrent: boolean },
): Promise<{ ended: number }> {
  const actor = authenticated(context);
  if (actor.type !== 'PERSON') throw new DomainError('FORBIDDEN', 'Only people have sessions.');
  const { accountId, workspaceId, sessionId } = actor;
  return context.database.transaction(async (tx) => ({
    ended: await finish(
      context,
      tx,
      's.account_id = $2 and ($3::uuid is null or s.id <> $3) and ($4::uuid is null or s.workspace_id = $4)',
      [accountId, keepCurrent ? sessionId : null, workspaceId],
    ),
  }));
}

/**
 * Ends all sessions of a member for the workspace (rule 35). Sessions that open other workspaces too go on there.
 * @returns how many sessions opened the workspace until now
 * @throws DomainError as `authorize` does; NOT_FOUND
 */
export async function endOfMember(
  context: ServiceContext,
  { workspaceId, memberId }: { readonly workspaceId: string; readonly memberId: string },
): Promise<{ memberId: string; ended: number }> {
  const grant = await authorize(context, 'session.manage', workspaceId);
  const ended = await context.database.transaction(async (tx) => {
    await lockMembers(tx, workspaceId, grant.memberId === null ? [memberId] : [memberId, grant.memberId]);
    await authorizeNow(context, tx, 'session.manage', workspaceId);
    const accountId = await accountOfMember(tx, workspaceId, memberId);
    const bound = await finish(context, tx, 's.account_id = $2 and s.workspace_id = $3', [
      accountId,
      workspaceId,
    ]);
    return bound + (await endInWorkspace(context, tx, workspaceId, accountId));
  });
  return { memberId, ended };
}

/**
 * Ends sessions that a workspace's provider opened: of a subject, of a session at the provider, of both, or all.
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
  return finish(
    context,
    tx,
    `s.workspace_id = $2 and s.method = 'PROVIDER'
       and ($3::text is null or s.provider_subject = $3) and ($4::text is null or s.provider_sid = $4)`,
    [workspaceId, subject, sid],
  );
}

interface Ended {
  readonly id: string;
  readonly email: string;
  readonly method: SessionMethod;
  readonly workspaceId: string | null;
}

/** Ends the open sessions that the condition selects; $1 is the time. @returns how many */
async function finish(
  context: ServiceContext,
  tx: Transaction,
  condition: string,
  values: readonly unknown[],
): Promise<number> {
  const ended = await tx.rows<Ended>(
    `update session s set ended_at = $1, sealed_id_token = null from account a
     where a.id = s.account_id and s.ended_at is null and ${condition}
     returning s.id, a.email, s.method, s.workspace_id as "workspaceId"`,
    [context.clock(), ...values],
  );
  for (const session of ended) await recordEnd(context, tx, session);
  if (ended.length > 0) await context.credentials.forgetAtCommit(tx);
  return ended.length;
}

/** Ends sessions that open several workspaces for this one alone. @returns how many */
async function endInWorkspace(
  context: ServiceContext,
  tx: Transaction,
  workspaceId: string,
  accountId: string,
): Promise<number> {
  const ended = await tx.rows<Ended>(
    `with ended as (
       insert into session_end (session_id, workspace_id)
       select s.id, $2 from session s
       where s.account_id = $1 and s.workspace_id is null and ${sessionIsOpen(3)}
       on conflict do nothing returning session_id)
     select s.id, a.email, s.method, $2::uuid as "workspaceId"
     from ended join session s on s.id = ended.session_id join account a on a.id = s.account_id`,
    [accountId, workspaceId, ...openAt(context)],
  );
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

// Another person's session, and one that this session may not reach, look like one that does not exist.
const OWN = `
  select 1 from session s
  where s.id = $1 and s.account_id = $2 and ($3::uuid is null or s.workspace_id = $3)`;

const ANY = 'select 1 from session s where s.id = $1';
