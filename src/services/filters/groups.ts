import { canonicalName } from '../../domain/canonical.js';
import { DomainError } from '../../domain/errors.js';
import { type Comparison, comparisonSql, type TextComparison } from '../lists/comparison.js';
import { MEMBER_TABLES } from '../rows/members.js';
import { type MemberFilter, memberFilterSql, requireModest } from './members.js';

/** Which groups are meant: everything said must hold. */
export interface GroupFilter {
  readonly and?: readonly GroupFilter[] | null;
  readonly or?: readonly GroupFilter[] | null;
  readonly not?: GroupFilter | null;
  readonly id?: Comparison<string> | null;
  readonly displayName?: TextComparison | null;
  readonly externalId?: TextComparison | null;
  readonly createdAt?: Comparison<Date> | null;
  readonly updatedAt?: Comparison<Date> | null;
  readonly members?: { readonly some?: MemberFilter | null } | null;
}

/** How a field looks in SQL. `type` is what its values are cast to, `canonical` the form in which they are compared. */
const FIELDS = {
  id: { column: 'g.id', type: 'uuid' },
  displayName: { column: 'g.canonical_display_name', type: 'text', canonical: canonicalName },
  externalId: { column: 'g.external_id', type: 'text' },
  createdAt: { column: 'g.created_at', type: 'timestamptz' },
  updatedAt: { column: 'g.updated_at', type: 'timestamptz' },
} as const;

const MOST_PARTS = 1000;
const MOST_LEVELS = 100;

/**
 * Refuses a filter that would take longer to plan than to answer, level by level as `requireModest` does.
 * @throws DomainError INVALID_INPUT
 */
export function requireModestGroups(filter: GroupFilter): void {
  let parts = 0;
  let level: readonly GroupFilter[] = [filter];
  for (let depth = 0; level.length > 0; depth += 1) {
    const some = level.map(({ members }) => members?.some).filter((one) => one != null);
    for (const one of some) requireModest(one);
    parts += level.length + some.length;
    if (parts > MOST_PARTS || depth > MOST_LEVELS) {
      throw new DomainError(
        'INVALID_INPUT',
        `A filter has at most ${MOST_PARTS} parts, nested at most ${MOST_LEVELS} levels deep.`,
        { attribute: 'filter' },
      );
    }
    level = level.flatMap(({ and, or, not }) => [
      ...(and ?? []),
      ...(or ?? []),
      ...(not == null ? [] : [not]),
    ]);
  }
}

/**
 * The one place where the filter becomes SQL, over the table `g` (member_group).
 * @param values the statement's values so far; the filter's are added
 * @returns a condition that is true or false, never null, so that `not` means what it says
 */
export function groupFilterSql(filter: GroupFilter, values: unknown[]): string {
  const { and, or, not, members, ...fields } = filter;
  const conditions: string[] = [];
  if (and != null) conditions.push(joined(and, ' and ', 'true', values));
  if (or != null) conditions.push(joined(or, ' or ', 'false', values));
  if (not != null) conditions.push(`not ${groupFilterSql(not, values)}`);
  if (members != null) conditions.push(membersSql(members.some ?? {}, values));
  for (const field of Object.keys(FIELDS) as (keyof typeof FIELDS)[]) {
    const comparison = fields[field];
    const { column: expression, ...compared } = FIELDS[field];
    if (comparison == null) continue;
    conditions.push(
      ...comparisonSql({ name: field, expression, ...compared, nullable: true }, comparison, values),
    );
  }
  return conditions.length === 0 ? 'true' : `(${conditions.join(' and ')})`;
}

function joined(
  filters: readonly GroupFilter[],
  operator: string,
  nothing: string,
  values: unknown[],
): string {
  if (filters.length === 0) return nothing;
  return `(${filters.map((filter) => groupFilterSql(filter, values)).join(operator)})`;
}

/** At least one member of the group meets the whole of the filter. */
function membersSql(some: MemberFilter, values: unknown[]): string {
  const condition = memberFilterSql(some, values);
  const members =
    condition === 'true'
      ? 'select gm.group_id from group_member gm'
      : `select gm.group_id from ${MEMBER_TABLES} join group_member gm on gm.member_id = m.id
         where m.workspace_id = g.workspace_id and ${condition}`;
  return condition === 'true' ? `(g.id in (${members}))` : `(exists (${members} and gm.group_id = g.id))`;
}
