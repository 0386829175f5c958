import { selection } from '../../database/statement.js';
import { DomainError } from '../../domain/errors.js';
import type { MemberAccess } from '../../model/access.js';
import type { Workspace } from '../../model/workspace.js';
import { authenticated, authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { asIs, Page, type PageArguments } from '../lists/page.js';
import { memberAccess } from '../rows/members.js';
import { sessionOpens, sessionValues } from '../rows/sessions.js';
import { WORKSPACE_COLUMNS, WORKSPACE_TYPES } from '../rows/workspaces.js';

const WORKSPACES = selection({
  name: 'workspaces.list',
  columns: WORKSPACE_COLUMNS,
  types: WORKSPACE_TYPES,
  from: 'workspace w',
});

/**
 * One workspace.
 * @returns null when there is none with the id that the caller may see
 * @throws DomainError UNAUTHENTICATED
 */
export async function get(context: ServiceContext, workspaceId: string): Promise<Workspace | null> {
  try {
    return (await authorize(context, 'workspace.read', workspaceId)).workspace;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

/**
 * The workspaces that the caller may see: a key's own, those of which a person is a member, all for an operator.
 * @throws DomainError UNAUTHENTICATED
 */
export async function list(context: ServiceContext, page: PageArguments): Promise<Page<Workspace>> {
  const actor = authenticated(context);
  const [where, values] =
    actor.type === 'API_KEY'
      ? ['w.id = $1', [actor.workspace.id]]
      : actor.type === 'PERSON'
        ? [WORKSPACES_OF_PERSON, sessionValues(actor)]
        : ['true', []];
  return new Page<Workspace>(context.reads, { ...WORKSPACES, where, values, id: 'w.id' }, page, asIs);
}

const WORKSPACES_OF_PERSON = `
  exists (select 1 from member m join membership s on s.member_id = m.id and s.ended_at is null
          where m.workspace_id = w.id and m.account_id = $1 and ${sessionOpens(1)})`;

/** The access of a member who is added without a role or seat; null on V1 when the default is no seat (rules 4, 10). */
export function defaultAccess({ version, defaultRole, defaultSeatType }: Workspace): MemberAccess | null {
  if (version === 'V1') return defaultSeatType === null ? null : { seatType: defaultSeatType };
  return memberAccess({ workspaceVersion: version, role: defaultRole, seatType: null, creditLimit: null });
}
