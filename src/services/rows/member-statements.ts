import { boolean, integer, json, nullable, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { selectList, TABLES, typesOf, without } from '../../database/tables.js';
import { ACCESS_NAMES, type Access } from '../../domain/access.js';
import { canonicalUserName } from '../../domain/canonical.js';
import type { Member } from '../../model/member.js';
import type { Membership } from '../../model/membership.js';
import type { MemberRow } from './members.js';

/**
 * SQL that writes `member` and `membership`. The columns are the model's; each is bound to the property of a
 * `MemberRow` with its name, unless a table below has an expression for it. So a new column is written wherever members
 * are written.
 */

type Expressions<Row> = { readonly [Name in keyof Row]?: string };

const INSERTED_MEMBER: Expressions<Member> = {
  externalIdRank: '0',
  version: '1',
  createdAt: 'now()',
  updatedAt: 'now()',
};

const UPDATED_MEMBER: Expressions<Member> = {
  // A profile that does not change is bound as null: parsing it takes PostgreSQL a tenth of the statement's time.
  attributes: 'coalesce($attributes, member.profile)',
  // A duplicate that is older than canonical names keeps its mark until it gets another userName (rule 15a).
  canonicalUserName:
    'case when member.user_name = $userName then member.canonical_user_name else $canonicalUserName end',
  externalIdRank: 'case when $claimsExternalId then 0 else member.external_id_rank end',
  version: 'member.version + 1',
  updatedAt: 'greatest(clock_timestamp(), member.updated_at)',
};

const INSERTED_MEMBERSHIP: Expressions<Membership> = {
  id: '$membershipId',
  memberId: '$id',
  // Not `now()`: the transaction may have begun before the member's last membership ended.
  startedAt: 'clock_timestamp()',
  endedAt: 'null',
};

/** A trigger writes the search text. */
const WRITTEN_MEMBER = without(TABLES.member, 'searchText');
const UPDATABLE_MEMBER = without(WRITTEN_MEMBER, 'id', 'workspaceId', 'createdAt').fields;

/** The columns of a membership that may change while it is open. */
const CHANGEABLE = without(
  TABLES.membership,
  'id',
  'workspaceId',
  'workspaceVersion',
  'memberId',
  'startedAt',
  'endedAt',
).fields;

/**
 * Inserts a member.
 * @param accountId the account, as SQL
 * @param source a clause that must give a row, else nothing is inserted
 */
export function insertMemberSql(accountId = '$accountId', source = ''): string {
  return insertSql('member', WRITTEN_MEMBER.fields, { ...INSERTED_MEMBER, accountId }, source);
}

/** Updates a member. @param where the rest of the statement: which one */
export function updateMemberSql(where: string): string {
  return `update member set ${assignments(UPDATABLE_MEMBER, UPDATED_MEMBER)} ${where}`;
}

/** Opens a membership. @param source a clause that must give a row, else nothing is inserted */
export function insertMembershipSql(source = ''): string {
  return insertSql('membership', TABLES.membership.fields, INSERTED_MEMBERSHIP, source);
}

/** Changes the open membership. @param source a clause that must give a row, else nothing is updated */
export function updateMembershipSql(source = ''): string {
  return `update membership set ${assignments(CHANGEABLE, {})} ${source} where membership.id = $membershipId`;
}

/** Ends the open membership. @param source a clause that must give a row, else nothing is updated */
export function endMembershipSql(source = ''): string {
  return `update membership set ended_at = greatest(clock_timestamp(), started_at) ${source}
    where membership.id = $membershipId`;
}

/** Whether the open membership has another value in some column. */
export function membershipDiffers(before: MemberRow, after: MemberRow): boolean {
  return Object.keys(CHANGEABLE).some((name) => Reflect.get(before, name) !== Reflect.get(after, name));
}

/** The types of the parameters of all these statements. */
const TYPES = {
  ...TABLES.membership.columns,
  ...WRITTEN_MEMBER.columns,
  attributes: nullable(TABLES.member.columns.attributes),
  claimsExternalId: boolean,
  membershipId: uuid,
  revision: integer,
  versionBefore: integer,
};

type Types = Parameters<typeof statement>[0]['parameters'];

/**
 * The parameters of a text, in the order in which they appear.
 * @param others the types of those that are not columns of a member
 * @throws Error for one without a type
 */
export function parametersOf(text: string, others: Types = {}): Types {
  const types: Types = { ...TYPES, ...others };
  const names = new Set([...text.matchAll(/\$([A-Za-z]\w*)/g)].map(([, name = '']) => name));
  return Object.fromEntries(
    [...names].map((name) => {
      const type = types[name];
      if (type === undefined) throw new Error(`The parameter $${name} has no type.`);
      return [name, type];
    }),
  );
}

/** The values of a row for these statements. @param before the row as it was; null for a new one */
export function valuesOf(after: MemberRow, before: MemberRow | null): Readonly<Record<string, unknown>> {
  const isSame = after.attributes === before?.attributes;
  return {
    ...after,
    canonicalUserName: canonicalUserName(after.userName),
    claimsExternalId: before !== null && claimsExternalId(before, after),
    attributes: isSame ? null : JSON.stringify(after.attributes),
  };
}

/** Whether a change needs the externalId for itself: it is another one, or its member comes back. */
export function claimsExternalId(before: MemberRow, after: MemberRow): boolean {
  return (
    before.externalId !== after.externalId || (before.membershipId === null && after.membershipId !== null)
  );
}

const ACCESS_FIELDS = Object.entries(TABLES.membership.fields).filter(([name]) =>
  ACCESS_NAMES.some((part) => part === name),
);

/** The columns of a membership `s` that contain the access, and their types. */
export const ACCESS_COLUMNS = selectList(TABLES.membership, 's', ...ACCESS_NAMES);
export const ACCESS_TYPES = typesOf(TABLES.membership, ...ACCESS_NAMES);

const UPDATE_ACCESSES = statement({
  name: 'memberships.updateAccesses',
  text: `
    update membership s set ${ACCESS_FIELDS.map(([, field]) => `${field} = c.${field}`).join(', ')}
    from json_populate_recordset(null::membership, $memberships) c where s.id = c.id`,
  parameters: { memberships: json<object[]>() },
});

/** Sets the access of many open memberships in one statement. */
export async function updateAccesses(
  sql: Sql,
  accesses: readonly { readonly membershipId: string; readonly access: Access }[],
): Promise<void> {
  const memberships = accesses.map(({ membershipId, access }) => ({
    id: membershipId,
    ...Object.fromEntries(ACCESS_FIELDS.map(([name, field]) => [field, Reflect.get(access, name)])),
  }));
  await UPDATE_ACCESSES.rows(sql, { memberships: JSON.stringify(memberships) });
}

type Fields = Readonly<Record<string, string>>;

function insertSql(table: string, fields: Fields, expressions: Fields, source: string): string {
  const values = Object.keys(fields).map((name) => expressions[name] ?? `$${name}`);
  return `insert into ${table} (${Object.values(fields).join(', ')}) select ${values.join(', ')} ${source}`;
}

function assignments(fields: Fields, expressions: Fields): string {
  return Object.entries(fields)
    .map(([name, field]) => `${field} = ${expressions[name] ?? `$${name}`}`)
    .join(', ');
}
