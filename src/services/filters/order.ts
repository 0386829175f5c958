import { constantName, PROFILE_PATHS, type ProfilePath } from '../../domain/profile-paths.js';
import type { OrderBy } from '../lists/listing.js';
import { MEMBERSHIP_ENDED_AT } from './members.js';
import { CREDITS_USED } from './tables.js';

/** An order of members. */
export interface MemberOrdering {
  readonly description: string;
  /** Absent for the id itself, which is the last term of every order. */
  readonly orderBy?: OrderBy;
  /** Whether the order is by a column of another table than `m`. */
  readonly needsJoins?: boolean;
}

const OWN_ORDERINGS: Readonly<Record<string, MemberOrdering>> = {
  ID: { description: 'The order in which they were first added.' },
  USER_NAME: {
    description: 'userName, without case.',
    orderBy: { column: 'm.canonical_user_name', type: 'text' },
  },
  CREATED_AT: {
    description: 'When the record was made.',
    orderBy: { column: 'm.created_at', type: 'timestamptz' },
  },
  UPDATED_AT: {
    description: 'When the member last changed.',
    orderBy: { column: 'm.updated_at', type: 'timestamptz' },
  },
  EXTERNAL_ID: {
    description: "The identity provider's id, exactly.",
    orderBy: { column: 'm.external_id', type: 'text', nullable: true },
  },
  ACTIVE: {
    description: 'Whether active; who is not comes first.',
    orderBy: { column: '(s.id is not null)', type: 'boolean' },
    needsJoins: true,
  },
  ROLE: {
    description: 'The role, by its name.',
    orderBy: { column: 's.role', type: 'text', nullable: true },
    needsJoins: true,
  },
  SEAT_TYPE: {
    description: 'The seat type (V1), by its name.',
    orderBy: { column: 's.seat_type', type: 'text', nullable: true },
    needsJoins: true,
  },
  CREDIT_LIMIT: {
    description: 'The credit limit (V2).',
    orderBy: { column: 's.credit_limit', type: 'integer', nullable: true },
    needsJoins: true,
  },
  CREDITS_USED: {
    description: 'What has been used of the credits of this month (V2).',
    orderBy: { column: CREDITS_USED, type: 'integer' },
    needsJoins: true,
  },
  ACCESS_SET_BY: {
    description: 'Who has set the access by name.',
    orderBy: { column: 's.access_set_by', type: 'text', nullable: true },
    needsJoins: true,
  },
  MANAGED_BY: {
    description: 'Who last changed the member.',
    orderBy: { column: 'm.managed_by', type: 'text' },
  },
  MEMBERSHIP_STARTED_AT: {
    description: 'The time at which the open membership began.',
    orderBy: { column: 's.started_at', type: 'timestamptz', nullable: true },
    needsJoins: true,
  },
  MEMBERSHIP_ENDED_AT: {
    description: 'The time at which the last membership ended, of members who are not active.',
    orderBy: { column: MEMBERSHIP_ENDED_AT, type: 'timestamptz', nullable: true },
    needsJoins: true,
  },
};

/** An order of names without case, by code point: the same for members and groups, whatever the locale of the database. */
export function foldedOrder(text: string): string {
  return `(text_folded(${text}) collate "C")`;
}

/** The order by an attribute of the profile, without case unless it is case-exact; for a list, by its primary or first value. */
function profileOrdering({ steps, leaf }: ProfilePath): MemberOrdering {
  const [first] = steps;
  const names = steps.map(({ name }) => name);
  const parents = names.slice(0, -1).reduce((sql, name) => `${sql}->'${name}'`, 'm.profile');
  const holder = first.multiValued
    ? `coalesce(jsonb_path_query_first(m.profile, '$."${first.name}"[*] ? (@.primary == true)'), ${parents}->0)`
    : parents;
  const stored = `${holder}->>'${leaf.name}'`;
  // SCIM shows the address of a member whom the workspace has added without e-mails (`emailsShown`).
  const text =
    names.join('.') === 'emails.value'
      ? `coalesce(${stored}, case when m.managed_by = 'WORKSPACE' then m.user_name end)`
      : stored;
  return {
    description: [
      `\`${names.join('.')}\` of the profile${leaf.caseExact ? ', exactly' : ', without case'}.`,
      ...(first.multiValued ? ['That of the primary value, or else of the first.'] : []),
    ].join(' '),
    orderBy: { column: leaf.caseExact ? `(${text})` : foldedOrder(text), type: 'text', nullable: true },
  };
}

/** Every order by its name in GraphQL. Members without the value come last, or first when descending. */
export const MEMBER_ORDERINGS: ReadonlyMap<string, MemberOrdering> = new Map([
  ...Object.entries(OWN_ORDERINGS),
  ...PROFILE_PATHS.filter(({ leaf }) => leaf.type !== 'boolean').map(
    (path) => [constantName(path.steps.map(({ name }) => name)), profileOrdering(path)] as const,
  ),
]);

export interface MemberOrder {
  /** A key of `MEMBER_ORDERINGS`. */
  readonly field: string;
  readonly descending: boolean;
}
