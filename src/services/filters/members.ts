import type { Origin, Role, SeatType } from '../../domain/access.js';
import { canonicalPart, canonicalUserName } from '../../domain/canonical.js';
import { DomainError } from '../../domain/errors.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import {
  type Comparison,
  comparesNothing,
  comparisonSql,
  escaped,
  type TextComparison,
} from '../lists/comparison.js';
import { type GroupFilter, groupFilterSql } from './groups.js';
import { profileFilterSql } from './profile.js';

/** Which members are meant: everything said must hold. The one language of every client (spec graphql, "Shape"). */
export interface MemberFilter {
  readonly and?: readonly MemberFilter[] | null;
  readonly or?: readonly MemberFilter[] | null;
  readonly not?: MemberFilter | null;
  readonly id?: Comparison<string> | null;
  readonly userName?: TextComparison | null;
  readonly externalId?: TextComparison | null;
  readonly active?: Comparison<boolean> | null;
  readonly role?: Comparison<Role> | null;
  readonly seatType?: Comparison<SeatType> | null;
  readonly creditLimit?: Comparison<number> | null;
  readonly creditsUsed?: Comparison<number> | null;
  readonly accessSetBy?: Comparison<Origin> | null;
  readonly managedBy?: Comparison<Origin> | null;
  readonly membershipStartedAt?: Comparison<Date> | null;
  readonly membershipEndedAt?: Comparison<Date> | null;
  readonly createdAt?: Comparison<Date> | null;
  readonly updatedAt?: Comparison<Date> | null;
  /** By the groups that the member is in. */
  readonly groups?: { readonly some?: GroupFilter | null; readonly isPresent?: boolean | null } | null;
  readonly search?: string | null;
}

/**
 * When the last stay ended; null for who is active. By the index of a member's stays, whose ids lie in the order of
 * their beginnings.
 */
export const MEMBERSHIP_ENDED_AT = `(
  case when s.id is null then (
    select e.ended_at from membership e where e.member_id = m.id order by e.id desc limit 1) end)`;

/** What the member has used of this month's credits (UTC). */
export const CREDITS_USED = `coalesce((
  select u.used from credit_usage u
  where u.workspace_id = m.workspace_id and u.account_id = m.account_id
    and u.month = to_char(now() at time zone 'UTC', 'YYYY-MM')), 0)`;

/** How a field looks in SQL. `type` is what its values are cast to, `canonical` the form in which they are compared. */
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
} as const;

type Field = keyof typeof FIELDS;

const NEVER_NULL: readonly Field[] = ['id', 'userName', 'creditsUsed', 'managedBy', 'createdAt', 'updatedAt'];

/** The fields that need `s`. */
const STAY_FIELDS: readonly Field[] = [
  'active',
  'role',
  'seatType',
  'creditLimit',
  'accessSetBy',
  'membershipStartedAt',
  'membershipEndedAt',
];

/** Whether the filter asks about the open membership. If not, its condition needs the table `m` only. */
export function asksAboutStay(filter: MemberFilter): boolean {
  return STAY_FIELDS.some((field) => filter[field] != null) || partsOf(filter).some(asksAboutStay);
}

/**
 * What members have used is for those only who may read credits, also where it is only asked for.
 * @param filter of members, of groups, or what else holds one; modest
 * @throws DomainError as `authorize` does
 */
export async function authorizeFilter(
  context: ServiceContext,
  workspaceId: string,
  filter: object,
): Promise<void> {
  if (mentions(filter, 'creditsUsed')) await authorize(context, 'credits.read', workspaceId);
}

function mentions(filter: object, field: string): boolean {
  return Object.entries(filter).some(
    ([name, asked]: [string, unknown]) =>
      typeof asked === 'object' && asked !== null && (name === field || mentions(asked, field)),
  );
}

/** Far more than a SCIM filter can say, and little enough for any stack and for PostgreSQL's planner. */
const MOST_PARTS = 1000;
const MOST_LEVELS = 100;

/**
 * Refuses a filter that would take longer to plan than to answer. Level by level, not by recursion: it is asked
 * before anybody walks down a filter that may be nested deeper than the stack.
 * @throws DomainError INVALID_INPUT
 */
export function requireModest(filter: MemberFilter): void {
  let parts = 0;
  let level: readonly MemberFilter[] = [filter];
  for (let depth = 0; level.length > 0; depth += 1) {
    parts += level.length;
    if (parts > MOST_PARTS || depth > MOST_LEVELS) {
      throw new DomainError(
        'INVALID_INPUT',
        `A filter has at most ${MOST_PARTS} parts, nested at most ${MOST_LEVELS} levels deep.`,
        { attribute: 'filter', hint: 'For many values of one field, use `in`.' },
      );
    }
    level = level.flatMap(allPartsOf);
  }
}

function partsOf(filter: MemberFilter): readonly MemberFilter[] {
  return [...(filter.and ?? []), ...(filter.or ?? []), ...(filter.not == null ? [] : [filter.not])];
}

/** Also what is asked about the values of lists. */
function allPartsOf(filter: MemberFilter): readonly MemberFilter[] {
  const values = Object.values(filter).flatMap((asked: { readonly some?: MemberFilter } | null) =>
    asked?.some == null ? [] : [asked.some],
  );
  return [...partsOf(filter), ...values];
}

/**
 * The one place where the filter becomes SQL, over the tables `m` (member) and `s` (open membership).
 * @param values the statement's values so far; the filter's are added
 * @returns a condition that is true or false, never null, so that `not` means what it says
 */
export function memberFilterSql(filter: MemberFilter, values: unknown[]): string {
  const conditions: string[] = [];
  if (filter.and != null) conditions.push(joined(filter.and, 'and', values));
  if (filter.or != null) conditions.push(joined(filter.or, 'or', values));
  if (filter.not != null) conditions.push(`not ${memberFilterSql(filter.not, values)}`);
  for (const field of fieldsOf(filter)) conditions.push(...fieldSql(field, filter[field] ?? {}, values));
  conditions.push(...profileFilterSql(filter, values));
  if (filter.groups != null) conditions.push(...groupsSql(filter.groups, values));
  if (filter.search != null && filter.search.trim() !== '') {
    const search = filter.search.trim();
    const userName = `$${values.push(`%${escaped(canonicalPart(search))}%`)}`;
    const displayName = `$${values.push(`%${escaped(search)}%`)}`;
    conditions.push(
      `(m.canonical_user_name like ${userName} or coalesce(m.profile->>'displayName' ilike ${displayName}, false))`,
    );
  }
  return conditions.length === 0 ? 'true' : `(${conditions.join(' and ')})`;
}

/** Nothing to choose from is false, nothing to demand is true: as `some` and `every` have it. */
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
  const prefix = 'startsWith' in comparison ? comparison.startsWith : undefined;
  return field === 'userName' && prefix != null ? [userNameRange(prefix, values), ...sql] : sql;
}

/** Where the index has the userNames that begin so: no index can be used for a pattern that is bound. */
function userNameRange(prefix: string, values: unknown[]): string {
  const start = `$${values.push(canonicalPart(prefix))}::text`;
  // The last character that there is.
  return `(m.canonical_user_name >= ${start} and m.canonical_user_name <= ${start} || chr(1114111))`;
}

/** At least one of the member's groups meets the whole of `some`. */
function groupsSql({ some, isPresent }: NonNullable<MemberFilter['groups']>, values: unknown[]): string[] {
  const inGroup = (condition: string) =>
    `exists (select 1 from group_member i join member_group g on g.id = i.group_id where i.member_id = m.id and ${condition})`;
  const sql = [
    ...(some == null ? [] : [`(${inGroup(groupFilterSql(some, values))})`]),
    ...(isPresent == null ? [] : [`(${isPresent ? '' : 'not '}${inGroup('true')})`]),
  ];
  if (sql.length === 0) throw comparesNothing('groups');
  return sql;
}

/** A member is active or is not; a comparison of two booleans would be of no use to an index. */
function activeSql({ eq, ne, isPresent }: Comparison<unknown>): string[] {
  const sql = [
    ...(eq == null ? [] : [eq === true ? '(s.id is not null)' : '(s.id is null)']),
    ...(ne == null ? [] : [ne === true ? '(s.id is null)' : '(s.id is not null)']),
    ...(isPresent == null ? [] : [String(isPresent)]),
  ];
  if (sql.length === 0) throw comparesNothing('active');
  return sql;
}
