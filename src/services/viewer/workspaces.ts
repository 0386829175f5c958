import { boolean, nullable, oneOf, text, uuid } from '../../database/column-types.js';
import { statement } from '../../database/statement.js';
import { ROLES, type Role } from '../../domain/access.js';
import { SESSION_METHODS } from '../../domain/session.js';
import { authenticated, signInUrl } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { sessionLists, sessionOpens } from '../rows/sessions.js';
import { hasConnection } from '../rows/sso.js';

/** A workspace in which the caller is an active member, as far as their session may see it (rule 32). */
export interface ViewerWorkspace {
  readonly workspaceId: string;
  readonly name: string;
  /** The person's role; null when the session does not open the workspace. */
  readonly role: Role | null;
  readonly opened: boolean;
  /** The path at which to sign in to open it; null when the session opens it. */
  readonly signInUrl: string | null;
}

/** More workspaces than any person has. */
const MOST = 500;

/**
 * The workspaces of the person who calls, by name: those that the session opens, and others with the path at which to
 * open them.
 * @returns nothing for keys and operators, who are members nowhere
 * @throws DomainError UNAUTHENTICATED
 */
export async function workspacesOf(context: ServiceContext): Promise<ViewerWorkspace[]> {
  const actor = authenticated(context);
  if (actor.type !== 'PERSON') return [];
  const { accountId, sessionId, workspaceId: onlyWorkspaceId, method } = actor;
  const rows = await OF_PERSON.rows(context.reads, { accountId, sessionId, onlyWorkspaceId, method });
  return rows.map(({ id, name, role, opened, connected }) => ({
    workspaceId: id,
    name,
    role: opened ? role : null,
    opened,
    signInUrl: opened ? null : signInUrl(id, connected),
  }));
}

const OF_PERSON = statement({
  name: 'viewer.workspaces',
  text: `
    select w.id, w.name, s.role, ${sessionOpens(1)} as opened, ${hasConnection('w.id')} as connected
    from member m
    join workspace w on w.id = m.workspace_id
    join membership s on s.member_id = m.id and s.ended_at is null
    where m.account_id = $accountId and ${sessionLists(1)}
    order by w.name, w.id limit ${MOST}`,
  // In the order of `sessionOpens` and `sessionLists`.
  parameters: {
    accountId: uuid,
    sessionId: uuid,
    onlyWorkspaceId: nullable(uuid),
    method: oneOf(SESSION_METHODS),
  },
  columns: { id: uuid, name: text, role: oneOf(ROLES), opened: boolean, connected: boolean },
});
