import type { Sql } from '../../database/database.js';
import { ACCESS_NAMES, type Access } from '../../domain/access.js';
import { type Column, columnsOf } from '../../model/columns.js';
import { Member } from '../../model/member.js';
import { Membership } from '../../model/membership.js';
import type { MemberRow } from './members.js';
import type { Place } from './parameters.js';

/**
 * The writing statements of `member` and `membership`. Their columns are the model's, and each is bound to the value of
 * that name in a `MemberRow` unless a table below says what the database does with it. So a new column is written
 * wherever members are written.
 */

type Expressions<Entity> = { readonly [Name in keyof Entity]?: (place: Place) => string };

const MEMBER = columnsOf(Member);
const MEMBERSHIP = columnsOf(Membership);

const INSERTED_MEMBER: Expressions<Member> = {
  version: () => '1',
  createdAt: () => 'now()',
  updatedAt: () => 'now()',
};

const UPDATED_MEMBER: Expressions<Member> = {
  // A profile that does not change is bound as null: to parse it takes PostgreSQL a tenth of the statement's time.
  attributes: (place) => `coalesce(${place('attributes')}, member.profile)`,
  version: () => 'member.version + 1',
  updatedAt: () => 'greatest(clock_timestamp(), member.updated_at)',
};

const NEVER_UPDATED_IN_MEMBER: readonly (keyof Member)[] = ['id', 'workspaceId', 'createdAt'];

const INSERTED_MEMBERSHIP: Expressions<Membership> = {
  id: (place) => place('membershipId'),
  memberId: (place) => place('id'),
  // Not `now()`: the transaction may have begun before the member's last membership ended.
  startedAt: () => 'clock_timestamp()',
  endedAt: () => 'null',
};

const NEVER_UPDATED_IN_MEMBERSHIP: readonly (keyof Membership)[] = [
  'id',
  'workspaceId',
  'workspaceVersion',
  'memberId',
  'startedAt',
  'endedAt',
];

/** The columns of a membership that may change while it is open. */
const CHANGEABLE = MEMBERSHIP.filter(({ property }) => !NEVER_UPDATED_IN_MEMBERSHIP.includes(property));

/**
 * Inserts a member.
 * @param accountId the account, as SQL
 * @param source a clause that must give a row, else nothing is inserted
 */
export function insertMember(place: Place, accountId = place('accountId'), source = ''): string {
  return insertInto('member', MEMBER, place, { ...INSERTED_MEMBER, accountId: () => accountId }, source);
}

/** Updates a member. @param where the rest of the statement: which one */
export function updateMember(place: Place, where: string): string {
  const columns = MEMBER.filter(({ property }) => !NEVER_UPDATED_IN_MEMBER.includes(property));
  return `update member set ${assignments(columns, place, UPDATED_MEMBER)} ${where}`;
}

/** Opens a membership. @param source a clause that must give a row, else nothing is inserted */
export function insertMembership(place: Place, source = ''): string {
  return insertInto('membership', MEMBERSHIP, place, INSERTED_MEMBERSHIP, source);
}

/** Changes an open membership. @param source a clause that must give a row, else nothing is updated */
export function updateMembership(place: Place, source = ''): string {
  return `update membership set ${assignments(CHANGEABLE, place, {})} ${source} where membership.id = ${place('membershipId')}`;
}

/** Ends an open membership. @param source a clause that must give a row, else nothing is updated */
export function endMembership(place: Place, source = ''): string {
  return `update membership set ended_at = greatest(clock_timestamp(), started_at) ${source}
    where membership.id = ${place('membershipId')}`;
}

/** Whether the open membership of a member has another value in some column. */
export function membershipDiffers(before: MemberRow, after: MemberRow): boolean {
  return CHANGEABLE.some(({ property }) => Reflect.get(before, property) !== Reflect.get(after, property));
}

const ACCESS = MEMBERSHIP.filter(({ property }) => ACCESS_NAMES.some((name) => name === property));

/** The columns of a membership `s` that hold the access, under the names that `Access` has for them. */
export const ACCESS_COLUMNS = ACCESS.map(({ property, name }) => `s.${name} as "${property}"`).join(', ');

const UPDATE_ACCESSES = `
  update membership s set ${ACCESS.map(({ name }) => `${name} = c.${name}`).join(', ')}
  from jsonb_populate_recordset(null::membership, $1::jsonb) c where s.id = c.id`;

/** Sets the access of many open memberships in one statement. */
export async function updateAccesses(
  sql: Sql,
  accesses: readonly { readonly membershipId: string; readonly access: Access }[],
): Promise<void> {
  const rows = accesses.map(({ membershipId, access }) => ({
    id: membershipId,
    ...Object.fromEntries(ACCESS.map(({ property, name }) => [name, Reflect.get(access, property)])),
  }));
  await sql.rows(UPDATE_ACCESSES, [JSON.stringify(rows)]);
}

function insertInto<Entity>(
  table: string,
  columns: readonly Column<Extract<keyof Entity, string>>[],
  place: Place,
  expressions: Expressions<Entity>,
  source: string,
): string {
  const values = columns.map(({ property }) => expressions[property]?.(place) ?? place(property));
  const names = columns.map(({ name }) => name);
  return `insert into ${table} (${names.join(', ')}) select ${values.join(', ')} ${source}`;
}

function assignments<Entity>(
  columns: readonly Column<Extract<keyof Entity, string>>[],
  place: Place,
  expressions: Expressions<Entity>,
): string {
  return columns
    .map(({ property, name }) => `${name} = ${expressions[property]?.(place) ?? place(property)}`)
    .join(', ');
}
