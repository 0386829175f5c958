import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalUserName } from '../../src/domain/canonical.js';
import { startTestApp, type TestApp, type TestWorkspace, type WorkspaceOptions } from '../app.js';
import { mutate } from '../http/graphql/operations.js';
import { CORE, ROLLCALL } from '../http/scim/resources.js';
import { expectInvariants } from '../invariants.js';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await expectInvariants(app);
  await app.stop();
});

/** A change of a member, in attributes that both interfaces have. */
interface MemberChange {
  readonly userName?: string | null;
  readonly externalId?: string | null;
  readonly active?: boolean;
  readonly role?: unknown;
  readonly seatType?: unknown;
  readonly creditLimit?: unknown;
  readonly profile?: Readonly<Record<string, unknown>>;
}

type Step =
  | { readonly do: 'create'; readonly change: MemberChange }
  | { readonly do: 'replace' | 'patch'; readonly who: string; readonly change: MemberChange }
  | { readonly do: 'delete'; readonly who: string };

/** One way in. Each step answers the code of its refusal, or `done`. */
type Interface = (workspace: TestWorkspace, step: Step) => Promise<string>;

async function idOf({ workspaceId }: TestWorkspace, userName: string): Promise<string> {
  const [row] = await app.sql<{ id: string }>(
    'select id from member where workspace_id = $1 and canonical_user_name = $2',
    [workspaceId, canonicalUserName(userName)],
  );
  return row?.id ?? randomUUID();
}

const throughGraphql: Interface = async (workspace, step) => {
  const { workspaceId, apiKey } = workspace;
  const memberId = step.do === 'create' ? undefined : await idOf(workspace, step.who);
  const answer =
    step.do === 'delete'
      ? await mutate(app, apiKey, 'memberDelete', { workspaceId, memberId })
      : await mutate(app, apiKey, 'memberProvision', {
          workspaceId,
          ...(memberId === undefined ? {} : { memberId }),
          mode: step.do.toUpperCase(),
          // POST and PUT are the whole User, access aside (spec scim, "Omission is not deletion of access").
          ...(step.do === 'patch' ? {} : { externalId: null, profile: {} }),
          ...step.change,
        });
  return answer.errors?.[0].extensions.code ?? 'done';
};

function userOf({ role, creditLimit, profile, ...change }: MemberChange): object {
  const extension = {
    ...(role === undefined ? {} : { role }),
    ...(creditLimit === undefined ? {} : { creditLimit }),
  };
  return {
    schemas: [CORE],
    ...profile,
    ...change,
    ...(Object.keys(extension).length === 0 ? {} : { [ROLLCALL]: extension }),
  };
}

/** The domain's code for a refusal of SCIM, recognized by its status and text. */
function codeOf(status: number, detail: string): string {
  if (status < 300) return 'done';
  const [, code = `${status}: ${detail}`] =
    [
      [/sent to a V[12] workspace/, 'WRONG_WORKSPACE_VERSION'],
      [/cannot be assigned/, 'ROLE_NOT_ASSIGNABLE'],
      [/can only be set on/, 'CREDIT_LIMIT_NOT_ALLOWED'],
      [/already a member/, 'ALREADY_A_MEMBER'],
      [/seat is free/, 'SEAT_UNAVAILABLE'],
      [/owners cannot be changed/, 'OWNER_PROTECTED'],
      [/There is no such member|There is no user/, 'NOT_FOUND'],
      [/must be|is not an e-mail/, 'INVALID_INPUT'],
    ].find(([pattern]) => pattern instanceof RegExp && pattern.test(detail)) ?? [];
  return String(code);
}

const throughScim: Interface = async (workspace, step) => {
  const scim = app.scim(workspace.workspaceId, workspace.apiKey);
  const path = step.do === 'create' ? '/Users' : `/Users/${await idOf(workspace, step.who)}`;
  const { status, body } =
    step.do === 'delete'
      ? await scim.delete(path)
      : step.do === 'create'
        ? await scim.post(path, userOf(step.change))
        : step.do === 'replace'
          ? await scim.put(path, userOf(step.change))
          : await scim.patch(path, { Operations: [{ op: 'replace', value: userOf(step.change) }] });
  return codeOf(status, body?.detail ?? '');
};

/** Everything that a workspace's members have left in the database, ids and times aside. */
async function remains({ workspaceId }: TestWorkspace): Promise<object> {
  const [members, memberships, seats, audit] = await Promise.all(
    [
      `select m.user_name, m.external_id, m.profile, m.managed_by, m.version, a.email
       from member m join account a on a.id = m.account_id where m.workspace_id = $1 order by m.user_name`,
      `select m.user_name, s.ended_at is not null as ended, s.role, s.seat_type, s.credit_limit, s.credit_limit_set_by
       from membership s join member m on m.id = s.member_id where s.workspace_id = $1 order by m.user_name, s.id`,
      'select seat_type, total, used from seat_allocation where workspace_id = $1 order by seat_type',
      `select action, target_type, target_label, changes, actor_type
       from audit_entry where workspace_id = $1 and target_type = 'member' order by id`,
    ].map((statement) => app.sql(statement, [workspaceId])),
  );
  return { members, memberships, seats, audit };
}

const ANN = 'ann@acme.test';
const BOB = 'bob@acme.test';
const OWNER = 'owner@acme.test';

const V1: WorkspaceOptions = { version: 'V1', seats: { builder: 1, pro: 1 }, ownerEmail: OWNER };
const V2: WorkspaceOptions = { version: 'V2', ownerEmail: OWNER };

interface Scenario {
  readonly name: string;
  readonly workspace: WorkspaceOptions;
  readonly steps: readonly Step[];
  readonly outcomes: readonly string[];
}

const create = (change: MemberChange): Step => ({ do: 'create', change });
const replace = (who: string, change: MemberChange): Step => ({ do: 'replace', who, change });
const patch = (who: string, change: MemberChange): Step => ({ do: 'patch', who, change });
const remove = (who: string): Step => ({ do: 'delete', who });

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'V2: added, updated, deactivated, added again, deleted (rules 14 to 17)',
    workspace: V2,
    steps: [
      create({
        userName: ANN,
        externalId: '00u1',
        role: 'editor',
        creditLimit: 500,
        profile: { name: { givenName: 'Ann', familyName: 'Lee' }, emails: [{ value: ANN, primary: true }] },
      }),
      replace(ANN, { userName: ANN, externalId: '00u1', role: 'admin', profile: { title: 'Head' } }),
      patch(ANN, { active: false }),
      create({ userName: 'ANN@acme.test' }),
      remove(ANN),
      create({ userName: ANN, role: 'viewer' }),
    ],
    outcomes: ['done', 'done', 'done', 'done', 'done', 'done'],
  },
  {
    name: 'V2: refusals leave nothing (rules 1, 3, 5, 6, 15)',
    workspace: V2,
    steps: [
      create({ userName: ANN, role: 'editor', seatType: '' }),
      create({ userName: ANN, role: 'member' }),
      create({ userName: ANN, role: 'boss' }),
      create({ userName: ANN, role: 'viewer', creditLimit: 5 }),
      create({ userName: ANN, role: 'editor', creditLimit: 1.5 }),
      create({ userName: 'ann' }),
      create({ userName: ANN }),
      create({ userName: ANN }),
      patch(ANN, { creditLimit: 5 }),
    ],
    outcomes: [
      'WRONG_WORKSPACE_VERSION',
      'ROLE_NOT_ASSIGNABLE',
      'INVALID_INPUT',
      'CREDIT_LIMIT_NOT_ALLOWED',
      'INVALID_INPUT',
      'INVALID_INPUT',
      'done',
      'ALREADY_A_MEMBER',
      'CREDIT_LIMIT_NOT_ALLOWED',
    ],
  },
  {
    name: 'V2: limits come and go with roles (rules 5, 6)',
    workspace: V2,
    steps: [
      create({ userName: ANN, role: 'Editor', creditLimit: '500' }),
      patch(ANN, { creditLimit: 700 }),
      replace(ANN, { userName: ANN, creditLimit: '' }),
      replace(ANN, { userName: ANN, creditLimit: 9 }),
      replace(ANN, { userName: ANN, role: 'viewer' }),
      patch(ANN, { role: 'admin' }),
    ],
    outcomes: ['done', 'done', 'done', 'done', 'done', 'done'],
  },
  {
    name: 'V1: seats are taken, changed and given back (rules 8 to 10)',
    workspace: V1,
    steps: [
      create({ userName: ANN, seatType: 'builder' }),
      create({ userName: BOB, seatType: 'builder' }),
      create({ userName: BOB }),
      replace(ANN, { userName: ANN, seatType: 'PRO' }),
      patch(BOB, { seatType: 'builder' }),
      patch(ANN, { seatType: 'builder' }),
      patch(BOB, { active: false }),
      patch(ANN, { seatType: 'builder' }),
      patch(BOB, { active: true }),
      patch(ANN, { role: '' }),
    ],
    outcomes: [
      'done',
      'SEAT_UNAVAILABLE',
      'done',
      'done',
      'done',
      'SEAT_UNAVAILABLE',
      'done',
      'done',
      'done',
      'WRONG_WORKSPACE_VERSION',
    ],
  },
  {
    name: 'addresses move members between accounts (rule 19); the same thing twice changes nothing (rule 21)',
    workspace: V2,
    steps: [
      create({ userName: ANN }),
      create({ userName: BOB }),
      patch(ANN, { userName: 'ann.lee@acme.test' }),
      patch(BOB, { userName: 'Ann.Lee@acme.test' }),
      patch(BOB, { userName: BOB }),
      replace(BOB, { userName: BOB }),
      create({ userName: ANN, active: false }),
      patch(ANN, { role: 'editor' }),
      patch(ANN, { role: 'owner' }),
    ],
    outcomes: [
      'done',
      'done',
      'done',
      'ALREADY_A_MEMBER',
      'done',
      'done',
      'done',
      'done',
      'ROLE_NOT_ASSIGNABLE',
    ],
  },
  {
    name: 'owners are protected, but may be repeated (rule 12)',
    workspace: V2,
    steps: [
      patch(OWNER, { active: false }),
      replace(OWNER, { userName: OWNER, role: 'editor' }),
      patch(OWNER, { role: 'owner', active: true }),
      replace(OWNER, { userName: OWNER }),
      patch(OWNER, { profile: { title: 'Boss' } }),
      remove(OWNER),
      remove('nobody@acme.test'),
    ],
    outcomes: [
      'OWNER_PROTECTED',
      'OWNER_PROTECTED',
      'done',
      'done',
      'OWNER_PROTECTED',
      'OWNER_PROTECTED',
      'NOT_FOUND',
    ],
  },
];

describe.each(SCENARIOS)('$name', ({ workspace: options, steps, outcomes }) => {
  test('has the same result through SCIM as through GraphQL', async () => {
    const ends = [];
    for (const send of [throughGraphql, throughScim]) {
      const workspace = await app.workspace(options);
      const answers: string[] = [];
      for (const step of steps) answers.push(await send(workspace, step));
      expect(answers).toEqual(outcomes);
      ends.push(await remains(workspace));
    }
    expect(ends[1]).toEqual(ends[0]);
  });
});
