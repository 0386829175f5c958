import { DomainError } from '../../domain/errors.js';
import type { Profile } from '../../domain/profile.js';
import { readProvisioning } from '../../domain/provisioning.js';
import type { Membership } from '../../model/membership.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import {
  asksAboutStay,
  authorizeFilter,
  type MemberFilter,
  memberFilterSql,
  requireModest,
} from '../filters/members.js';
import { MEMBER_ORDERINGS, type MemberOrder } from '../filters/order.js';
import { asIs, Page, type PageArguments } from '../lists/page.js';
import {
  findMember,
  findMemberByUserName,
  MEMBER_JSON_COLUMNS,
  MEMBER_TABLES,
  type MemberJson,
  type MemberRow,
  memberOfJson,
} from '../rows/members.js';
import {
  type AccessWish,
  accessWish,
  authorizeAccess,
  toBeRemoved,
  toHaveAccess,
  toHaveCreditLimit,
} from './requested-access.js';
import * as commands from './transaction.js';
import type { MemberChange } from './write.js';

export { type AccessWish, accessWish } from './requested-access.js';
export { clearAccess, deleteRecord, type MemberTarget } from './transaction.js';
export type { MemberChange } from './write.js';

export interface NewMember {
  readonly workspaceId: string;
  readonly userName: string;
  readonly externalId?: string | null;
  readonly profile?: Profile | null;
  readonly access?: AccessWish | null;
}

export interface MemberUpdate extends commands.MemberTarget {
  readonly userName?: string | null;
  readonly externalId?: string | null;
  readonly profile?: Profile | null;
}

/**
 * One member of the workspace, by id or by userName (without case).
 * @returns null when there is no such member
 * @throws DomainError as `authorize` does; FORBIDDEN for ordinary members asking for others; INVALID_INPUT without
 *   exactly one of the two
 */
export async function get(
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
  context.seen.note(found);
  return found;
}

/**
 * The members of a workspace, active or not.
 * @throws DomainError as `authorize` and `Page` do
 */
export async function list(
  context: ServiceContext,
  workspaceId: string,
  filter: MemberFilter,
  order: MemberOrder | null,
  page: PageArguments,
): Promise<Page<MemberRow, MemberJson>> {
  await authorize(context, 'member.read', workspaceId);
  requireModest(filter);
  await authorizeFilter(context, workspaceId, filter);
  if (order?.field === 'CREDITS_USED') await authorize(context, 'credits.read', workspaceId);
  const values: unknown[] = [workspaceId];
  const condition = memberFilterSql(filter, values);
  const isWhole = condition === 'true' && (order === null || (order.field === 'ID' && !order.descending));
  const { orderBy, ofStay = false } = MEMBER_ORDERINGS.get(order?.field ?? 'ID') ?? {};
  return new Page<MemberRow, MemberJson>(
    context.batched,
    {
      columns: MEMBER_JSON_COLUMNS,
      from: MEMBER_TABLES,
      // PostgreSQL joins all stays only to count or skip their members: it sees no use in a partial unique index there.
      ...(ofStay || asksAboutStay(filter) ? {} : { narrowFrom: 'member m' }),
      where: `m.workspace_id = $1 and ${condition}`,
      values,
      id: 'm.id',
      ...(orderBy === undefined ? {} : { orderBy }),
      descending: order?.descending ?? false,
      ...(isWhole
        ? { positions: context.positions.of(context.batched, context.pipelined, workspaceId) }
        : {}),
    },
    page,
    memberOfJson,
  );
}

/** Members, counted: the active ones by what they are. */
export interface MemberCounts {
  readonly active: number;
  readonly inactive: number;
  readonly byRole: readonly { readonly role: string; readonly count: number }[];
  readonly bySeatType: readonly { readonly seatType: string | null; readonly count: number }[];
}

/** Everybody is counted in the row without a role, which no membership is. */
const COUNTS = `
  select role, seat_type as "seatType", count(*)::integer as count from membership
  where workspace_id = $1 and ended_at is null group by role, seat_type
  union all select null, null, coalesce(sum(members), 0)::integer from member_tally where workspace_id = $1
  order by 1, 2`;

/**
 * How many members there are; of the active ones, by role and by seat type. An index is counted, whatever is asked.
 * @throws DomainError as `authorize` does
 */
export async function counts(context: ServiceContext, workspaceId: string): Promise<MemberCounts> {
  const { workspace } = await authorize(context, 'member.read', workspaceId);
  const counted = await context.batched.rows<{
    role: string | null;
    seatType: string | null;
    count: number;
  }>(COUNTS, [workspaceId]);
  const all = counted.find(({ role }) => role === null)?.count ?? 0;
  const rows = counted.filter(({ role }) => role !== null);
  const sum = (key: 'role' | 'seatType') =>
    rows.reduce(
      (sums, row) => sums.set(row[key], (sums.get(row[key]) ?? 0) + row.count),
      new Map<string | null, number>(),
    );
  const active = rows.reduce((total, row) => total + row.count, 0);
  return {
    active,
    inactive: all - active,
    byRole: [...sum('role')].map(([role, count]) => ({ role: role ?? '', count })),
    bySeatType:
      workspace.version === 'V1'
        ? [...sum('seatType')].map(([seatType, count]) => ({ seatType, count }))
        : [],
  };
}

/**
 * The stays of members, newest first. For members whom the caller has been shown.
 * @returns a page of the member's stays
 */
export function memberships(
  context: ServiceContext,
  member: MemberRow,
  page: PageArguments,
): Page<Membership> {
  return new Page<Membership>(
    context.batched,
    {
      columns: MEMBERSHIP_COLUMNS,
      from: 'membership s',
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

const MEMBERSHIP_COLUMNS = `
  s.id, s.workspace_id as "workspaceId", s.workspace_version as "workspaceVersion", s.member_id as "memberId",
  s.started_at as "startedAt", s.ended_at as "endedAt", s.role, s.seat_type as "seatType",
  s.credit_limit as "creditLimit", s.credit_limit_set_by as "creditLimitSetBy"`;

/** A stay of the workspace's. For whoever may see its member. */
export async function membership(
  { batched }: ServiceContext,
  workspaceId: string,
  id: string,
): Promise<Membership | undefined> {
  const sql = `select ${MEMBERSHIP_COLUMNS} from membership s where s.id = $1 and s.workspace_id = $2`;
  const [found] = await batched.rows<Membership>(sql, [id, workspaceId]);
  return found;
}

/**
 * Adds somebody by e-mail address (rules 14, 15).
 * @throws DomainError as `member-commands.add` does
 */
export async function add(context: ServiceContext, input: NewMember): Promise<MemberChange> {
  const { workspaceId, userName, externalId, profile, access } = input;
  await authorizeAccess(context, workspaceId, access ?? null);
  return commands.add(context, workspaceId, (workspace) => ({
    ...readProvisioning(workspace.version, {
      mode: 'CREATE',
      userName,
      // Whoever is added again keeps what is not said again.
      ...(externalId == null ? {} : { externalId }),
      ...(profile == null ? {} : { profile }),
    }),
    ...(access == null ? {} : accessWish(workspace, access)),
  }));
}

/**
 * Changes who a member is said to be: userName, external id, profile. A null leaves things as they are, but clears
 * the external id.
 * @throws DomainError as `member-commands.change` does
 */
export function update(context: ServiceContext, input: MemberUpdate): Promise<MemberChange> {
  const { userName, externalId, profile } = input;
  return commands.change(context, input, (workspace) =>
    readProvisioning(workspace.version, {
      mode: 'PATCH',
      ...(userName == null ? {} : { userName }),
      ...(externalId === undefined ? {} : { externalId }),
      ...(profile == null ? {} : { profile }),
    }),
  );
}

/**
 * Sets what an active member may do. On V2 an absent credit limit leaves the limit as it is. An owner on V1 gets or
 * loses a seat, and stays owner: only `owners.demote` changes that.
 * @throws DomainError as `member-commands.change` does; INVALID_INPUT for somebody who is not active
 */
export async function setAccess(
  context: ServiceContext,
  { access, ...target }: commands.MemberTarget & { readonly access: AccessWish },
): Promise<MemberChange> {
  await authorizeAccess(context, target.workspaceId, access);
  return commands.change(context, target, toHaveAccess(access));
}

/**
 * Caps a member's credits a month; null clears the cap.
 * @throws DomainError as `member-commands.change` does; WRONG_WORKSPACE_VERSION on V1; INVALID_INPUT for somebody
 *   who is not active; CREDIT_LIMIT_NOT_ALLOWED
 */
export function setCreditLimit(
  context: ServiceContext,
  { creditLimit, ...target }: commands.MemberTarget & { readonly creditLimit: number | null },
): Promise<MemberChange> {
  return commands.change(context, target, toHaveCreditLimit(creditLimit));
}

/**
 * Ends the member's stay; the record remains, inactive (rule 16). Of somebody who is not active: nothing changes.
 * @throws DomainError as `member-commands.change` does; OWNER_PROTECTED; LAST_OWNER
 */
export function remove(context: ServiceContext, target: commands.MemberTarget): Promise<MemberChange> {
  return commands.change(context, target, toBeRemoved);
}
