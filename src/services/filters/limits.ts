import { DomainError } from '../../domain/errors.js';
import type { GroupFilter, MemberFilter } from './filter.js';

/** More than any SCIM filter needs, and few enough for the stack and for PostgreSQL's planner. */
const MOST_PARTS = 1000;
const MOST_LEVELS = 100;

/** The filters of which a filter of members or groups is composed. */
export function partsOf<Filter extends Combined<Filter>>({ and, or, not }: Filter): readonly Filter[] {
  return [...(and ?? []), ...(or ?? []), ...(not == null ? [] : [not])];
}

interface Combined<Filter> {
  readonly and?: readonly Filter[] | null;
  readonly or?: readonly Filter[] | null;
  readonly not?: Filter | null;
}

/**
 * Refuses a filter that would take longer to plan than to run.
 * @throws DomainError INVALID_INPUT
 */
export function requireModest(filter: MemberFilter): void {
  requireFewParts(filter, {
    partsOf: (one) => [...partsOf(one), ...partsAboutLists(one)],
    sizeOf: () => 1,
    hint: 'For many values of one field, use `in`.',
  });
}

/** The conditions on values of lists: groups, and lists in the profile. */
function partsAboutLists(filter: MemberFilter): readonly MemberFilter[] {
  return Object.values(filter).flatMap((asked: { readonly some?: MemberFilter } | null) =>
    asked?.some == null ? [] : [asked.some],
  );
}

/**
 * Refuses a filter of groups that would take longer to plan than to run.
 * @throws DomainError INVALID_INPUT
 */
export function requireModestGroups(filter: GroupFilter): void {
  requireFewParts(filter, {
    partsOf,
    sizeOf: ({ members }) => {
      if (members?.some == null) return 1;
      requireModest(members.some);
      return 2;
    },
  });
}

interface Measure<Filter> {
  partsOf(filter: Filter): readonly Filter[];
  /** How many parts the filter itself counts as, without those that `partsOf` returns. */
  sizeOf(filter: Filter): number;
  readonly hint?: string;
}

/** Goes level by level, without recursion: a filter may be nested deeper than the stack. */
function requireFewParts<Filter>(filter: Filter, { partsOf, sizeOf, hint }: Measure<Filter>): void {
  let parts = 0;
  let level: readonly Filter[] = [filter];
  for (let depth = 0; level.length > 0; depth += 1) {
    for (const one of level) parts += sizeOf(one);
    if (parts > MOST_PARTS || depth > MOST_LEVELS) {
      throw new DomainError(
        'INVALID_INPUT',
        `A filter has at most ${MOST_PARTS} parts, nested at most ${MOST_LEVELS} levels deep.`,
        { attribute: 'filter', ...(hint === undefined ? {} : { hint }) },
      );
    }
    level = level.flatMap(partsOf);
  }
}
