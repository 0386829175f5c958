import { canonicalName } from '../../domain/canonical.js';
import { comparisonSql } from '../lists/comparison.js';
import type { GroupFilter, MemberFilter } from './filter.js';
import { FILTER_TABLES } from './tables.js';

/** The SQL of each field. `type` is what its values are cast to. */
const FIELDS = {
  id: { column: 'g.id', type: 'uuid' },
  displayName: { column: 'g.canonical_display_name', type: 'text', canonical: canonicalName },
  externalId: { column: 'g.external_id', type: 'text' },
  createdAt: { column: 'g.created_at', type: 'timestamptz' },
  updatedAt: { column: 'g.updated_at', type: 'timestamptz' },
  version: { column: 'g.version', type: 'integer' },
} as const;

/** Compiles a filter of members to SQL, as `groupFilterSql` does for groups. */
type CompileMembers = (filter: MemberFilter, values: unknown[]) => string;

/**
 * Compiles the filter to SQL over the table `g` (member_group).
 * @param values the statement's values so far; the filter's are appended
 * @param membersSql compiles filters of members, which may contain filters of groups
 * @returns a condition that is true or false, never null, so that `not` means what it says
 */
export function groupFilterSql(filter: GroupFilter, values: unknown[], membersSql: CompileMembers): string {
  const { and, or, not, members, ...fields } = filter;
  const conditions: string[] = [];
  if (and != null) conditions.push(joined(and, ' and ', 'true', values, membersSql));
  if (or != null) conditions.push(joined(or, ' or ', 'false', values, membersSql));
  if (not != null) conditions.push(`not ${groupFilterSql(not, values, membersSql)}`);
  if (members != null) conditions.push(hasMember(membersSql(members.some ?? {}, values)));
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
  membersSql: CompileMembers,
): string {
  if (filters.length === 0) return nothing;
  return `(${filters.map((filter) => groupFilterSql(filter, values, membersSql)).join(operator)})`;
}

/** At least one member of the group meets the condition. */
function hasMember(condition: string): string {
  const members =
    condition === 'true'
      ? 'select gm.group_id from group_member gm'
      : `select gm.group_id from ${FILTER_TABLES} join group_member gm on gm.member_id = m.id
         where m.workspace_id = g.workspace_id and ${condition}`;
  return condition === 'true' ? `(g.id in (${members}))` : `(exists (${members} and gm.group_id = g.id))`;
}
