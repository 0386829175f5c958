import {
  arrayOf,
  type ColumnType,
  json,
  nullable,
  text,
  timestamptz,
  uuid,
} from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { type Statement, statement } from '../../database/statement.js';
import { TABLES, type Table, without } from '../../database/tables.js';
import {
  ACCESS_NAMES,
  type Access,
  creditLimitApplies,
  type Role,
  type SeatType,
  type WorkspaceVersion,
} from '../../domain/access.js';
import { canonicalUserName } from '../../domain/canonical.js';
import { DomainError } from '../../domain/errors.js';
import type { HeldAccess } from '../../domain/granted-access.js';
import { isId } from '../../domain/ids.js';
import type { MemberState } from '../../domain/member-state.js';
import { type Person, personIn } from '../../domain/provisioning.js';
import type { MemberAccess } from '../../model/access.js';
import type { Group } from '../../model/group.js';
import type { Member } from '../../model/member.js';
import type { Membership } from '../../model/membership.js';
import { GROUPS_OF_MEMBER, type GroupOfMember, groupOfMember } from './groups.js';

/** The properties of the model's `Member` that are not columns; `completeMember` computes them. */
type Computed = 'profile' | 'active' | 'role' | 'access' | 'accessSetBy' | 'groups';

/** The columns of an open membership that a member row has under their own names. */
const OPEN_MEMBERSHIP = without(TABLES.membership, 'id', 'workspaceId', 'memberId', 'endedAt');
type MembershipColumn = keyof typeof OPEN_MEMBERSHIP.columns;

/** The open membership of a member; every value is null when the member is not active. */
export type OpenMembership = { readonly [Name in MembershipColumn]: Membership[Name] | null } & {
  readonly membershipId: string | null;
};

/** The stored values of a member: its columns, its open membership and its groups. */
export type StoredMember = Readonly<Omit<Member, Computed>> &
  OpenMembership & {
    /** Whether the workspace would be without an owner if it left. */
    readonly isLastOwner: boolean;
    readonly groups: readonly Group[];
  };

/** A member as every query returns it: the stored values, and those that the model's `Member` computes from them. */
export type MemberRow = StoredMember & Member;

/**
 * Computes the values that are not stored. Returns a plain object, which is cheaper than an instance on large pages.
 */
export function completeMember(stored: StoredMember): MemberRow {
  return {
    ...stored,
    profile: { ...stored.attributes, attributes: stored.attributes },
    active: stored.membershipId !== null,
    access: memberAccess(stored),
  };
}

/** The access as GraphQL shows it. */
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
  const columns = OPEN_MEMBERSHIP.properties.map((name) => [name, row[name]] as const);
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

/** The open membership of a member who is not active. */
export const NO_MEMBERSHIP = Object.fromEntries(
  ['membershipId', ...OPEN_MEMBERSHIP.properties].map((name) => [name, null]),
) as { readonly [Name in keyof OpenMembership]: null };

/** Only owners need the subquery. */
const IS_LAST_OWNER = `coalesce(s.role = 'OWNER', false) and not exists (
    select 1 from membership o
    where o.workspace_id = s.workspace_id and o.role = 'OWNER' and o.ended_at is null and o.id <> s.id)`;

/** A value of a stored member: its name, its SQL over `MEMBER_TABLES`, and whether JSON has it as text. */
interface Value {
  readonly property: string;
  readonly sql: string;
  readonly isTime: boolean;
}

/** All of a member but its id, in the order in which `MEMBER_COLUMNS` selects them. */
const VALUES: readonly Value[] = [
  // No rule reads the columns that only unique constraints and the search need.
  ...columnValues(without(TABLES.member, 'id', 'canonicalUserName', 'externalIdRank', 'searchText'), 'm'),
  { property: 'membershipId', sql: 's.id', isTime: false },
  ...columnValues(OPEN_MEMBERSHIP, 's'),
  { property: 'isLastOwner', sql: IS_LAST_OWNER, isTime: false },
  { property: 'groups', sql: GROUPS_OF_MEMBER, isTime: false },
];

function columnValues<Row>({ fields, columns }: Table<Row>, alias: string): Value[] {
  const types = new Map(Object.entries<ColumnType<unknown>>(columns));
  return Object.entries<string>(fields).map(([property, field]) => ({
    property,
    sql: `${alias}.${field}`,
    isTime: types.get(property)?.name === timestamptz.name,
  }));
}

export const MEMBER_TABLES = 'member m left join membership s on s.member_id = m.id and s.ended_at is null';

/** The select list of every query of members from `MEMBER_TABLES`; `memberOf` decodes it. */
export const MEMBER_COLUMNS = columnsOf(VALUES);

/** The same without the groups of the members: each then has none. */
export const MEMBER_COLUMNS_WITHOUT_GROUPS = columnsOf(
  VALUES.map((value) => (value.property === 'groups' ? { ...value, sql: 'null' } : value)),
);

function columnsOf(values: readonly Value[]): string {
  return `m.id, json_build_array(${values.map(({ sql }) => sql).join(', ')}) as "values"`;
}

/** A row with `MEMBER_COLUMNS`. */
export interface MemberValues {
  readonly id: string;
  readonly values: readonly unknown[];
}

/**
 * All properties of a stored member. V8 keeps a copy of it as an object of a known shape; properties that are added one by
 * one, by computed names, would make a dictionary, which takes five times as long to fill and to copy.
 */
export const NO_VALUES: typeof NO_MEMBERSHIP = JSON.parse(
  JSON.stringify(
    Object.fromEntries(['id', ...VALUES.map(({ property }) => property)].map((name) => [name, null])),
  ),
);

/** The one decoder of `MEMBER_COLUMNS`. */
export function memberOf({ id, values }: MemberValues): MemberRow {
  const stored: Record<string, unknown> = { ...NO_VALUES, id };
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

/** The types that statements with `MEMBER_COLUMNS` declare. */
export const MEMBER_TYPES = { id: uuid, values: json<readonly unknown[]>() };

const BY_ID = statement({
  name: 'members.byId',
  text: selectMembers('m.id = $id and m.workspace_id = $workspaceId'),
  parameters: { id: uuid, workspaceId: uuid },
  columns: MEMBER_TYPES,
});

const BY_USER_NAME = statement({
  name: 'members.byUserName',
  text: selectMembers('m.workspace_id = $workspaceId and m.canonical_user_name = $canonicalUserName'),
  parameters: { workspaceId: uuid, canonicalUserName: text },
  columns: MEMBER_TYPES,
});

const BY_ACCOUNT = statement({
  name: 'members.byAccount',
  text: selectMembers('m.workspace_id = $workspaceId and m.account_id = $accountId'),
  parameters: { workspaceId: uuid, accountId: uuid },
  columns: MEMBER_TYPES,
});

const BY_IDS = statement({
  name: 'members.byIds',
  text: selectMembers('m.workspace_id = $workspaceId and m.id = any($ids::uuid[])'),
  parameters: { workspaceId: uuid, ids: arrayOf(uuid) },
  columns: MEMBER_TYPES,
});

const ADMINS = statement({
  name: 'members.admins',
  text: `${selectMembers("m.workspace_id = $workspaceId and s.role = 'ADMIN'")} order by m.id`,
  parameters: { workspaceId: uuid },
  columns: MEMBER_TYPES,
});

const LOCK = statement({
  name: 'members.lock',
  text: `
    select id from member where workspace_id = $workspaceId and id = any($ids::uuid[]) order by id for no key update`,
  parameters: { workspaceId: uuid, ids: arrayOf(uuid) },
  columns: { id: uuid },
});

const NAMESAKE =
  'm.workspace_id = $workspaceId and (m.canonical_user_name = $canonicalUserName or m.account_id = $accountId or m.external_id = $externalId)';
const NAMESAKE_PARAMETERS = {
  workspaceId: uuid,
  canonicalUserName: text,
  accountId: uuid,
  externalId: nullable(text),
};

const LOCK_NAMESAKES = statement({
  name: 'members.lockNamesakes',
  text: `select 1 from member m where ${NAMESAKE} order by m.id for no key update`,
  parameters: NAMESAKE_PARAMETERS,
});

const NAMESAKES = statement({
  name: 'members.namesakes',
  text: `${selectMembers(NAMESAKE)} order by m.id`,
  parameters: NAMESAKE_PARAMETERS,
  columns: MEMBER_TYPES,
});

const ACCOUNT = statement({
  name: 'members.account',
  text: 'select account_id as "accountId" from member where workspace_id = $workspaceId and id = $memberId',
  parameters: { workspaceId: uuid, memberId: uuid },
  columns: { accountId: uuid },
});

function selectMembers(condition: string): string {
  return `select ${MEMBER_COLUMNS} from ${MEMBER_TABLES} where ${condition}`;
}

async function members<Values>(
  sql: Sql,
  query: Statement<MemberValues, Values>,
  values: Values,
): Promise<MemberRow[]> {
  return (await query.rows(sql, values)).map(memberOf);
}

/** The member with that id in the workspace, if there is one. */
export async function findMember(sql: Sql, workspaceId: string, id: string): Promise<MemberRow | undefined> {
  if (!isId(id)) return undefined;
  const row = await BY_ID.row(sql, { id, workspaceId });
  return row && memberOf(row);
}

/** The member with that userName in the workspace, compared in its canonical form, if there is one. */
export async function findMemberByUserName(
  sql: Sql,
  workspaceId: string,
  userName: string,
): Promise<MemberRow | undefined> {
  const row = await BY_USER_NAME.row(sql, {
    workspaceId,
    canonicalUserName: canonicalUserName(userName),
  });
  return row && memberOf(row);
}

/** The member of an account in the workspace, if there is one. */
export async function findMemberByAccount(
  sql: Sql,
  workspaceId: string,
  accountId: string,
): Promise<MemberRow | undefined> {
  const row = await BY_ACCOUNT.row(sql, { workspaceId, accountId });
  return row && memberOf(row);
}

/** The members of the workspace with these ids, by id. */
export async function findMembers(
  sql: Sql,
  workspaceId: string,
  ids: readonly string[],
): Promise<Map<string, MemberRow>> {
  const found = await members(sql, BY_IDS, { workspaceId, ids: ids.filter(isId) });
  return new Map(found.map((member) => [member.id, member]));
}

/** The workspace's admins, in the order of their ids. */
export function findAdmins(sql: Sql, workspaceId: string): Promise<MemberRow[]> {
  return members(sql, ADMINS, { workspaceId });
}

/**
 * The account of one of the workspace's members.
 * @throws DomainError NOT_FOUND
 */
export async function accountOfMember(sql: Sql, workspaceId: string, memberId: string): Promise<string> {
  const member = isId(memberId) ? await ACCOUNT.row(sql, { workspaceId, memberId }) : undefined;
  if (member === undefined) throw new DomainError('NOT_FOUND', 'There is no such member in this workspace.');
  return member.accountId;
}

/**
 * Locks these members until the transaction ends. Lock first and read afterwards: a statement that waits for a lock
 * does not see changes of joined tables.
 * @returns the ids of those that exist
 */
export async function lockMembers(
  sql: Sql,
  workspaceId: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const rows = await LOCK.rows(sql, { workspaceId, ids: ids.filter(isId) });
  return new Set(rows.map(({ id }) => id));
}

/** What tells that two requests are about one person (rule 15). */
export interface Identity {
  readonly workspaceId: string;
  readonly userName: string;
  readonly accountId: string;
  /** Null matches nobody. */
  readonly externalId: string | null;
}

/** The members with the userName, the account or the external id, in the order of their ids, locked until the transaction ends. */
export async function lockNamesakes(sql: Sql, { userName, ...others }: Identity): Promise<MemberRow[]> {
  const values = { ...others, canonicalUserName: canonicalUserName(userName) };
  await LOCK_NAMESAKES.rows(sql, values);
  return members(sql, NAMESAKES, values);
}

/** The member's access; null when it is not active. */
export function accessOf(row: OpenMembership): Access | null {
  const { role } = row;
  return role === null ? null : accessIn({ ...row, role });
}

/** The parts of an access in a row that has them. */
export function accessIn(row: Access): Access {
  const access: { -readonly [Name in keyof Access]?: unknown } = {};
  for (const name of ACCESS_NAMES) access[name] = row[name];
  return access as Access;
}

/** The member's access and who set it explicitly; null when it is not active. */
export function heldAccess(row: OpenMembership): HeldAccess | null {
  const access = accessOf(row);
  return access && { access, accessSetBy: row.accessSetBy };
}

/** The attributes of the member that the rules read. */
export function stateOf(row: StoredMember): MemberState {
  return { ...personIn<Omit<Person, 'profile'>>(row), profile: row.attributes, access: accessOf(row) };
}

/** The columns of a person: what `stateOf` reads. */
export function columnsOfPerson({
  profile,
  ...person
}: Person): Omit<Person, 'profile'> & Pick<StoredMember, 'attributes'> {
  return { ...person, attributes: profile };
}

const FIND_MEMBERS_OF_ACCOUNTS = statement({
  name: 'members.findOfAccounts',
  text: `
    select ${MEMBER_COLUMNS} from ${MEMBER_TABLES}
    where m.workspace_id = $workspaceId and m.account_id = any($accountIds::uuid[])`,
  parameters: { workspaceId: uuid, accountIds: arrayOf(uuid) },
  columns: MEMBER_TYPES,
});

/** The members of the workspace with these accounts. */
export async function findMembersOfAccounts(
  sql: Sql,
  workspaceId: string,
  accountIds: readonly string[],
): Promise<MemberRow[]> {
  if (accountIds.length === 0) return [];
  return (await FIND_MEMBERS_OF_ACCOUNTS.rows(sql, { workspaceId, accountIds })).map(memberOf);
}
