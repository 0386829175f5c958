import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { idOf } from '../../app/parameters.js';
import type { MemberFilter, MemberOrderField, Role, SeatType } from '../../app/schema.generated.js';

/** The rows of a page. */
export const PAGE_SIZE = 25;

export const STATUSES = ['active', 'inactive', 'all'] as const;
export type Status = (typeof STATUSES)[number];

export const MANAGERS = ['WORKSPACE', 'IDENTITY_PROVIDER'] as const;

/**
 * The filters, order and page of the members table, all of which are in the URL, so that a link opens the same view.
 */
export interface MembersView {
  readonly search: string;
  readonly status: Status;
  readonly role: Role | null;
  readonly seatType: SeatType | null;
  readonly managedBy: (typeof MANAGERS)[number] | null;
  readonly groupId: string | null;
  readonly isLimitReached: boolean;
  readonly hasProblem: boolean;
  readonly sort: MemberOrderField;
  readonly isDescending: boolean;
  /** The cursor that the page begins after, or ends before. */
  readonly after: string | null;
  readonly before: string | null;
}

/** Changes the view; `replace` adds no step to the browser's history. */
export type ChangeView = (change: Partial<MembersView>, replace?: boolean) => void;

export const NO_FILTERS = {
  search: '',
  status: 'active',
  role: null,
  seatType: null,
  managedBy: null,
  groupId: null,
  isLimitReached: false,
  hasProblem: false,
} as const satisfies Partial<MembersView>;

const FIRST_SORT: MemberOrderField = 'USER_NAME';

const SORTS: readonly MemberOrderField[] = [
  'USER_NAME',
  'ROLE',
  'SEAT_TYPE',
  'CREDIT_LIMIT',
  'CREDITS_USED',
  'MANAGED_BY',
  'ACTIVE',
  'CREATED_AT',
  'UPDATED_AT',
];

const ROLES: readonly Role[] = ['OWNER', 'ADMIN', 'MEMBER', 'EDITOR', 'VIEWER', 'GUEST'];
const SEAT_TYPES: readonly SeatType[] = ['STARTER', 'BUILDER', 'PRO', 'ELITE', 'ELITE_2', 'ELITE_3'];

function oneOf<Value extends string>(values: readonly Value[], text: string | null): Value | null {
  return values.find((value) => value.toLowerCase() === text?.toLowerCase()) ?? null;
}

/** Reads a view. Unknown values are ignored, so that an old link still opens. */
export function viewOf(parameters: URLSearchParams): MembersView {
  return {
    search: parameters.get('search') ?? '',
    status: oneOf(STATUSES, parameters.get('status')) ?? 'active',
    role: oneOf(ROLES, parameters.get('role')),
    seatType: oneOf(SEAT_TYPES, parameters.get('seat')),
    managedBy: oneOf(MANAGERS, parameters.get('managedBy')),
    groupId: idOf(parameters.get('group')) || null,
    isLimitReached: parameters.get('limit') === 'reached',
    hasProblem: parameters.get('problem') === 'yes',
    sort: oneOf(SORTS, parameters.get('sort')) ?? FIRST_SORT,
    isDescending: parameters.get('order') === 'desc',
    after: parameters.get('after'),
    before: parameters.get('before'),
  };
}

const lower = (value: string | null) => value?.toLowerCase() ?? null;

/** Writes a view with as few parameters as possible. */
export function parametersOf(view: MembersView): URLSearchParams {
  const entries: readonly (readonly [string, string | null])[] = [
    ['search', view.search],
    ['status', view.status === 'active' ? null : view.status],
    ['role', lower(view.role)],
    ['seat', lower(view.seatType)],
    ['managedBy', lower(view.managedBy)],
    ['group', view.groupId],
    ['limit', view.isLimitReached ? 'reached' : null],
    ['problem', view.hasProblem ? 'yes' : null],
    ['sort', view.sort === FIRST_SORT ? null : lower(view.sort)],
    ['order', view.isDescending ? 'desc' : null],
    ['after', view.after],
    ['before', view.before],
  ];
  const parameters = new URLSearchParams();
  for (const [name, value] of entries) if (value !== null && value !== '') parameters.set(name, value);
  return parameters;
}

/** The filter of a view, as input of the query. */
export function filterOf(view: MembersView): MemberFilter {
  return {
    ...(view.search.trim() === '' ? {} : { search: view.search.trim() }),
    ...(view.status === 'all' ? {} : { active: { eq: view.status === 'active' } }),
    ...(view.role === null ? {} : { role: { eq: view.role } }),
    ...(view.seatType === null ? {} : { seatType: { eq: view.seatType } }),
    ...(view.managedBy === null ? {} : { managedBy: { eq: view.managedBy } }),
    ...(view.groupId === null ? {} : { groups: { some: { id: { eq: view.groupId } } } }),
    ...(view.isLimitReached ? { creditLimitReached: true } : {}),
    ...(view.hasProblem ? { hasProblem: true } : {}),
  };
}

/** Whether the view excludes members other than those who have left the workspace. */
export function isFiltered(view: MembersView): boolean {
  return Object.entries(NO_FILTERS).some(([name, value]) => view[name as keyof typeof NO_FILTERS] !== value);
}

/** The part of the list that a view shows, in its order. */
export function pageOf({ after, before, sort, isDescending }: MembersView) {
  const orderBy = { field: sort, direction: isDescending ? ('DESC' as const) : ('ASC' as const) };
  return before === null
    ? { orderBy, first: PAGE_SIZE, after, last: null, before: null }
    : { orderBy, first: null, after: null, last: PAGE_SIZE, before };
}

/**
 * The view in the URL, and a function that changes it. Every change except turning the page returns to the first page.
 */
export function useMembersView(): readonly [MembersView, ChangeView] {
  const [parameters, setParameters] = useSearchParams();
  const text = parameters.toString();
  const view = useMemo(() => viewOf(new URLSearchParams(text)), [text]);
  const change: ChangeView = useCallback(
    (changed, replace = false) =>
      setParameters(
        (current) => parametersOf({ ...viewOf(current), after: null, before: null, ...changed }),
        { replace },
      ),
    [setParameters],
  );
  return [view, change];
}
