import { browserName } from '../../auth/browser.js';
import { DomainError } from '../../domain/errors.js';
import type { SessionMethod } from '../../domain/session.js';
import { authenticated, authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { openAt, sessionIsOpen } from '../rows/sessions.js';
import { addressVerifiedBy } from '../rows/sso.js';

/** An open session, as lists show it. */
export interface SessionRow {
  readonly id: string;
  readonly method: SessionMethod;
  /** The only workspace that it opens; null: all that do not require SSO. */
  readonly workspaceId: string | null;
  readonly startedAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
  readonly lastUsedFrom: string | null;
  readonly browser: string | null;
  /** Whether it is the one that asks. */
  readonly current: boolean;
}

const MOST = 200;

/**
 * The open sessions of the caller, newest first (rule 35). A session that opens one workspace alone sees only those that
 * open the same: it may not prove enough for the rest (rule 32).
 * @throws DomainError UNAUTHENTICATED; FORBIDDEN for keys and operators
 */
export async function listOwn(context: ServiceContext): Promise<SessionRow[]> {
  const actor = authenticated(context);
  if (actor.type !== 'PERSON') throw new DomainError('FORBIDDEN', 'Only people have sessions of their own.');
  const { accountId, workspaceId, sessionId } = actor;
  return rowsOf(
    context,
    `select ${COLUMNS}, s.id = $3 as current, true as known from session s
     where s.account_id = $1 and ($2::uuid is null or s.workspace_id = $2) and ${sessionIsOpen(4)} ${NEWEST}`,
    [accountId, workspaceId, sessionId, ...openAt(context)],
  );
}

/**
 * The open sessions of a member that open the workspace, for its owners and admins, newest first (rule 35). Of a session
 * that opens other workspaces too it is shown that it is there, and not where and when it is used: anybody's address can
 * be made a member. A customer who controls the mailbox sees that as well.
 * @throws DomainError as `authorize` does
 */
export async function listOfMember(
  context: ServiceContext,
  { id: memberId, workspaceId }: { readonly id: string; readonly workspaceId: string },
): Promise<SessionRow[]> {
  await authorize(context, 'session.manage', workspaceId);
  const actor = authenticated(context);
  return rowsOf(
    context,
    `select ${COLUMNS}, s.id = $3 as current,
       s.workspace_id is not null or ${addressVerifiedBy('m.workspace_id', 'm.account_id')} as known
     from member m
     join membership open on open.member_id = m.id and open.ended_at is null
     join session s on s.account_id = m.account_id
     where m.workspace_id = $1 and m.id = $2 and (s.workspace_id is null or s.workspace_id = $1)
       and not exists (select 1 from session_end e where e.session_id = s.id and e.workspace_id = $1)
       and ${sessionIsOpen(4)} ${NEWEST}`,
    [workspaceId, memberId, actor.type === 'PERSON' ? actor.sessionId : null, ...openAt(context)],
  );
}

const COLUMNS = `
  s.id, s.method, s.workspace_id as "workspaceId", s.created_at as "startedAt", s.expires_at as "expiresAt",
  s.last_used_at as "lastUsedAt", s.last_used_from as "lastUsedFrom", s.user_agent as "userAgent"`;

const NEWEST = `order by s.created_at desc, s.id desc limit ${MOST}`;

async function rowsOf(
  context: ServiceContext,
  text: string,
  values: readonly unknown[],
): Promise<SessionRow[]> {
  const rows = await context.batched.rows<SessionRow & { userAgent: string | null; known: boolean }>(
    text,
    values,
  );
  return rows.map(({ userAgent, known, ...session }) => ({
    ...session,
    current: session.current === true,
    lastUsedAt: known ? session.lastUsedAt : null,
    lastUsedFrom: known ? session.lastUsedFrom : null,
    browser: known ? browserName(userAgent) : null,
  }));
}
