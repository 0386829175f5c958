import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import type { MemberFilter, MemberOrderField, Role, SeatType } from '../../app/schema.generated.js';

/** The rows of a page. */
export const PAGE_SIZE = 50;

export const STATUSES = ['active', 'inactive', 'all'] as const;
export type Status = (typeof STATUSES)[number];

/** What the members table shows; all of it is in the URL, so a link gives a colleague the same view. */
export interface MembersView {
  readonly search: string;
  readonly status: Status;
  readonly role: Role | null;
  readonly seatType: SeatType | null;
  readonly managedBy: 'WORKSPACE' | 'IDENTITY_PROVIDER' | null;
  readonly groupId: string | null;
  readonly isLimitReached: boolean;
  readonly sort: MemberOrderField;
  readonly isDescending: boolean;
  /** The cursor that the page begins after, or ends before. */
  readonly after: string | null;
  readonly before: string | null;
}

const FIRST_SORT: MemberOrderField = 'USER_NAME';

/** The columns that can be sorted by. */
export const SORTS: readonly MemberOrderField[] = [
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

/** Reads a view; unknown values count as not there, so that an old link still opens. */
export function viewOf(parameters: URLSearchParams): MembersView {
  return {
    search: parameters.get('search') ?? '',
    status: oneOf(STATUSES, parameters.get('status')) ?? 'active',
    role: oneOf(ROLES, parameters.get('role')),
    seatType: oneOf(SEAT_TYPES, parameters.get('seat')),
    managedBy: oneOf(['WORKSPACE', 'IDENTITY_PROVIDER'] as const, parameters.get('managedBy')),
    groupId: parameters.get('group'),
    isLimitReached: parameters.get('limit') === 'reached',
    sort: oneOf(SORTS, parameters.get('sort')) ?? FIRST_SORT,
    isDescending: parameters.get('order') === 'desc',
    after: parameters.get('after'),
    before: parameters.get('before'),
  };
}

/** Writes a view with as few parameters as it needs. */
export function parametersOf(view: MembersView): URLSearchParams {
  const entries: readonly (readonly [string, string | null])[] = [
    ['search', view.search],
    ['status', view.status === 'active' ? null : view.status],
    ['role', view.role],
    ['seat', view.seatType],
    ['managedBy', view.managedBy],
    ['group', view.groupId],
    ['limit', view.isLimitReached ? 'reached' : null],
    ['sort', view.sort === FIRST_SORT ? null : view.sort],
    ['order', view.isDescending ? 'desc' : null],
    ['after', view.after],
    ['before', view.before],
  ];
  const parameters = new URLSearchParams();
  for (const [name, value] of entries) if (value !== null && value !== '') parameters.set(name, name === 'search' || name === 'after' || name === 'before' || name === 'group' ? value : value.toLowerCase());
  return parameters;
}

/** The filter of a view, as GraphQL takes it. */
export function filterOf(view: MembersView): MemberFilter {
  return {
    ...(view.search.trim() === '' ? {} : { search: view.search.trim() }),
    ...(view.status === 'all' ? {} : { active: { eq: view.status === 'active' } }),
    ...(view.role === null ? {} : { role: { eq: view.role } }),
    ...(view.seatType === null ? {} : { seatType: { eq: view.seatType } }),
    ...(view.managedBy === null ? {} : { managedBy: { eq: view.managedBy } }),
    ...(view.groupId === null ? {} : { groups: { some: { id: { eq: view.groupId } } } }),
    ...(view.isLimitReached ? { creditLimitReached: true } : {}),
  };
}

/** The part of the list that a view shows. */
export function pageOf({ after, before }: MembersView) {
  return before === null
    ? { first: PAGE_SIZE, after, last: null, before: null }
    : { first: null, after: null, last: PAGE_SIZE, before };
}

/** The view in the URL, and how to change it. Every change but a turn of the page goes back to the first page. */
export function useMembersView(): readonly [MembersView, (change: Partial<MembersView>, replace?: boolean) => void] {
  const [parameters, setParameters] = useSearchParams();
  const view = useMemo(() => viewOf(parameters), [parameters]);
  const change = (changed: Partial<MembersView>, replace = false) =>
    setParameters(parametersOf({ ...view, after: null, before: null, ...changed }), { replace });
  return [view, change];
}
