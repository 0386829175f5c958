import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { needed } from '../../../src/auth/policy.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { expectInvariants } from '../../invariants.js';
import { countingStatements } from '../../statements.js';
import {
  consumed,
  consumptionsOf,
  monthsAgo,
  nextKey,
  poolSetIn,
  spentAt,
  THIS_MONTH,
  usageOf,
} from './credits.js';
import { CONSUMPTION, done, errorAt, person, USAGE } from './operations.js';

/** Reports on credits (rule 23): pools by month and day, usage by member, every single use. */

let app: TestApp;
let workspace: TestWorkspace;

beforeAll(async () => {
  app = await startTestApp();
});

afterEach(async () => {
  await expectInvariants(app);
});

afterAll(async () => {
  await app.stop();
});

beforeEach(async () => {
  workspace = await app.workspace({ version: 'V2', credits: 100 });
});

function editor(creditLimit?: number) {
  return person(app, workspace, { roleAccess: { role: 'EDITOR', creditLimit } });
}

/** Asks about the workspace, and gives the whole answer. */
function ask(fields: string, credential = workspace.apiKey, { workspaceId } = workspace) {
  return app.graphql(credential, `query ($id: ID!) { workspace(id: $id) { ${fields} } }`, {
    id: workspaceId,
  });
}

const FORBIDDEN = ['FORBIDDEN', `You may not do this. It needs ${needed('credits.read')}.`] as const;
const POOL_FORBIDDEN = ['FORBIDDEN', `You may not do this. It needs ${needed('credits.readPool')}.`] as const;
const HINT = { hint: 'Ask an owner or admin of the workspace.' };
const KEY_HINT = {
  hint: "The key's scopes do not cover it. Ask an owner or admin of the workspace for a key that does.",
};

/** The days of a month so far, as a pool shows them. */
function daysOf(month: string, used: Readonly<Record<string, number>>): object[] {
  const [year, number] = month.split('-').map(Number);
  const length = new Date(Date.UTC(year ?? 0, number ?? 0, 0)).getUTCDate();
  const today = new Date().toISOString().slice(0, 10);
  return Array.from({ length }, (_, index) => `${month}-${String(index + 1).padStart(2, '0')}`)
    .filter((date) => date <= today)
    .map((date) => ({ date, used: used[date] ?? 0 }));
}

describe('members by the credits they used this month', () => {
  const QUERY = `query ($id: ID!, $filter: MemberFilter, $orderBy: MemberOrder) {
    workspace(id: $id) { members(first: 10, filter: $filter, orderBy: $orderBy) { totalCount nodes { id } } } }`;
  const list = (credential: string, more: object) =>
    app.graphql(credential, QUERY, { id: workspace.workspaceId, ...more });
  const MOST_FIRST = { orderBy: { field: 'CREDITS_USED', direction: 'DESC' } };

  test('are filtered and ordered; no use counts as 0, and other months do not count', async () => {
    const [little, much, none] = [await editor(), await editor(), await editor()];
    await consumed(app, workspace, { memberId: little.memberId, amount: 3 });
    await consumed(app, workspace, { memberId: much.memberId, amount: 40 });
    const at = `${monthsAgo(1)}-15T12:00:00Z`;
    await spentAt(app, workspace, { memberId: none.memberId, at, amount: 50, total: 100 });
    const { data } = await list(workspace.apiKey, MOST_FIRST);
    expect(data.workspace.members.nodes.slice(0, 2)).toEqual([
      { id: much.memberId },
      { id: little.memberId },
    ]);
    const users = await list(workspace.apiKey, { filter: { creditsUsed: { gt: 0 } } });
    expect(users.data.workspace.members).toEqual({
      totalCount: 2,
      nodes: [{ id: little.memberId }, { id: much.memberId }],
    });
    const idle = await list(workspace.apiKey, { filter: { creditsUsed: { eq: 0 } } });
    expect(idle.data.workspace.members.nodes).toEqual([
      { id: workspace.ownerMemberId },
      { id: none.memberId },
    ]);
  });

  test('only for callers who may read credits (rule 26)', async () => {
    const key = await app.key(workspace.workspaceId, ['MEMBERS_READ']);
    for (const more of [MOST_FIRST, { filter: { not: { and: [{ creditsUsed: { gt: 0 } }] } } }]) {
      const answer = await list(key, more);
      expect(answer.errors).toEqual([errorAt(['workspace', 'members'], ...FORBIDDEN, KEY_HINT)]);
    }
    const ofGroups = 'groups(filter: { members: { some: { creditsUsed: { gt: 0 } } } }) { totalCount }';
    expect((await ask(ofGroups, key)).errors).toEqual([
      errorAt(['workspace', 'groups'], ...FORBIDDEN, KEY_HINT),
    ]);
    expect(await ask(ofGroups)).toEqual({ data: { workspace: { groups: { totalCount: 0 } } } });
  });
});

describe('Member.usage', () => {
  test.each([
    ['VIEWER', { remaining: 0, blockedBy: 'ROLE' }],
    ['EDITOR', { remaining: 100 }],
    ['ADMIN', { remaining: 100 }],
  ])('for an %s without a limit', async (role, more) => {
    const { memberId } = await person(app, workspace, { roleAccess: { role } });
    expect(await usageOf(app, workspace, memberId)).toEqual({
      month: THIS_MONTH,
      used: 0,
      limit: null,
      limitSource: null,
      blockedBy: null,
      ...more,
    });
  });

  test('rule 5: has the own limit or the default; remaining is what limit and pool leave', async () => {
    const { workspaceId } = workspace;
    const own = await editor(10);
    const others = await editor();
    await done(app, app.operatorToken, 'workspaceUpdate', { workspaceId, defaultCreditLimit: 200 });
    await consumed(app, workspace, { memberId: own.memberId, amount: 4 });
    expect(await usageOf(app, workspace, own.memberId)).toEqual({
      month: THIS_MONTH,
      used: 4,
      limit: 10,
      limitSource: 'MEMBER',
      remaining: 6,
      blockedBy: null,
    });
    expect(await usageOf(app, workspace, others.memberId)).toEqual({
      month: THIS_MONTH,
      used: 0,
      limit: 200,
      limitSource: 'WORKSPACE_DEFAULT',
      remaining: 96,
      blockedBy: null,
    });
  });

  test('has nothing remaining when the limit was lowered below what is used', async () => {
    const { workspaceId } = workspace;
    const { memberId } = await editor(10);
    await consumed(app, workspace, { memberId, amount: 10 });
    await done(app, app.operatorToken, 'memberSetCreditLimit', { workspaceId, memberId, creditLimit: 5 });
    expect(await usageOf(app, workspace, memberId)).toMatchObject({
      used: 10,
      limit: 5,
      remaining: 0,
      blockedBy: 'MEMBER_LIMIT',
    });
  });

  test('of a future month uses the present limit and pool', async () => {
    const { memberId } = await editor(10);
    await consumed(app, workspace, { memberId, amount: 10 });
    expect(await usageOf(app, workspace, memberId, monthsAgo(-1))).toEqual({
      month: monthsAgo(-1),
      used: 0,
      limit: 10,
      limitSource: 'MEMBER',
      remaining: 10,
      blockedBy: null,
    });
  });

  test('is there without a pool, and null on V1', async () => {
    const without = await app.workspace({ version: 'V2' });
    expect(await usageOf(app, without, without.ownerMemberId)).toMatchObject({
      used: 0,
      remaining: 0,
      blockedBy: 'POOL',
    });
    const v1 = await app.workspace({ version: 'V1' });
    expect(await usageOf(app, v1, v1.ownerMemberId)).toBeNull();
  });

  test('of oneself is for everybody; of others for owners, admins and keys for credits', async () => {
    const { workspaceId } = workspace;
    const { memberId, token } = await editor(10);
    const own = await app.graphql(
      token,
      `query ($w: ID!, $m: ID!) { workspace(id: $w) { member(id: $m) { ${USAGE} } } }`,
      { w: workspaceId, m: memberId },
    );
    expect(own).toMatchObject({ data: { workspace: { member: { usage: { limit: 10 } } } } });
    const key = await app.key(workspaceId, ['MEMBERS_READ']);
    expect(await ask(`member(id: "${memberId}") { id usage { used } }`, key)).toEqual({
      data: { workspace: { member: { id: memberId, usage: null } } },
      errors: [errorAt(['workspace', 'member', 'usage'], ...FORBIDDEN, KEY_HINT)],
    });
  });

  test('of a page of members takes one more statement', async () => {
    const people = [];
    for (let index = 0; index < 20; index += 1) people.push(await editor(index + 1));
    for (const { memberId } of people) await consumed(app, workspace, { memberId, amount: 1 });
    const counted = async (fields: string) => {
      const { answer, statements } = await countingStatements(() =>
        ask(`members(first: 100) { nodes { id ${fields} } }`, app.operatorToken),
      );
      return { nodes: answer.data.workspace.members.nodes, count: statements };
    };
    const without = await counted('');
    const all = await counted(`now: ${USAGE} last: usage(month: "${monthsAgo(1)}") { used }`);
    expect(all.count).toBe(without.count + 2);
    expect(all.nodes).toHaveLength(21);
    for (const [index, { memberId }] of people.entries()) {
      expect(all.nodes).toContainEqual({
        id: memberId,
        now: {
          month: THIS_MONTH,
          used: 1,
          limit: index + 1,
          limitSource: 'MEMBER',
          remaining: index,
          blockedBy: index === 0 ? 'MEMBER_LIMIT' : null,
        },
        last: { used: 0 },
      });
    }
  });
});

describe('Workspace.creditPool and creditPoolHistory', () => {
  test('have values per month and per day', async () => {
    const { workspaceId } = workspace;
    await poolSetIn(app, workspace, monthsAgo(3));
    const { memberId } = await editor();
    const [long, last] = [monthsAgo(2), monthsAgo(1)];
    for (const [at, amount] of [
      // The first and the last moment of a month, in UTC.
      [`${long}-01T00:00:00.000Z`, 1],
      [`${long}-28T23:59:59.999Z`, 2],
      [`${last}-01T00:00:00.000Z`, 3],
      [`${last}-05T12:00:00.000Z`, 4],
      [`${last}-05T13:00:00.000Z`, 5],
    ] as const) {
      await spentAt(app, workspace, { memberId, at, amount, total: 100 });
    }
    await done(app, app.operatorToken, 'creditPoolSet', { workspaceId, monthlyCredits: 500 });
    await consumed(app, workspace, { memberId, amount: 50 });
    const today = new Date().toISOString().slice(0, 10);
    const months = [
      { month: THIS_MONTH, total: 500, used: 50, remaining: 450, days: daysOf(THIS_MONTH, { [today]: 50 }) },
      {
        month: last,
        total: 100,
        used: 12,
        remaining: 88,
        days: daysOf(last, { [`${last}-01`]: 3, [`${last}-05`]: 9 }),
      },
      {
        month: long,
        total: 100,
        used: 3,
        remaining: 97,
        days: daysOf(long, { [`${long}-01`]: 1, [`${long}-28`]: 2 }),
      },
      { month: monthsAgo(3), total: 100, used: 0, remaining: 100, days: daysOf(monthsAgo(3), {}) },
      // Before the pool was first set.
      ...[4, 5].map((ago) => {
        const month = monthsAgo(ago);
        return { month, total: 0, used: 0, remaining: 0, days: daysOf(month, {}) };
      }),
    ];
    const fields = '{ month total used remaining days { date used } }';
    expect(
      await ask(`creditPoolHistory(months: ${months.length}) ${fields} two: creditPoolHistory(months: 2) ${fields}
        creditPool(month: "${last}") ${fields} next: creditPool(month: "${monthsAgo(-1)}") ${fields}`),
    ).toEqual({
      data: {
        workspace: {
          creditPoolHistory: months,
          two: months.slice(0, 2),
          creditPool: months[1],
          next: { month: monthsAgo(-1), total: 500, used: 0, remaining: 500, days: [] },
        },
      },
    });
  });

  test('take as many statements for many months as for one', async () => {
    await poolSetIn(app, workspace, monthsAgo(30));
    const counted = async (months: number) => {
      const { answer, statements } = await countingStatements(() =>
        ask(`creditPoolHistory(months: ${months}) { days { used } }`, app.operatorToken),
      );
      expect(answer.data.workspace.creditPoolHistory).toHaveLength(months);
      return statements;
    };
    expect(await counted(60)).toBe(await counted(1));
  });

  test('on V1, and on V2 before a pool is set', async () => {
    const fields =
      'creditPool { total } creditPoolHistory { total } creditConsumptions { totalCount nodes { id } }';
    for (const version of ['V1', 'V2'] as const) {
      const without = await app.workspace({ version });
      expect(await ask(fields, without.apiKey, without)).toEqual({
        data: {
          workspace: {
            creditPool: null,
            creditPoolHistory: version === 'V1' ? [] : Array.from({ length: 12 }, () => ({ total: 0 })),
            creditConsumptions: { totalCount: 0, nodes: [] },
          },
        },
      });
    }
  });

  test.each([0, -1, 61])('refuse %i months', async (months) => {
    expect(await ask(`creditPoolHistory(months: ${months}) { total }`)).toEqual({
      data: { workspace: { creditPoolHistory: null } },
      errors: [
        errorAt(['workspace', 'creditPoolHistory'], 'INVALID_INPUT', 'months must be from 1 to 60.', {
          attribute: 'months',
        }),
      ],
    });
  });

  test('are for owners, admins, and keys for credits', async () => {
    const { token } = await editor();
    expect(await ask('creditPool { total }', token)).toEqual({
      data: { workspace: { creditPool: null } },
      errors: [errorAt(['workspace', 'creditPool'], ...POOL_FORBIDDEN, HINT)],
    });
    expect(await ask('creditPoolHistory { total }', token)).toEqual({
      data: { workspace: { creditPoolHistory: null } },
      errors: [errorAt(['workspace', 'creditPoolHistory'], ...POOL_FORBIDDEN, HINT)],
    });
    const owner = await app.session(workspace.ownerEmail);
    const readers = [owner, await app.key(workspace.workspaceId, ['CREDITS_READ'])];
    for (const credential of readers) {
      expect(await ask('creditPool { total } creditPoolHistory(months: 1) { total }', credential)).toEqual({
        data: { workspace: { creditPool: { total: 100 }, creditPoolHistory: [{ total: 100 }] } },
      });
    }
  });
});

describe('Workspace.creditConsumptions', () => {
  test('lists newest first, of all members or one, of all months or one, in pages', async () => {
    await poolSetIn(app, workspace, monthsAgo(1));
    const [ann, ben] = [await editor(), await editor()];
    const at = `${monthsAgo(1)}-05T12:00:00.000Z`;
    await spentAt(app, workspace, { memberId: ann.memberId, at, amount: 1, total: 100 });
    const uses = [];
    for (const [{ memberId }, amount] of [
      [ann, 2],
      [ben, 3],
      [ann, 4],
    ] as const) {
      uses.unshift((await consumed(app, workspace, { memberId, amount })).consumption);
    }
    const all = await consumptionsOf(app, workspace, 'first: 10');
    expect(all).toEqual({
      totalCount: 4,
      nodes: [
        ...uses,
        expect.objectContaining({ memberId: ann.memberId, amount: 1, at, month: monthsAgo(1) }),
      ],
    });
    const amounts = async (args: string) => {
      const { totalCount, nodes } = await consumptionsOf(app, workspace, args);
      expect(totalCount).toBe(nodes.length);
      return nodes.map(({ amount }: { amount: number }) => amount);
    };
    const { memberId } = ann;
    expect(await amounts(`memberId: "${memberId}"`)).toEqual([4, 2, 1]);
    expect(await amounts(`memberId: "${memberId.toUpperCase()}", month: "${THIS_MONTH}"`)).toEqual([4, 2]);
    expect(await amounts(`month: "${monthsAgo(1)}"`)).toEqual([1]);
    expect(await amounts('month: "2020-01"')).toEqual([]);
    expect(await amounts('memberId: "01930000-0000-7000-8000-000000000000"')).toEqual([]);

    const page = `{ edges { cursor node { amount } } pageInfo { hasNextPage endCursor } }`;
    const first = await ask(`creditConsumptions(first: 3) ${page}`);
    const { pageInfo } = first.data.workspace.creditConsumptions;
    expect(pageInfo.hasNextPage).toBe(true);
    expect(await ask(`creditConsumptions(first: 3, after: "${pageInfo.endCursor}") ${page}`)).toEqual({
      data: {
        workspace: {
          creditConsumptions: {
            edges: [{ cursor: expect.any(String), node: { amount: 1 } }],
            pageInfo: { hasNextPage: false, endCursor: expect.any(String) },
          },
        },
      },
    });
  });

  test('rule 18: explain the usage of a person who has a new member record', async () => {
    const { workspaceId } = workspace;
    const { memberId, email } = await editor();
    const before = await consumed(app, workspace, { memberId, amount: 5 });
    await done(app, app.operatorToken, 'memberDelete', { workspaceId, memberId });
    const old = await consumptionsOf(app, workspace, `memberId: "${memberId}"`);
    expect(old).toEqual({ totalCount: 1, nodes: [before.consumption] });
    const access = { roleAccess: { role: 'EDITOR' } };
    const { member } = await done(app, app.operatorToken, 'memberAdd', {
      workspaceId,
      userName: email,
      access,
    });
    const after = await consumed(app, workspace, { memberId: member.id, amount: 6 });
    expect(after.usage.used).toBe(11);
    expect(await consumptionsOf(app, workspace, `memberId: "${member.id}"`)).toEqual({
      totalCount: 2,
      nodes: [after.consumption, before.consumption],
    });
  });

  test('name their member while its record exists', async () => {
    const { workspaceId } = workspace;
    const { memberId } = await editor();
    await consumed(app, workspace, { memberId, amount: 5 });
    const fields = 'creditConsumptions { nodes { memberId member { active } } }';
    const member = async () => (await ask(fields)).data.workspace.creditConsumptions.nodes;
    expect(await member()).toEqual([{ memberId, member: { active: true } }]);
    await done(app, app.operatorToken, 'memberRemove', { workspaceId, memberId });
    expect(await member()).toEqual([{ memberId, member: { active: false } }]);
    await done(app, app.operatorToken, 'memberDelete', { workspaceId, memberId });
    expect(await member()).toEqual([{ memberId, member: null }]);
  });

  test('can be read one by one, by id', async () => {
    const { memberId, token } = await editor();
    const { consumption } = await consumed(app, workspace, { memberId, amount: 5 });
    const elsewhere = await app.workspace({ version: 'V2' });
    const query = `query ($id: ID!) { node(id: $id) { __typename ... on CreditConsumption { ${CONSUMPTION} } } }`;
    const seenBy = async (credential: string) =>
      (await app.graphql(credential, query, { id: consumption.id })).data.node;
    const found = { __typename: 'CreditConsumption', ...consumption };
    expect(await seenBy(workspace.apiKey)).toEqual(found);
    expect(await seenBy(token)).toEqual(found);
    expect(await seenBy((await editor()).token)).toBeNull();
    expect(await seenBy(elsewhere.apiKey)).toBeNull();
  });

  test('of oneself are for everybody; of others for owners, admins and keys for credits', async () => {
    const { memberId, token } = await editor();
    const other = await editor();
    const { consumption } = await consumed(app, workspace, {
      memberId,
      amount: 5,
      idempotencyKey: nextKey(),
    });
    expect(await ask(`creditConsumptions(memberId: "${memberId}") { nodes { id } }`, token)).toEqual({
      data: { workspace: { creditConsumptions: { nodes: [{ id: consumption.id }] } } },
    });
    for (const args of ['first: 1', `memberId: "${other.memberId}"`]) {
      expect(await ask(`creditConsumptions(${args}) { nodes { id } }`, token)).toEqual({
        data: { workspace: { creditConsumptions: null } },
        errors: [errorAt(['workspace', 'creditConsumptions'], ...FORBIDDEN, HINT)],
      });
    }
  });

  test('of another workspace are never visible, not even by a member id of that workspace', async () => {
    const elsewhere = await app.workspace({ version: 'V2', credits: 100 });
    const { memberId } = await person(app, elsewhere, { roleAccess: { role: 'EDITOR' } });
    await consumed(app, elsewhere, { memberId, amount: 5 });
    expect(await consumptionsOf(app, workspace, `memberId: "${memberId}"`)).toEqual({
      totalCount: 0,
      nodes: [],
    });
  });
});
