import fc from 'fast-check';

/** One request of the model: of somebody, in one of the workspaces, through one of the processes. */
export interface Command {
  readonly kind: Kind;
  /** Numbers of a person, another person, a group, a process, and of anything else that has to be chosen. */
  readonly person: number;
  readonly other: number;
  readonly group: number;
  readonly server: number;
  readonly choice: number;
  readonly workspace: number;
}

/** How often each kind comes. */
const WEIGHTS = {
  'scim add': 6,
  'scim replace': 3,
  'scim activate': 4,
  'scim deactivate': 4,
  'scim access': 4,
  'scim external id': 2,
  'scim rename': 2,
  'scim delete': 2,
  'scim group': 2,
  'scim group members': 4,
  'scim group delete': 1,
  'scim bulk': 1,
  add: 4,
  remove: 3,
  delete: 1,
  update: 3,
  access: 4,
  'clear access': 2,
  limit: 2,
  'bulk remove': 1,
  promote: 2,
  demote: 2,
  seats: 2,
  group: 1,
  'group members': 3,
  'group rename': 1,
  'group delete': 1,
  grant: 3,
  'clear grant': 1,
  'key create': 1,
  'key use': 2,
  'key disable': 1,
  'key rotate': 1,
  'key delete': 1,
  invite: 2,
  'invite by link': 1,
  resend: 1,
  revoke: 1,
  accept: 3,
  'sign in': 2,
  'sign in by mail': 1,
  'end sessions': 1,
  consume: 3,
  read: 2,
} as const;

export type Kind = keyof typeof WEIGHTS;

const kinds = fc.oneof(
  ...Object.entries(WEIGHTS).map(([kind, weight]) => ({ weight, arbitrary: fc.constant(kind as Kind) })),
);

/** Few people and groups, so that commands meet. */
export const PEOPLE = 9;
export const GROUPS = 3;

const number = (max: number) => fc.integer({ min: 0, max: max - 1 });

const command: fc.Arbitrary<Command> = fc.record({
  kind: kinds,
  person: number(PEOPLE),
  other: number(PEOPLE),
  group: number(GROUPS),
  server: number(12),
  choice: number(60),
  workspace: number(2),
});

/** Commands without an end, always the same for a seed. */
export function* commandsOf(seed: number): Generator<Command, never> {
  for (let part = 0; ; part += 1) yield* fc.sample(command, { seed: seed + part, numRuns: 500 });
}
