import { integer, nullable, oneOf, uuid } from '../../database/column-types.js';
import { selection, statement } from '../../database/statement.js';
import { selectList, TABLES } from '../../database/tables.js';
import { ROLES, SEAT_TYPES } from '../../domain/access.js';
import { DomainError } from '../../domain/errors.js';
import type { Membership } from '../../model/membership.js';
import type { Workspace } from '../../model/workspace.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import type { MemberFilter } from '../filters/filter.js';
import { requireModest } from '../filters/limits.js';
import { authorizeFilter, isOfMembership, memberFilterSql, needsJoins } from '../filters/members.js';
import { MEMBER_ORDERINGS, type MemberOrder } from '../filters/order.js';
import { FILTER_TABLES, openMemberships } from '../filters/tables.js';
import type { ListOrder } from '../lists/listing.js';
import { asIs, Page, type PageArguments } from '../lists/page.js';
import {
  findMember,
  findMemberByUserName,
  MEMBER_COLUMNS,
  MEMBER_COLUMNS_WITHOUT_GROUPS,
  MEMBER_TABLES,
  MEMBER_TYPES,
  type MemberRow,
  type MemberValues,
  memberOf,
} from '../rows/members.js';

/**
 * One member of the workspace, by id or by userName (in any case).
 * @returns null when there is no such member
 * @throws DomainError as `authorize` does; FORBIDDEN for ordinary members who ask for others; INVALID_INPUT unless
 *   exactly one of the two is sent
 */
export async function getMember(
  context: ServiceContext,
  workspaceId: string,
  by: { readonly id?: string | null; readonly userName?: string | null },
): Promise<MemberRow | null> {
  const { memberId: own } = await authorize(context, 'workspace.read', workspaceId);
  if ((by.id == null) === (by.userName == null)) {
    throw new DomainError('INVALID_INPUT', 'Say which member: by id, or by userName.', { attribute: 'id' });
  }
  // UUIDs come in any case (RFC 9562 §4).
  if (own === null || own !== by.id?.toLowerCase()) await authorize(context, 'member.read', workspaceId);
  const found = await (by.id != null
    ? findMember(context.pipelined, workspaceId, by.id)
    : findMemberByUserName(context.pipelined, workspaceId, by.userName ?? ''));
  if (found === undefined) return null;
  context.recentMembers.add(found);
  return found;
}

const MEMBERS = selection({
  name: 'members.list',
  columns: MEMBER_COLUMNS,
  from: MEMBER_TABLES,
  types: MEMBER_TYPES,
});

/** How a list of members is read. */
export interface MembersReading {
  /** Null: the order in which they were first added. */
  readonly order: MemberOrder | null;
  /** Whether to read the groups of each member, which take a third of the statement's time; without, there are none. */
  readonly withGroups: boolean;
}

/**
 * The members of a workspace, active or not.
 * @throws DomainError as `authorize` and `Page` do
 */
export async function listMembers(
  context: ServiceContext,
  workspaceId: string,
  filter: MemberFilter,
  page: PageArguments,
  { order, withGroups }: MembersReading,
): Promise<Page<MemberRow, MemberValues>> {
  await authorize(context, 'member.read', workspaceId);
  requireModest(filter);
  await authorizeFilter(context, workspaceId, filter);
  if (order?.field === 'CREDITS_USED') await authorize(context, 'credits.read', workspaceId);
  const values: unknown[] = [workspaceId];
  const condition = memberFilterSql(filter, values);
  const isWhole = condition === 'true' && (order === null || (order.field === 'ID' && !order.descending));
  const ordering = MEMBER_ORDERINGS.get(order?.field ?? 'ID');
  return new Page<MemberRow, MemberValues>(
    context.batched,
    {
      ...MEMBERS,
      ...(withGroups ? {} : { columns: MEMBER_COLUMNS_WITHOUT_GROUPS }),
      owner: workspaceId,
      // PostgreSQL would join all memberships to count or skip members: it does not see that each has at most one.
      ...(ordering?.needsJoins === true || needsJoins(filter)
        ? { from: FILTER_TABLES, narrowFrom: FILTER_TABLES }
        : { narrowFrom: 'member m' }),
      where: `m.workspace_id = $1 and ${condition}`,
      ...(isOfMembership(filter) ? { countFrom: openMemberships(condition) } : {}),
      values,
      id: 'm.id',
      ...(ordering?.orderBy === undefined ? {} : { orderBy: ordering.orderBy }),
      descending: order?.descending ?? false,
      ...(isWhole
        ? { positions: context.positions.of(context.batched, context.pipelined, workspaceId) }
        : {}),
    },
    page,
    memberOf,
  );
}

/** The list to which a cursor of a workspace's members, in the order of creation, belongs. */
export function membersOf(workspaceId: string): ListOrder {
  return { name: MEMBERS.name, owner: workspaceId };
}

const CHANGED_MEMBERS = { ...MEMBERS, name: 'members.changed' };

/**
 * The members that a change of a group has changed, by id.
 * @throws DomainError as `authorize` and `Page` do
 */
export async function changedMembers(
  context: ServiceContext,
  workspaceId: string,
  ids: readonly string[],
  page: PageArguments,
): Promise<Page<MemberRow, MemberValues>> {
  await authorize(context, 'member.read', workspaceId);
  return new Page<MemberRow, MemberValues>(
    context.batched,
    {
      ...CHANGED_MEMBERS,
      owner: workspaceId,
      narrowFrom: 'member m',
      where: 'm.workspace_id = $1 and m.id = any($2::uuid[])',
      values: [workspaceId, ids],
      id: 'm.id',
    },
    page,
    memberOf,
  );
}

/** How many members there are; the active ones by role and by seat type. */
export interface MemberCounts {
  readonly active: number;
  readonly inactive: number;
  readonly byRole: readonly { readonly role: string; readonly count: number }[];
  readonly bySeatType: readonly { readonly seatType: string | null; readonly count: number }[];
}

/** The row with a null role counts all members: every membership has a role. */
const COUNTS = statement({
  name: 'members.counts',
  text: `
    select role, seat_type as "seatType", count(*)::integer as count from membership
    where workspace_id = $workspaceId and ended_at is null group by role, seat_type
    union all
    select null, null, coalesce(sum(members), 0)::integer from member_tally where workspace_id = $workspaceId
    order by 1, 2`,
  parameters: { workspaceId: uuid },
  columns: { role: nullable(oneOf(ROLES)), seatType: nullable(oneOf(SEAT_TYPES)), count: integer },
});

/**
 * Counts the members of a workspace.
 * @throws DomainError as `authorize` does
 */
export async function countMembers(context: ServiceContext, workspaceId: string): Promise<MemberCounts> {
  const { workspace } = await authorize(context, 'member.read', workspaceId);
  const counted = await COUNTS.rows(context.batched, { workspaceId });
  const all = counted.find(({ role }) => role === null)?.count ?? 0;
  const active = counted.reduce((total, { role, count }) => (role === null ? total : total + count), 0);
  return memberCounts(workspace, counted, all - active);
}

/** The number of members with a role and a seat type. A null role counts members who are not active. */
export interface CountedMembers {
  readonly role: string | null;
  readonly seatType: string | null;
  readonly count: number;
}

/** Sums up the counts of a query. */
export function memberCounts(
  workspace: Workspace,
  counted: readonly CountedMembers[],
  inactive: number,
): MemberCounts {
  const rows = counted.filter(({ role }) => role !== null);
  const sum = (key: 'role' | 'seatType') =>
    rows.reduce(
      (sums, row) => sums.set(row[key], (sums.get(row[key]) ?? 0) + row.count),
      new Map<string | null, number>(),
    );
  const active = rows.reduce((total, row) => total + row.count, 0);
  return {
    active,
    inactive,
    byRole: [...sum('role')].map(([role, count]) => ({ role: role ?? '', count })),
    bySeatType:
      workspace.version === 'V1'
        ? [...sum('seatType')].map(([seatType, count]) => ({ seatType, count }))
        : [],
  };
}

/**
 * A page of a member's memberships, newest first. The caller may already see the member.
 */
export function membershipsOf(
  context: ServiceContext,
  member: MemberRow,
  page: PageArguments,
): Page<Membership> {
  return new Page<Membership>(
    context.batched,
    {
      ...MEMBERSHIPS,
      owner: member.id,
      where: 's.member_id = $1 and s.workspace_id = $2',
      values: [member.id, member.workspaceId],
      id: 's.id',
      descending: true,
      ofRow: true,
    },
    page,
    asIs,
  );
}

const MEMBERSHIPS = selection({
  name: 'memberships.list',
  columns: selectList(TABLES.membership, 's'),
  from: 'membership s',
  types: TABLES.membership.columns,
});

const MEMBERSHIP_BY_ID = statement({
  name: 'memberships.byId',
  text: `
    select ${selectList(TABLES.membership, 's')} from membership s where s.id = $id and s.workspace_id = $workspaceId`,
  parameters: { id: uuid, workspaceId: uuid },
  columns: TABLES.membership.columns,
});

/** A membership of the workspace. The caller checks that it may see the member. */
export async function findMembership(
  { batched }: ServiceContext,
  workspaceId: string,
  id: string,
): Promise<Membership | undefined> {
  return MEMBERSHIP_BY_ID.row(batched, { id, workspaceId });
}
