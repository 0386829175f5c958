import type { Sql } from '../../database/database.js';
import {
  type Access,
  creditLimitApplies,
  type Origin,
  type Role,
  type SeatType,
  type WorkspaceVersion,
} from '../../domain/access.js';
import { DomainError } from '../../domain/errors.js';
import type { HeldAccess } from '../../domain/granted-access.js';
import { isId } from '../../domain/ids.js';
import type { MemberState } from '../../domain/member-state.js';
import type { Profile } from '../../domain/profile.js';
import type { MemberAccess } from '../../model/access.js';
import type { Group } from '../../model/group.js';
import type { Member } from '../../model/member.js';
import type { Membership } from '../../model/membership.js';
import { GROUPS_OF_MEMBER, type GroupOfMember, groupOfMember } from './groups.js';

/** A member with its open membership, as the queries below give it. */
export interface MemberRecord {
  readonly id: string;
  readonly workspaceId: string;
  readonly accountId: string;
  readonly userName: string;
  readonly externalId: string | null;
  /** What has been said about the person. */
  readonly attributes: Profile;
  readonly managedBy: Origin;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly workspaceVersion: WorkspaceVersion | null;
  readonly membershipId: string | null;
  readonly role: Role | null;
  readonly seatType: SeatType | null;
  readonly creditLimit: number | null;
  readonly creditLimitSetBy: Origin | null;
  readonly accessSetBy: Origin | null;
  /** When the open membership began. */
  readonly startedAt: Date | null;
  /** Whether the workspace would be without an owner if it left. */
  readonly isLastOwner: boolean;
  /** The groups that it is in, by name; null for none. */
  readonly groupsOfMember: readonly GroupOfMember[] | null;
}

/** A record with what the model says of it beside: it has the shape of the model's `Member`. */
export type MemberRow = MemberRecord & Member;

const NO_GROUPS: readonly Group[] = [];

/** Completes a record, without a class instance: pages of them are read at every import. */
export function memberRow(record: MemberRecord): MemberRow {
  return {
    ...record,
    profile: { ...record.attributes, attributes: record.attributes },
    active: record.membershipId !== null,
    access: memberAccess(record),
    groups: record.groupsOfMember === null ? NO_GROUPS : record.groupsOfMember.map(groupOfMember),
  };
}

/** What GraphQL shows of the access in a stay. */
export function memberAccess({
  workspaceVersion,
  role,
  seatType,
  creditLimit,
}: Pick<MemberRecord, 'workspaceVersion' | 'role' | 'seatType' | 'creditLimit'>): MemberAccess | null {
  if (role === null) return null;
  if (workspaceVersion === 'V1') return { seatType };
  return { role, creditLimit, creditLimitApplies: creditLimitApplies(role) };
}

/** The open stay; null when the member is not active. */
export function membershipOf(row: MemberRecord): Membership | null {
  const { membershipId, workspaceVersion, startedAt, role } = row;
  if (membershipId === null || workspaceVersion === null || startedAt === null || role === null) return null;
  const { workspaceId, id: memberId, seatType, creditLimit, creditLimitSetBy, accessSetBy } = row;
  const access = { role, seatType, creditLimit, creditLimitSetBy, accessSetBy };
  return { id: membershipId, workspaceId, workspaceVersion, memberId, startedAt, endedAt: null, ...access };
}

/** Looked up for owners only: the others are told apart by what the row has already. */
const IS_LAST_OWNER = `coalesce(s.role = 'OWNER', false) and not exists (
    select 1 from membership o
    where o.workspace_id = s.workspace_id and o.role = 'OWNER' and o.ended_at is null and o.id <> s.id)`;

/** What a record has beside its id, of the tables in `MEMBER_TABLES`; `MemberJson` has it in the same order. */
const MEMBER_VALUES: readonly (readonly [name: keyof MemberRecord, sql: string])[] = [
  ['workspaceId', 'm.workspace_id'],
  ['accountId', 'm.account_id'],
  ['userName', 'm.user_name'],
  ['externalId', 'm.external_id'],
  ['attributes', 'm.profile'],
  ['managedBy', 'm.managed_by'],
  ['version', 'm.version'],
  ['createdAt', 'm.created_at'],
  ['updatedAt', 'm.updated_at'],
  ['workspaceVersion', 's.workspace_version'],
  ['membershipId', 's.id'],
  ['role', 's.role'],
  ['seatType', 's.seat_type'],
  ['creditLimit', 's.credit_limit'],
  ['creditLimitSetBy', 's.credit_limit_set_by'],
  ['accessSetBy', 's.access_set_by'],
  ['startedAt', 's.started_at'],
  ['isLastOwner', IS_LAST_OWNER],
  ['groupsOfMember', GROUPS_OF_MEMBER],
];

/** The columns of a `MemberRecord`. */
export const MEMBER_ROW_COLUMNS = `m.id, ${MEMBER_VALUES.map(([name, sql]) => `${sql} as "${name}"`).join(', ')}`;

export const MEMBER_TABLES = 'member m left join membership s on s.member_id = m.id and s.ended_at is null';

/**
 * The same as one column, for what is read most: the driver takes longer over each of 20 columns than PostgreSQL and the
 * parser do over all of them, and names would be sent anew with every row.
 */
export const MEMBER_JSON_COLUMNS = `m.id, json_build_array(${MEMBER_VALUES.map(([, sql]) => sql).join(', ')}) as "values"`;

/** A row with these columns. In JSON, times are text. */
export interface MemberJson {
  readonly id: string;
  readonly values: readonly [
    workspaceId: string,
    accountId: string,
    userName: string,
    externalId: string | null,
    attributes: Profile,
    managedBy: Origin,
    version: number,
    createdAt: string,
    updatedAt: string,
    workspaceVersion: WorkspaceVersion | null,
    membershipId: string | null,
    role: Role | null,
    seatType: SeatType | null,
    creditLimit: number | null,
    creditLimitSetBy: Origin | null,
    accessSetBy: Origin | null,
    startedAt: string | null,
    isLastOwner: boolean,
    groupsOfMember: readonly GroupOfMember[] | null,
  ];
}

export function memberOfJson({ id, values }: MemberJson): MemberRow {
  return memberRow({
    id,
    workspaceId: values[0],
    accountId: values[1],
    userName: values[2],
    externalId: values[3],
    attributes: values[4],
    managedBy: values[5],
    version: values[6],
    createdAt: new Date(values[7]),
    updatedAt: new Date(values[8]),
    workspaceVersion: values[9],
    membershipId: values[10],
    role: values[11],
    seatType: values[12],
    creditLimit: values[13],
    creditLimitSetBy: values[14],
    accessSetBy: values[15],
    startedAt: values[16] === null ? null : new Date(values[16]),
    isLastOwner: values[17],
    groupsOfMember: values[18],
  });
}

function memberWhere(condition: string): string {
  return `select ${MEMBER_JSON_COLUMNS} from ${MEMBER_TABLES} where ${condition}`;
}

const MEMBER_BY_ID = memberWhere('m.id = $1 and m.workspace_id = $2');
const MEMBER_BY_USER_NAME = memberWhere('m.workspace_id = $1 and m.user_name = $2');

/** The member of that workspace with that id, if there is one. */
export async function findMember(sql: Sql, workspaceId: string, id: string): Promise<MemberRow | undefined> {
  return isId(id) ? await oneMember(sql, MEMBER_BY_ID, [id, workspaceId]) : undefined;
}

/** The member of that workspace with that userName, in whatever case, if there is one. */
export function findMemberByUserName(
  sql: Sql,
  workspaceId: string,
  userName: string,
): Promise<MemberRow | undefined> {
  return oneMember(sql, MEMBER_BY_USER_NAME, [workspaceId, userName]);
}

async function oneMember(sql: Sql, statement: string, values: string[]): Promise<MemberRow | undefined> {
  const [row] = await sql.rows<MemberJson>(statement, values);
  return row && memberOfJson(row);
}

/**
 * Keeps everybody else from changing these members until the transaction ends. The lock comes first and the reading
 * after it: a statement that waits for a lock does not see what joined tables have become.
 * @returns the ids of those that are there
 */
export async function lockMembers(
  sql: Sql,
  workspaceId: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const rows = await sql.rows<{ id: string }>(
    'select id from member where workspace_id = $1 and id = any($2::uuid[]) order by id for no key update',
    [workspaceId, ids.filter(isId)],
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * The account of one of the workspace's members.
 * @throws DomainError NOT_FOUND
 */
export async function accountOfMember(sql: Sql, workspaceId: string, memberId: string): Promise<string> {
  const [member] = isId(memberId)
    ? await sql.rows<{ accountId: string }>(
        'select account_id as "accountId" from member where workspace_id = $1 and id = $2',
        [workspaceId, memberId],
      )
    : [];
  if (member === undefined) throw new DomainError('NOT_FOUND', 'There is no such member in this workspace.');
  return member.accountId;
}

/** The workspace's admins, in the order of their ids. */
export async function findAdmins(sql: Sql, workspaceId: string): Promise<MemberRow[]> {
  const records = await sql.rows<MemberRecord>(
    `select ${MEMBER_ROW_COLUMNS} from ${MEMBER_TABLES} where m.workspace_id = $1 and s.role = 'ADMIN' order by m.id`,
    [workspaceId],
  );
  return records.map(memberRow);
}

/** The members whom an address or a userName already stands for, locked. */
export async function lockNamesakes(
  sql: Sql,
  workspaceId: string,
  userName: string,
  accountId: string,
): Promise<MemberRow[]> {
  const where = 'm.workspace_id = $1 and (m.user_name = $2 or m.account_id = $3)';
  const values = [workspaceId, userName, accountId];
  await sql.rows(`select 1 from member m where ${where} order by m.id for no key update`, values);
  const records = await sql.rows<MemberRecord>(
    `select ${MEMBER_ROW_COLUMNS} from ${MEMBER_TABLES} where ${where}`,
    values,
  );
  return records.map(memberRow);
}

export function accessOf(row: MemberRecord): Access | null {
  if (row.role === null) return null;
  const { role, seatType, creditLimit, creditLimitSetBy } = row;
  return { role, seatType, creditLimit, creditLimitSetBy };
}

/** What the member may do and who said so; null when it is not active. */
export function heldAccess(row: MemberRecord): HeldAccess | null {
  const access = accessOf(row);
  return access && { access, accessSetBy: row.accessSetBy };
}

export function stateOf(row: MemberRecord): MemberState {
  const { userName, externalId, attributes } = row;
  return { userName, externalId, profile: attributes, access: accessOf(row) };
}
