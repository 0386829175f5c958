import { canonicalPart, canonicalUserName, foldedText } from '../../domain/canonical.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { type Comparison, comparisonSql, emptyComparison, type TextComparison } from '../lists/comparison.js';
import { IS_SHOWN_OF_MEMBER, PROBLEM_MEMBER, PROBLEM_TABLES } from '../rows/scim-problems.js';
import type { MemberFilter } from './filter.js';
import { groupFilterSql } from './groups.js';
import { partsOf } from './limits.js';
import { profileFilterSql } from './profile.js';
import { CREDITS_USED } from './tables.js';

/**
 * When the last membership ended; null for active members. Ids of memberships are in the order of their starts, so an
 * index gives the last one.
 */
export const MEMBERSHIP_ENDED_AT = `(
  case when s.id is null then (
    select e.ended_at from membership e where e.member_id = m.id order by e.id desc limit 1) end)`;

/** The SQL of each field. `type` is what its values are cast to. */
const FIELDS = {
  id: { column: 'm.id', type: 'uuid' },
  userName: { column: 'm.canonical_user_name', type: 'text', canonical: canonicalUserName },
  externalId: { column: 'm.external_id', type: 'text' },
  active: { column: '(s.id is not null)', type: 'boolean' },
  role: { column: 's.role', type: 'text' },
  seatType: { column: 's.seat_type', type: 'text' },
  creditLimit: { column: 's.credit_limit', type: 'integer' },
  creditsUsed: { column: CREDITS_USED, type: 'integer' },
  accessSetBy: { column: 's.access_set_by', type: 'text' },
  managedBy: { column: 'm.managed_by', type: 'text' },
  membershipStartedAt: { column: 's.started_at', type: 'timestamptz' },
  membershipEndedAt: { column: MEMBERSHIP_ENDED_AT, type: 'timestamptz' },
  createdAt: { column: 'm.created_at', type: 'timestamptz' },
  updatedAt: { column: 'm.updated_at', type: 'timestamptz' },
  version: { column: 'm.version', type: 'integer' },
} as const;

type Field = keyof typeof FIELDS;

const NEVER_NULL: readonly Field[] = [
  'id',
  'userName',
  'creditsUsed',
  'managedBy',
  'createdAt',
  'updatedAt',
  'version',
];

/** The fields that are columns of the open membership. */
const MEMBERSHIP_FIELDS: readonly Field[] = [
  'role',
  'seatType',
  'creditLimit',
  'accessSetBy',
  'membershipStartedAt',
];

/** The fields that need another table than `m`. */
const JOINED_FIELDS: readonly Field[] = [...MEMBERSHIP_FIELDS, 'active', 'creditsUsed', 'membershipEndedAt'];

/** Whether the condition of the filter needs all of `FILTER_TABLES`. If not, it needs the table `m` only. */
export function needsJoins(filter: MemberFilter): boolean {
  const asks = filter.creditLimitReached != null || JOINED_FIELDS.some((field) => filter[field] != null);
  return asks || partsOf(filter).some(needsJoins);
}

/** Whether the filter selects active members, by nothing but columns of their open memberships: the table `s`. */
export function isOfMembership(filter: MemberFilter): boolean {
  const asked = Object.entries(filter).filter(([, comparison]) => comparison != null);
  return (
    filter.active?.eq === true &&
    asked.every(([name]) => name === 'active' || MEMBERSHIP_FIELDS.some((field) => field === name))
  );
}

/**
 * Authorizes a filter: only callers who may read credits may filter by the use of credits, and only those who may read
 * the provisioning log by its problems.
 * @param filter of members or groups, or an object that contains one; its size is checked already
 * @throws DomainError as `authorize` does
 */
export async function authorizeFilter(
  context: ServiceContext,
  workspaceId: string,
  filter: object,
): Promise<void> {
  if (mentions(filter, 'creditsUsed') || mentions(filter, 'creditLimitReached'))
    await authorize(context, 'credits.read', workspaceId);
  if (mentions(filter, 'hasProblem')) await authorize(context, 'audit.read', workspaceId);
}

function mentions(filter: object, field: string): boolean {
  return Object.entries(filter).some(
    ([name, asked]: [string, unknown]) =>
      asked != null && (name === field || (typeof asked === 'object' && mentions(asked, field))),
  );
}

/**
 * Compiles the filter to SQL over `FILTER_TABLES`.
 * @param values the statement's values so far; the filter's are appended
 * @returns a condition that is true or false, never null, so that `not` means what it says
 */
export function memberFilterSql(filter: MemberFilter, values: unknown[]): string {
  const conditions: string[] = [];
  if (filter.and != null) conditions.push(joined(filter.and, 'and', values));
  if (filter.or != null) conditions.push(joined(filter.or, 'or', values));
  if (filter.not != null) conditions.push(`not ${memberFilterSql(filter.not, values)}`);
  for (const field of fieldsOf(filter)) conditions.push(...fieldSql(field, filter[field] ?? {}, values));
  conditions.push(...profileFilterSql(filter, values));
  if (filter.creditLimitReached != null)
    conditions.push(filter.creditLimitReached ? CREDIT_LIMIT_REACHED : `not ${CREDIT_LIMIT_REACHED}`);
  if (filter.hasProblem != null) conditions.push(filter.hasProblem ? HAS_PROBLEM : `not ${HAS_PROBLEM}`);
  if (filter.groups != null) conditions.push(...groupsSql(filter.groups, values));
  if (filter.search != null && filter.search.trim() !== '') {
    conditions.push(searchSql(filter.search.trim(), values));
  }
  return conditions.length === 0 ? 'true' : `(${conditions.join(' and ')})`;
}

/** Matches a part of the userName, a name, an e-mail address or the external id of a person. */
function searchSql(text: string, values: unknown[]): string {
  const ofUserName = `$${values.push(canonicalPart(text))}`;
  const ofOthers = `$${values.push(foldedText(text))}`;
  return `(strpos(m.canonical_user_name, ${ofUserName}) > 0 or strpos(m.search_text, ${ofOthers}) > 0)`;
}

/** Whether the member has used up its limit, which is its own or the workspace's default, and at least 1. */
const CREDIT_LIMIT_REACHED = `(
  (s.role in ('ADMIN', 'EDITOR')) is true and (u.used >= coalesce(s.credit_limit, w.default_credit_limit)) is true)`;

const HAS_PROBLEM = `exists (
  select 1 from ${PROBLEM_TABLES}
  where p.workspace_id = m.workspace_id and ${IS_SHOWN_OF_MEMBER} and ${PROBLEM_MEMBER} = m.id)`;

/** An empty `or` is false and an empty `and` is true, as for `some` and `every` of JavaScript. */
function joined(filters: readonly MemberFilter[], operator: 'and' | 'or', values: unknown[]): string {
  if (filters.length === 0) return operator === 'and' ? 'true' : 'false';
  return `(${filters.map((filter) => memberFilterSql(filter, values)).join(` ${operator} `)})`;
}

function fieldsOf(filter: MemberFilter): Field[] {
  return (Object.keys(FIELDS) as Field[]).filter((field) => filter[field] != null);
}

function fieldSql(
  field: Field,
  comparison: TextComparison | Comparison<unknown>,
  values: unknown[],
): string[] {
  const { column: expression, ...compared } = FIELDS[field];
  if (field === 'active') return activeSql(comparison);
  const sql = comparisonSql(
    { name: field, expression, ...compared, nullable: !NEVER_NULL.includes(field) },
    comparison,
    values,
  );
  if (field === 'creditsUsed' && excludesZero(comparison)) sql.push('(u.used is not null)');
  const prefix = 'startsWith' in comparison ? comparison.startsWith : undefined;
  return field === 'userName' && prefix != null ? [userNameRange(prefix, values), ...sql] : sql;
}

/** Whether no member who has used nothing meets the comparison: then only those with a row of usage have to be read. */
function excludesZero({ eq, gt, ge }: Comparison<unknown>): boolean {
  const isAtLeast = (value: unknown, least: number) => typeof value === 'number' && value >= least;
  return isAtLeast(eq, 1) || isAtLeast(gt, 0) || isAtLeast(ge, 1);
}

/** The range of the index with the userNames that start with the prefix: a bound LIKE pattern cannot use an index. */
function userNameRange(prefix: string, values: unknown[]): string {
  const start = `$${values.push(canonicalPart(prefix))}::text`;
  // U+10FFFF, the last character.
  return `(m.canonical_user_name >= ${start} and m.canonical_user_name <= ${start} || chr(1114111))`;
}

/** At least one of the member's groups meets the whole of `some`. */
function groupsSql({ some, isPresent }: NonNullable<MemberFilter['groups']>, values: unknown[]): string[] {
  const inGroup = (condition: string) =>
    `exists (select 1 from group_member i join member_group g on g.id = i.group_id where i.member_id = m.id and ${condition})`;
  const sql = [
    ...(some == null ? [] : [`(${inGroup(groupFilterSql(some, values, memberFilterSql))})`]),
    ...(isPresent == null ? [] : [`(${isPresent ? '' : 'not '}${inGroup('true')})`]),
  ];
  if (sql.length === 0) throw emptyComparison('groups');
  return sql;
}

/**
 * A member is active or not: a comparison of two booleans could not use an index. That the joined column is null tells
 * PostgreSQL that it can stop at the first membership.
 */
function activeSql({ eq, ne, isPresent }: Comparison<unknown>): string[] {
  const sql = [
    ...(eq == null ? [] : [eq === true ? '(s.member_id is not null)' : '(s.member_id is null)']),
    ...(ne == null ? [] : [ne === true ? '(s.member_id is null)' : '(s.member_id is not null)']),
    ...(isPresent == null ? [] : [String(isPresent)]),
  ];
  if (sql.length === 0) throw emptyComparison('active');
  return sql;
}
