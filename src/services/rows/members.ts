import type { Sql } from '../../database/database.js';
import {
  ACCESS_NAMES,
  type Access,
  creditLimitApplies,
  type Role,
  type SeatType,
  type WorkspaceVersion,
} from '../../domain/access.js';
import type { HeldAccess } from '../../domain/granted-access.js';
import { isId } from '../../domain/ids.js';
import type { MemberState } from '../../domain/member-state.js';
import { type Person, personIn } from '../../domain/provisioning.js';
import type { MemberAccess } from '../../model/access.js';
import { columnsOf } from '../../model/columns.js';
import type { Group } from '../../model/group.js';
import { Member } from '../../model/member.js';
import { Membership } from '../../model/membership.js';
import { GROUPS_OF_MEMBER, type GroupOfMember, groupOfMember } from './groups.js';

/** What the model's `Member` shows beside its columns; `completeMember` computes it. */
type Computed = 'profile' | 'active' | 'role' | 'access' | 'accessSetBy' | 'groups';

/** What a member row has under another name, or not at all, of its open membership. */
const MEMBERSHIP_KEYS = ['id', 'workspaceId', 'memberId', 'endedAt'] as const;
type MembershipColumn = Exclude<keyof Membership, (typeof MEMBERSHIP_KEYS)[number]>;

/** The open membership of a member; every value is null when the member is not active. */
export type OpenMembership = { readonly [Name in MembershipColumn]: Membership[Name] | null } & {
  readonly membershipId: string | null;
};

/** What is stored about a member: its columns, its open membership and its groups. */
export type StoredMember = Readonly<Omit<Member, Computed>> &
  OpenMembership & {
    /** Whether the workspace would be without an owner if it left. */
    readonly isLastOwner: boolean;
    readonly groups: readonly Group[];
  };

/** A member as every query gives it: what is stored, and what the model's `Member` computes from it. */
export type MemberRow = StoredMember & Member;

/** Computes what is not stored. A plain object, not an instance: imports read pages of them. */
export function completeMember(stored: StoredMember): MemberRow {
  return {
    ...stored,
    profile: { ...stored.attributes, attributes: stored.attributes },
    active: stored.membershipId !== null,
    access: memberAccess(stored),
  };
}

/** What GraphQL shows of an access. */
export function memberAccess({
  workspaceVersion,
  role,
  seatType,
  creditLimit,
}: {
  readonly workspaceVersion: WorkspaceVersion | null;
  readonly role: Role | null;
  readonly seatType: SeatType | null;
  readonly creditLimit: number | null;
}): MemberAccess | null {
  if (role === null) return null;
  if (workspaceVersion === 'V1') return { seatType };
  return { role, creditLimit, creditLimitApplies: creditLimitApplies(role) };
}

/** The open membership; null when the member is not active. */
export function membershipOf(row: MemberRow): Membership | null {
  if (row.membershipId === null) return null;
  const columns = MEMBERSHIP_COLUMNS.map(({ property }) => [property, row[property]] as const);
  const { membershipId: id, workspaceId, id: memberId } = row;
  // In an open membership, only nullable columns are null.
  return {
    ...(Object.fromEntries(columns) as unknown as Membership),
    id,
    workspaceId,
    memberId,
    endedAt: null,
  };
}

/** The columns of an open membership that a member row has under their own names. */
export const MEMBERSHIP_COLUMNS = columnsOf(Membership).filter(
  (column): column is typeof column & { readonly property: MembershipColumn } =>
    !MEMBERSHIP_KEYS.some((key) => key === column.property),
);

/** Of a member who is not active. */
export const NO_MEMBERSHIP = Object.fromEntries([
  ['membershipId', null],
  ...MEMBERSHIP_COLUMNS.map(({ property }) => [property, null]),
]) as { readonly [Name in keyof OpenMembership]: null };

/** Looked up for owners only: the others are told apart by what the row has already. */
const IS_LAST_OWNER = `coalesce(s.role = 'OWNER', false) and not exists (
    select 1 from membership o
    where o.workspace_id = s.workspace_id and o.role = 'OWNER' and o.ended_at is null and o.id <> s.id)`;

/** A value of a stored member: what it is called, its SQL over `MEMBER_TABLES`, and whether JSON has it as text. */
interface Value {
  readonly property: string;
  readonly sql: string;
  readonly isTime: boolean;
}

/** All of a member but its id, in the order in which `MEMBER_COLUMNS` selects them. */
const VALUES: readonly Value[] = [
  ...columnsOf(Member)
    .filter(({ property }) => property !== 'id')
    .map(({ property, name, isTime }) => ({ property, sql: `m.${name}`, isTime })),
  { property: 'membershipId', sql: 's.id', isTime: false },
  ...MEMBERSHIP_COLUMNS.map(({ property, name, isTime }) => ({ property, sql: `s.${name}`, isTime })),
  { property: 'isLastOwner', sql: IS_LAST_OWNER, isTime: false },
  { property: 'groups', sql: GROUPS_OF_MEMBER, isTime: false },
];

export const MEMBER_TABLES = 'member m left join membership s on s.member_id = m.id and s.ended_at is null';

/**
 * What every query of members selects from `MEMBER_TABLES`; `memberOf` decodes it. The values are one column: the
 * driver needs more time for each of 20 columns than PostgreSQL and the parser need for all, and it would receive the
 * names with every row.
 */
export const MEMBER_COLUMNS = `m.id, json_build_array(${VALUES.map(({ sql }) => sql).join(', ')}) as "values"`;

/** A row with `MEMBER_COLUMNS`. */
export interface MemberValues {
  readonly id: string;
  readonly values: readonly unknown[];
}

/** The one decoder of `MEMBER_COLUMNS`. */
export function memberOf({ id, values }: MemberValues): MemberRow {
  const stored: Record<string, unknown> = { id };
  VALUES.forEach(({ property, isTime }, index) => {
    const value = values[index];
    stored[property] = isTime && typeof value === 'string' ? new Date(value) : value;
  });
  stored.groups = groupsIn(stored.groups);
  // The columns are those of the model, which a test compares with the database.
  return completeMember(stored as unknown as StoredMember);
}

const NO_GROUPS: readonly Group[] = [];

function groupsIn(value: unknown): readonly Group[] {
  // `GROUPS_OF_MEMBER` selects a list of these.
  return Array.isArray(value) ? (value as readonly GroupOfMember[]).map(groupOfMember) : NO_GROUPS;
}

/** A query of members. */
function selectMembers(condition: string): string {
  return `select ${MEMBER_COLUMNS} from ${MEMBER_TABLES} where ${condition}`;
}

const MEMBER_BY_ID = selectMembers('m.id = $1 and m.workspace_id = $2');
const MEMBER_BY_USER_NAME = selectMembers('m.workspace_id = $1 and m.user_name = $2');
const MEMBER_BY_ACCOUNT = selectMembers('m.workspace_id = $1 and m.account_id = $2');
const MEMBERS_BY_ID = selectMembers('m.workspace_id = $1 and m.id = any($2::uuid[])');
const ADMINS = `${selectMembers("m.workspace_id = $1 and s.role = 'ADMIN'")} order by m.id`;
const NAMESAKE = 'm.workspace_id = $1 and (m.user_name = $2 or m.account_id = $3)';
const NAMESAKES = selectMembers(NAMESAKE);

/** The member with that id in the workspace, if there is one. */
export async function findMember(sql: Sql, workspaceId: string, id: string): Promise<MemberRow | undefined> {
  if (!isId(id)) return undefined;
  const [member] = await membersIn(sql, MEMBER_BY_ID, [id, workspaceId]);
  return member;
}

/** The member with that userName in the workspace, in any case, if there is one. */
export async function findMemberByUserName(
  sql: Sql,
  workspaceId: string,
  userName: string,
): Promise<MemberRow | undefined> {
  const [member] = await membersIn(sql, MEMBER_BY_USER_NAME, [workspaceId, userName]);
  return member;
}

/** The member that an account is in the workspace, if it is one. */
export async function findMemberByAccount(
  sql: Sql,
  workspaceId: string,
  accountId: string,
): Promise<MemberRow | undefined> {
  const [member] = await membersIn(sql, MEMBER_BY_ACCOUNT, [workspaceId, accountId]);
  return member;
}

/** Those of the members with these ids who are in the workspace, by id. */
export async function findMembers(
  sql: Sql,
  workspaceId: string,
  ids: readonly string[],
): Promise<Map<string, MemberRow>> {
  const members = await membersIn(sql, MEMBERS_BY_ID, [workspaceId, ids.filter(isId)]);
  return new Map(members.map((member) => [member.id, member]));
}

/** The workspace's admins, in the order of their ids. */
export function findAdmins(sql: Sql, workspaceId: string): Promise<MemberRow[]> {
  return membersIn(sql, ADMINS, [workspaceId]);
}

async function membersIn(sql: Sql, query: string, values: readonly unknown[]): Promise<MemberRow[]> {
  const rows = await sql.rows<MemberValues>(query, values);
  return rows.map(memberOf);
}

/**
 * Locks these members until the transaction ends. Lock first and read afterwards: a statement that waits for a lock
 * does not see how joined tables have changed.
 * @returns the ids of those that exist
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

/** The members that have a userName or belong to an account, locked until the transaction ends. */
export async function lockNamesakes(
  sql: Sql,
  workspaceId: string,
  userName: string,
  accountId: string,
): Promise<MemberRow[]> {
  const values = [workspaceId, userName, accountId];
  await sql.rows(`select 1 from member m where ${NAMESAKE} order by m.id for no key update`, values);
  return membersIn(sql, NAMESAKES, values);
}

/** The member's access; null when it is not active. */
export function accessOf(row: OpenMembership): Access | null {
  const { role } = row;
  return role === null ? null : accessIn({ ...row, role });
}

/** The parts of an access in a row that has them. */
export function accessIn(row: Access): Access {
  return Object.fromEntries(ACCESS_NAMES.map((name) => [name, row[name]])) as unknown as Access;
}

/** The member's access and who has set it; null when it is not active. */
export function heldAccess(row: OpenMembership): HeldAccess | null {
  const access = accessOf(row);
  return access && { access, accessSetBy: row.accessSetBy };
}

/** The member as the rules see it. */
export function stateOf(row: StoredMember): MemberState {
  const person: Person = personIn({ ...row, profile: row.attributes });
  return { ...person, access: accessOf(row) };
}

/** The columns of a person: what `stateOf` reads. */
export function columnsOfPerson({
  profile,
  ...person
}: Person): Omit<Person, 'profile'> & Pick<StoredMember, 'attributes'> {
  return { ...person, attributes: profile };
}
