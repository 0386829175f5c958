import { selection } from '../../database/statement.js';
import type { WorkspaceVersion } from '../../domain/access.js';
import { DomainError } from '../../domain/errors.js';
import type { MemberAccess } from '../../model/access.js';
import type { Plan } from '../../model/enums.js';
import type { Workspace } from '../../model/workspace.js';
import { authenticated, authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { likeEscaped } from '../lists/comparison.js';
import type { ListOrder } from '../lists/listing.js';
import { asIs, Page, type PageArguments } from '../lists/page.js';
import { memberAccess } from '../rows/members.js';
import { sessionOpens, sessionValues } from '../rows/sessions.js';
import { WORKSPACE_COLUMNS, WORKSPACE_TYPES } from '../rows/workspaces.js';

const WORKSPACE_LIST = selection({
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
 * The workspaces that the caller may see: a key's own, those in which a person is a member, all for an operator.
 * @throws DomainError UNAUTHENTICATED
 */
export async function list(
  context: ServiceContext,
  filter: WorkspaceFilter,
  page: PageArguments,
): Promise<Page<Workspace>> {
  const actor = authenticated(context);
  const [own, values]: [string, unknown[]] =
    actor.type === 'API_KEY'
      ? ['w.id = $1', [actor.workspace.id]]
      : actor.type === 'PERSON'
        ? [WORKSPACES_OF_PERSON, [...sessionValues(actor)]]
        : ['true', []];
  const where = [own, ...filterSql(filter, values)].join(' and ');
  return new Page<Workspace>(context.reads, { ...WORKSPACE_LIST, where, values, id: 'w.id' }, page, asIs);
}

/** The list to which a cursor of workspaces belongs. */
export const WORKSPACES: ListOrder = { name: WORKSPACE_LIST.name };

/** Conditions on workspaces, all of which must hold. */
export interface WorkspaceFilter {
  /** A part of the name, in any case. */
  readonly search?: string | null;
  readonly plans?: readonly Plan[] | null;
  readonly accessModel?: WorkspaceVersion | null;
  readonly scimEnabled?: boolean | null;
}

/** @param values the statement's values so far; the filter's are added */
function filterSql(
  { search, plans, accessModel, scimEnabled }: WorkspaceFilter,
  values: unknown[],
): string[] {
  const place = (value: unknown) => `$${values.push(value)}`;
  return [
    ...(search == null || search.trim() === ''
      ? []
      : [`w.name ilike ${place(`%${likeEscaped(search.trim())}%`)}`]),
    ...(plans == null ? [] : [`w.plan = any(${place(plans)}::text[])`]),
    ...(accessModel == null ? [] : [`w.version = ${place(accessModel)}`]),
    ...(scimEnabled == null ? [] : [`w.scim_enabled = ${place(scimEnabled)}`]),
  ];
}

const WORKSPACES_OF_PERSON = `
  exists (select 1 from member m join membership s on s.member_id = m.id and s.ended_at is null
          where m.workspace_id = w.id and m.account_id = $1 and ${sessionOpens(1)})`;

/** The access of a member who is added without a role or seat; null on V1 when the default is no seat (rules 4, 10). */
export function defaultAccess({ version, defaultRole, defaultSeatType }: Workspace): MemberAccess | null {
  if (version === 'V1') return defaultSeatType === null ? null : { seatType: defaultSeatType };
  return memberAccess({ workspaceVersion: version, role: defaultRole, seatType: null, creditLimit: null });
}
