import type { AssignableRole, SeatType, V1AssignableRole, WorkspaceVersion } from '../domain/access.js';
import { DomainError } from '../domain/errors.js';
import type { Profile } from '../domain/profile.js';
import { type MemberWish, readProvisioning } from '../domain/provisioning.js';
import type { Membership } from '../model/membership.js';
import type { Workspace } from '../model/workspace.js';
import { authorize } from './authorization.js';
import type { ServiceContext } from './context.js';
import type { MemberChange } from './member-changes.js';
import * as commands from './member-commands.js';
import { asksAboutStay, type MemberFilter, memberFilterSql, requireModest } from './member-filter.js';
import { MEMBER_ORDERINGS, type MemberOrder } from './member-order.js';
import {
  findMember,
  MEMBER_ROW_COLUMNS,
  MEMBER_TABLES,
  type MemberRecord,
  type MemberRow,
  memberRow,
} from './member-rows.js';
import { asIs, Page, type PageArguments } from './page.js';

export type { MemberChange } from './member-changes.js';
export { clearAccess, deleteRecord, type MemberTarget } from './member-commands.js';

/** The access that a client gives: exactly one of the two. */
export interface AccessWish {
  readonly seat?: { readonly seatType?: SeatType | null; readonly role: V1AssignableRole } | null;
  readonly role?: { readonly role: AssignableRole; readonly creditLimit?: number | null } | null;
}

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
  if (by.id != null) return (await findMember(context.batched, workspaceId, by.id)) ?? null;
  const [record] = await context.database.rows<MemberRecord>(
    `select ${MEMBER_ROW_COLUMNS} from ${MEMBER_TABLES} where m.workspace_id = $1 and m.user_name = $2`,
    [workspaceId, by.userName ?? ''],
  );
  return record === undefined ? null : memberRow(record);
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
): Promise<Page<MemberRow, MemberRecord>> {
  await authorize(context, 'member.read', workspaceId);
  requireModest(filter);
  const values: unknown[] = [workspaceId];
  const condition = memberFilterSql(filter, values);
  const { orderBy, ofStay = false } = MEMBER_ORDERINGS.get(order?.field ?? 'ID') ?? {};
  return new Page<MemberRow, MemberRecord>(
    context.batched,
    {
      columns: MEMBER_ROW_COLUMNS,
      from: MEMBER_TABLES,
      // PostgreSQL joins all stays only to count or skip their members: it sees no use in a partial unique index there.
      ...(ofStay || asksAboutStay(filter) ? {} : { narrowFrom: 'member m' }),
      where: `m.workspace_id = $1 and ${condition}`,
      values,
      id: 'm.id',
      ...(orderBy === undefined ? {} : { orderBy }),
      descending: order?.descending ?? false,
    },
    page,
    memberRow,
  );
}

/** Active members, counted by what they are. */
export interface MemberCounts {
  readonly active: number;
  readonly byRole: readonly { readonly role: string; readonly count: number }[];
  readonly bySeatType: readonly { readonly seatType: string | null; readonly count: number }[];
}

/**
 * How many active members there are, by role and by seat type.
 * @throws DomainError as `authorize` does
 */
export async function counts(context: ServiceContext, workspaceId: string): Promise<MemberCounts> {
  const { workspace } = await authorize(context, 'member.read', workspaceId);
  const rows = await context.batched.rows<{ role: string; seatType: string | null; count: number }>(
    `select role, seat_type as "seatType", count(*)::integer as count from membership
     where workspace_id = $1 and ended_at is null group by role, seat_type order by role, seat_type`,
    [workspaceId],
  );
  const sum = (key: 'role' | 'seatType') =>
    rows.reduce(
      (sums, row) => sums.set(row[key], (sums.get(row[key]) ?? 0) + row.count),
      new Map<string | null, number>(),
    );
  return {
    active: rows.reduce((total, row) => total + row.count, 0),
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
    },
    page,
    asIs,
  );
}

const MEMBERSHIP_COLUMNS = `
  s.id, s.workspace_id as "workspaceId", s.workspace_version as "workspaceVersion", s.member_id as "memberId",
  s.started_at as "startedAt", s.ended_at as "endedAt", s.role, s.seat_type as "seatType",
  s.credit_limit as "creditLimit", s.credit_limit_set_by as "creditLimitSetBy"`;

/** The stays with these ids, in no order. For members whom the caller has been shown. */
export function membershipsByIds(context: ServiceContext, ids: readonly string[]): Promise<Membership[]> {
  return context.database.rows<Membership>(
    `select ${MEMBERSHIP_COLUMNS} from membership s where s.id = any($1::uuid[])`,
    [ids],
  );
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
  return commands.change(context, target, (workspace, member) => {
    requireActive(member);
    const { role, ...others } = accessWish(workspace, access);
    // MEMBER is what the schema puts where no role is given.
    const staysOwner = member.role === 'OWNER' && role === 'MEMBER';
    return { mode: 'PATCH', ...others, ...(role === undefined || staysOwner ? {} : { role }) };
  });
}

/** @throws DomainError as `authorize` does: not everybody who adds members may make admins on V1 */
export async function authorizeAccess(
  context: ServiceContext,
  workspaceId: string,
  access: AccessWish | null,
): Promise<void> {
  if (access?.seat?.role === 'ADMIN') await authorize(context, 'member.appointV1Admin', workspaceId);
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
  return commands.change(context, target, (workspace, member) => {
    requireVersion(workspace, 'V2', 'creditLimit');
    requireActive(member);
    return { mode: 'PATCH', creditLimit };
  });
}

/**
 * Ends the member's stay; the record remains, inactive (rule 16). Of somebody who is not active: nothing changes.
 * @throws DomainError as `member-commands.change` does; OWNER_PROTECTED; LAST_OWNER
 */
export function remove(context: ServiceContext, target: commands.MemberTarget): Promise<MemberChange> {
  return commands.change(context, target, () => ({ mode: 'PATCH', active: false }));
}

/** @throws DomainError WRONG_WORKSPACE_VERSION for the other version's kind of access */
export function accessWish(workspace: Workspace, { seat, role }: AccessWish): Partial<MemberWish> {
  if (seat != null) {
    requireVersion(workspace, 'V1', 'seat');
    return { role: seat.role, seatType: seat.seatType ?? null };
  }
  if (role == null)
    throw new DomainError('INVALID_INPUT', 'Say which access: a seat or a role.', { attribute: 'access' });
  requireVersion(workspace, 'V2', 'role');
  return { role: role.role, ...(role.creditLimit == null ? {} : { creditLimit: role.creditLimit }) };
}

function requireVersion({ version }: Workspace, needed: WorkspaceVersion, attribute: string): void {
  if (version === needed) return;
  const instead = version === 'V1' ? 'seat' : 'role';
  throw new DomainError('WRONG_WORKSPACE_VERSION', `${attribute} does not exist on a ${version} workspace.`, {
    attribute,
    hint: `Give a ${instead} instead.`,
  });
}

function requireActive({ membershipId }: MemberRow): void {
  if (membershipId === null) {
    throw new DomainError(
      'INVALID_INPUT',
      'The member is not active, and so has no access that could change.',
      {
        hint: 'Add the person again first.',
      },
    );
  }
}
