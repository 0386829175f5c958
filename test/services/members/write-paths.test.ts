import type { MikroORM } from '@mikro-orm/postgresql';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Actor } from '../../../src/auth/actor.js';
import { Database } from '../../../src/database/database.js';
import { connect } from '../../../src/database/orm.js';
import type { WorkspaceVersion } from '../../../src/domain/access.js';
import { DomainError } from '../../../src/domain/errors.js';
import { newId } from '../../../src/domain/ids.js';
import type { MemberInput } from '../../../src/domain/provisioning.js';
import { type ServiceContext, serviceContext } from '../../../src/services/context/service-context.js';
import { localContext } from '../../../src/services/context/system.js';
import * as groups from '../../../src/services/groups/commands.js';
import {
  addMember,
  clearAccess,
  deleteMember,
  provisionMember,
  removeMember,
  setAccess,
  setCreditLimit,
  updateMember,
} from '../../../src/services/members/commands.js';
import type { MemberChange } from '../../../src/services/members/transition.js';
import { findMember, type MemberRow } from '../../../src/services/rows/members.js';
import { create as createSession } from '../../../src/services/sessions/create.js';
import { create as createWorkspace } from '../../../src/services/workspaces/commands.js';
import { get as getWorkspace } from '../../../src/services/workspaces/queries.js';
import { createTestDatabase, type TestDatabase } from '../../database.js';

/**
 * A change of a member is written by one statement or by a transaction. Both must give the same answers, rows, sessions
 * and audit entries: the same changes go through both here, on twin workspaces.
 */

let testDatabase: TestDatabase;
let orm: MikroORM;
let database: Database;
let made = 0;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  orm = await connect(testDatabase.address, 5);
  database = await Database.over(orm);
});

afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

type Client = 'IDENTITY_PROVIDER' | 'APP' | 'OPERATOR';
type Path = 'STATEMENT' | 'TRANSACTION';

interface Twin {
  readonly path: Path;
  readonly workspaceId: string;
  readonly owner: Extract<Actor, { type: 'PERSON' }>;
  readonly groupId: string;
  /** The members by the index of their person. A change of a person who is none is one of another member. */
  readonly ids: Map<number, string>;
}

/** Of a change; of a deletion; of a change of groups. */
type Answer = MemberChange | { readonly memberId: string } | { readonly group: string };

interface Change {
  /** The description in the report of a counterexample. */
  readonly what: string;
  readonly client: Client;
  readonly person: number;
  readonly act: (context: ServiceContext, twin: Twin, target: Target) => Promise<Answer>;
}

interface Target {
  readonly workspaceId: string;
  readonly memberId: string;
}

const NOBODY = newId();

/** Two who have an address in common: `0` and `3` differ in the case of their userName. */
const PEOPLE = ['ann', 'ben', 'cleo', 'ANN'];

function addressOf(run: number, person: number): string {
  return `${PEOPLE[person] ?? 'nobody'}${run}@acme.test`;
}

/**
 * The context of a request. For the transaction it has an outdated revision of the workspace, as after a change of
 * settings, so that the statement writes nothing; the operator is replaced by the owner in person.
 */
async function contextFor({ path, workspaceId, owner }: Twin, client: Client): Promise<ServiceContext> {
  const shared = localContext(database, 'SYSTEM');
  const workspace = await getWorkspace(shared, workspaceId);
  if (workspace === null) throw new Error('the workspace is gone');
  const known = path === 'STATEMENT' ? workspace : { ...workspace, revision: workspace.revision - 1 };
  const scopes = [client === 'IDENTITY_PROVIDER' ? 'SCIM' : 'MEMBERS_WRITE'] as const;
  const key = { type: 'API_KEY', apiKeyId: newId(), name: 'key', scopes, workspace: known } as const;
  const inPerson = path === 'STATEMENT' ? ({ type: 'OPERATOR' } as const) : owner;
  const actor: Actor = client === 'OPERATOR' ? inPerson : key;
  return serviceContext(shared, { actor, channel: 'GRAPHQL', requestId: newId() });
}

async function twinOn(path: Path, version: WorkspaceVersion, run: number): Promise<Twin> {
  const system = localContext(database, 'SYSTEM');
  const ownerEmail = `owner${run}@acme.test`;
  const { workspace } = await createWorkspace(system, {
    name: 'Acme',
    version,
    plan: 'ENTERPRISE',
    scimEnabled: true,
    ownerEmail,
    seats: version === 'V1' ? [{ seatType: 'PRO', total: 2 }] : [],
  });
  const { sessionId, expiresAt } = await createSession(system, { email: ownerEmail });
  const { group } = await groups.create(system, { workspaceId: workspace.id, displayName: 'Builders' });
  const grant =
    version === 'V1'
      ? ({ grantedRole: null, grantedSeatType: 'PRO' } as const)
      : ({ grantedRole: 'EDITOR', grantedSeatType: null } as const);
  await groups.setGrant(system, { workspaceId: workspace.id, groupId: group.id, grant });
  const [account] = await database.rows<{ id: string }>('select id from account where email = $1', [
    ownerEmail,
  ]);
  const owner = {
    type: 'PERSON',
    accountId: account?.id ?? '',
    email: ownerEmail,
    sessionId,
    method: 'OPERATOR',
    workspaceId: null,
    expiresAt,
  } as const;
  return { path, workspaceId: workspace.id, owner, groupId: group.id, ids: new Map() };
}

/** The answer to a client, without the values that differ between two workspaces. */
async function outcomeOf(twin: Twin, { client, person, act }: Change): Promise<object> {
  const context = await contextFor(twin, client);
  const [someone = NOBODY] = twin.ids.values();
  const target = { workspaceId: twin.workspaceId, memberId: twin.ids.get(person) ?? someone };
  try {
    const answer = await act(context, twin, target);
    if (!('changed' in answer)) {
      if ('memberId' in answer) forget(twin, target.memberId);
      return {};
    }
    const { member, changed } = answer;
    if (![...twin.ids.values()].includes(member.id)) twin.ids.set(person, member.id);
    const stored = await findMember(database, twin.workspaceId, member.id);
    expect(member, 'the answer is what is stored').toEqual(stored);
    return { changed, member: comparable(member) };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const message = error.message.replace(target.memberId, 'this id');
    return { code: error.code, message, details: error.details };
  }
}

function forget({ ids }: Twin, memberId: string): void {
  for (const [person, id] of ids) if (id === memberId) ids.delete(person);
}

function comparable(member: MemberRow): object {
  const { id: _, workspaceId: _w, accountId: _a, membershipId: _m, groups: inGroups, ...row } = member;
  const { createdAt, updatedAt, startedAt, ...others } = row;
  return {
    ...others,
    isChanged: updatedAt > createdAt,
    inOrder: startedAt === null || startedAt >= createdAt,
    groups: inGroups.map(({ displayName, version }) => ({ displayName, version })),
  };
}

/** Everything that is stored about the members of a workspace, without ids and times. */
async function storedIn({ workspaceId }: Twin): Promise<object> {
  const rows = (sql: string) => database.rows(sql, [workspaceId]);
  return {
    members: await rows(`
      select to_jsonb(m) - '{id, workspace_id, account_id, created_at, updated_at}'::text[] as member, a.email,
        m.created_at <= m.updated_at as "inOrder"
      from member m join account a on a.id = m.account_id where m.workspace_id = $1 order by m.user_name`),
    memberships: await rows(`
      select m.user_name, to_jsonb(s) - '{id, workspace_id, member_id, started_at, ended_at}'::text[] as membership,
        s.ended_at is not null as ended, s.started_at >= m.created_at as "inOrder"
      from membership s join member m on m.id = s.member_id where s.workspace_id = $1 order by m.user_name, s.id`),
    seats: await rows('select seat_type, used from seat_allocation where workspace_id = $1 order by 1'),
    sessions: await rows(`
      select a.email from session_end e join session s on s.id = e.session_id join account a on a.id = s.account_id
      where e.workspace_id = $1 order by 1`),
    removals: await rows(`
      select a.email from removal r join account a on a.id = r.account_id where r.workspace_id = $1 order by 1`),
    groups: await rows(`
      select g.display_name, g.version, m.user_name from member_group g
      left join group_member i on i.group_id = g.id left join member m on m.id = i.member_id
      where g.workspace_id = $1 order by 1, 3`),
    audit: await rows(`
      select action, target_type, target_label, changes - 'groups' as changes from audit_entry
      where workspace_id = $1 and target_type = 'member' order by id`),
  };
}

const inputs: Readonly<Record<WorkspaceVersion, fc.Arbitrary<MemberInput>>> = {
  V1: accessInput({ seatType: fc.constantFrom('pro', 'PRO', 'builder', '', null) }),
  V2: accessInput({
    role: fc.constantFrom('viewer', 'editor', 'editor', 'ADMIN', 'ADMIN', 'owner', '', null),
    creditLimit: fc.constantFrom(5, '7', null, null, '', 0),
  }),
};

function accessInput(access: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<MemberInput> {
  return fc.record(
    {
      externalId: fc.constantFrom('x', 'y', null),
      profile: fc.constantFrom({}, { title: 'A' }, { emails: [{ value: 'other@acme.test', primary: true }] }),
      active: fc.boolean(),
      ...access,
    },
    { requiredKeys: [] },
  );
}

const accesses = {
  V1: fc.record({
    seat: fc.record({
      role: fc.constantFrom('MEMBER' as const, 'ADMIN' as const),
      seatType: fc.constantFrom('PRO' as const, null),
    }),
  }),
  V2: fc.record({
    role: fc.record(
      {
        role: fc.constantFrom('ADMIN' as const, 'EDITOR' as const, 'VIEWER' as const),
        creditLimit: fc.constantFrom(5, 9, null),
      },
      { requiredKeys: ['role'] },
    ),
  }),
};

/** Of creating, adding, replacing, patching, updating, setting access and limit, leaving, and joining groups. */
const WEIGHTS = [1, 1, 2, 5, 1, 5, 2, 2, 1];

/** Changes of every kind, weighted towards those that one statement can write. */
function changesOf(version: WorkspaceVersion, run: () => number): fc.Arbitrary<Change> {
  const person = fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 3);
  const acts: fc.Arbitrary<Omit<Change, 'client'>>[] = [
    fc.tuple(person, inputs[version]).map(([who, input]) => ({
      what: `create ${JSON.stringify(input)}`,
      person: who,
      act: (context, { workspaceId }) =>
        provisionMember(context, { workspaceId, mode: 'CREATE', userName: addressOf(run(), who), ...input }),
    })),
    fc.tuple(person, accesses[version]).map(([who, access]) => ({
      what: `add ${JSON.stringify(access)}`,
      person: who,
      act: (context, { workspaceId }) =>
        addMember(context, { workspaceId, userName: addressOf(run(), who), access }),
    })),
    fc.tuple(person, inputs[version], person).map(([who, input, other]) => ({
      what: `replace ${other} ${JSON.stringify(input)}`,
      person: who,
      act: (context, _twin, target) => {
        const userName = addressOf(run(), other);
        return provisionMember(context, { ...target, mode: 'REPLACE', userName, ...input });
      },
    })),
    fc.tuple(person, inputs[version]).map(([who, input]) => ({
      what: `patch ${JSON.stringify(input)}`,
      person: who,
      act: (context, _twin, target) => provisionMember(context, { ...target, mode: 'PATCH', ...input }),
    })),
    fc.tuple(person, inputs[version]).map(([who, { externalId, profile }]) => ({
      what: `update ${JSON.stringify({ externalId, profile })}`,
      person: who,
      act: (context, _twin, target) =>
        updateMember(context, {
          ...target,
          ...(externalId === undefined ? {} : { externalId }),
          ...(profile === undefined ? {} : { profile }),
        }),
    })),
    fc.tuple(person, accesses[version]).map(([who, access]) => ({
      what: `set access ${JSON.stringify(access)}`,
      person: who,
      act: (context, _twin, target) => setAccess(context, { ...target, access }),
    })),
    fc.tuple(person, fc.constantFrom(3, 4, null)).map(([who, creditLimit]) => ({
      what: `set limit ${creditLimit}`,
      person: who,
      act: (context, _twin, target) => setCreditLimit(context, { ...target, creditLimit }),
    })),
    fc
      .tuple(person, fc.constantFrom(clearAccess, clearAccess, removeMember, removeMember, deleteMember))
      .map(([who, act]) => ({
        what: act.name,
        person: who,
        act: (context, _twin, target) => act(context, target),
      })),
    fc
      .tuple(person, fc.constantFrom('addMemberIds' as const, 'removeMemberIds' as const))
      .map(([who, side]) => ({
        what: side,
        person: who,
        act: async (_context, { groupId }, { workspaceId, memberId }) => {
          const change = { workspaceId, groupId, [side]: [memberId] };
          await groups.update(localContext(database, 'SYSTEM'), change);
          return { group: groupId };
        },
      })),
  ];
  const client = fc.constantFrom<Client[]>('IDENTITY_PROVIDER', 'APP', 'OPERATOR');
  const weighted = acts.map((arbitrary, index) => ({ arbitrary, weight: WEIGHTS[index] ?? 1 }));
  return fc.tuple(client, fc.oneof(...weighted)).map(([by, act]) => ({ client: by, ...act }));
}

const ANN = 0;
const BEN = 1;

/** A change by a client, for the stories below. */
function by(client: Client, act: Change['act'], person = ANN): Change {
  return { what: '', client, person, act };
}

/** Makes the changes on twins, one by each path. */
async function expectSame(version: WorkspaceVersion, run: number, changes: readonly Change[]): Promise<void> {
  const system = localContext(database, 'SYSTEM');
  for (const [person] of PEOPLE.entries())
    await createSession(system, { email: addressOf(run, person), createAccount: true });
  const statement = await twinOn('STATEMENT', version, run);
  const transaction = await twinOn('TRANSACTION', version, run);
  for (const change of changes) {
    const answers = [await outcomeOf(statement, change), await outcomeOf(transaction, change)];
    expect(answers[0]).toEqual(answers[1]);
  }
  expect(await storedIn(statement)).toEqual(await storedIn(transaction));
}

test.each(['V1', 'V2'] as const)(
  '%s: generated changes have the same effects in both write paths',
  { timeout: 120_000 },
  async (version) => {
    let run = 0;
    const changes = fc.array(
      changesOf(version, () => run),
      { minLength: 12, maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(changes, async (sequence) => {
        made += 1;
        run = made;
        await expectSame(version, run, [added(), added({}, BEN), ...sequence]);
      }),
      { numRuns: 10 },
    );
  },
);

function provisioned(input: MemberInput): Change {
  return by('IDENTITY_PROVIDER', (context, _twin, target) =>
    provisionMember(context, { ...target, mode: 'PATCH', ...input }),
  );
}

const added = (input: MemberInput = {}, person = ANN) =>
  by(
    'OPERATOR',
    (context, { workspaceId }) =>
      provisionMember(context, { workspaceId, mode: 'CREATE', userName: addressOf(made, person), ...input }),
    person,
  );
const set = (role: 'ADMIN' | 'EDITOR' | 'VIEWER', creditLimit: number | null = null) =>
  by('OPERATOR', (context, _twin, target) =>
    setAccess(context, { ...target, access: { role: { role, creditLimit } } }),
  );
const removed = by('OPERATOR', (context, _twin, target) => removeMember(context, target));

test.each<[string, readonly Change[]]>([
  [
    'the workspace sets an access, and then the identity provider',
    [added(), set('EDITOR'), provisioned({ role: 'admin' })],
  ],
  [
    'the identity provider sets an access, and then the workspace',
    [added(), provisioned({ role: 'admin' }), set('EDITOR')],
  ],
  [
    'a limit of each',
    [
      added({ role: 'editor' }),
      set('EDITOR', 5),
      provisioned({ creditLimit: 7 }),
      provisioned({ creditLimit: null }),
    ],
  ],
  [
    'removed and added again',
    [
      added({ role: 'admin' }),
      removed,
      added({ externalId: 'x' }),
      provisioned({ active: false }),
      provisioned({ active: true }),
    ],
  ],
  [
    'a profile, its echo and another',
    [
      added({ profile: { title: 'A' } }),
      provisioned({ profile: { title: 'A' } }),
      provisioned({ profile: { title: 'B' } }),
    ],
  ],
])('V2: %s', async (_story, changes) => {
  made += 1;
  await expectSame('V2', made, changes);
});

test('most changes of a V2 member take one statement', async () => {
  made += 1;
  const twin = await twinOn('STATEMENT', 'V2', made);
  const transactions = vi.spyOn(Database.prototype, 'transaction');
  for (const change of [
    added(),
    set('EDITOR'),
    provisioned({ role: 'admin' }),
    provisioned({ active: false }),
    provisioned({ active: true }),
  ])
    expect(await outcomeOf(twin, change)).toMatchObject({ changed: true });
  expect(transactions).not.toHaveBeenCalled();
  transactions.mockRestore();
  const context = await contextFor({ ...twin, path: 'TRANSACTION' }, 'APP');
  const watched = vi.spyOn(Database.prototype, 'transaction');
  await removeMember(context, { workspaceId: twin.workspaceId, memberId: twin.ids.get(ANN) ?? '' });
  expect(watched).toHaveBeenCalledTimes(1);
  watched.mockRestore();
});
