import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type GraphqlAnswer, startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import {
  type CreditFacts,
  consume,
  consumed,
  consumptionsOf,
  limitExhausted,
  nextKey,
  poolExhausted,
  poolOf,
  usageOf,
} from '../http/graphql/credits.js';
import { done, mutate, person } from '../http/graphql/operations.js';
import { expectInvariants } from '../invariants.js';

/** Rule 23: "Concurrent calls never overshoot." */

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

/** `count` requests at the same moment. */
function atOnce<Answer>(count: number, send: (index: number) => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => send(index)));
}

function split(answers: readonly GraphqlAnswer[]) {
  return {
    counted: answers.filter(({ errors }) => errors === undefined),
    refused: answers.filter(({ errors }) => errors !== undefined),
  };
}

/** The counts that explain a refusal. */
function factsOf({ errors = [] }: GraphqlAnswer): CreditFacts {
  return errors[0].extensions.credits;
}

describe('a pool of 100', () => {
  test('counts exactly 100 of 200 concurrent uses of 1 by many members', async () => {
    const people = await atOnce(8, () => editor());
    const answers = await atOnce(200, (index) =>
      consume(app, workspace, { memberId: people[index % people.length]?.memberId ?? '', amount: 1 }),
    );
    const { counted, refused } = split(answers);
    expect(counted).toHaveLength(100);
    expect(refused).toEqual(Array.from({ length: 100 }, () => poolExhausted(100, 100, 1)));
    expect(await poolOf(app, workspace)).toMatchObject({ used: 100, remaining: 0 });
    expect(await consumptionsOf(app, workspace, 'first: 0')).toMatchObject({ totalCount: 100 });
  });

  test('counts exactly 100 of 200 concurrent uses of 1 by one member', async () => {
    const { memberId } = await editor();
    const answers = await atOnce(200, () => consume(app, workspace, { memberId, amount: 1 }));
    expect(split(answers).counted).toHaveLength(100);
  });

  test('counts no use of any size in part, and refuses only uses that exceed it at that moment', async () => {
    const people = await atOnce(5, () => editor());
    const amounts = Array.from({ length: 60 }, (_, index) => (index % 7) + 1);
    const answers = await atOnce(amounts.length, (index) =>
      consume(app, workspace, {
        memberId: people[index % people.length]?.memberId ?? '',
        amount: amounts[index] ?? 0,
      }),
    );
    const { counted, refused } = split(answers);
    const used = counted.reduce((sum, { data }) => sum + data.creditsConsume.consumption.amount, 0);
    expect(used).toBeLessThanOrEqual(100);
    for (const answer of refused) {
      const { blockedBy, requested, remaining } = factsOf(answer);
      expect(blockedBy).toBe('POOL');
      expect(requested).toBeGreaterThan(remaining);
    }
    expect(await poolOf(app, workspace)).toMatchObject({ used });
  });

  test('gets one row for the month when the first uses come at once', async () => {
    const people = await atOnce(10, () => editor());
    await app.sql("update credit_month set month = '2020-01' where workspace_id = $1", [
      workspace.workspaceId,
    ]);
    const answers = await Promise.all(
      people.map(({ memberId }) => consume(app, workspace, { memberId, amount: 11 })),
    );
    expect(split(answers).counted).toHaveLength(9);
  });
});

describe('a limit of 20', () => {
  test('counts exactly 20 of 60 concurrent uses of 1', async () => {
    const { memberId, email } = await editor(20);
    const answers = await atOnce(60, () => consume(app, workspace, { memberId, amount: 1 }));
    const { counted, refused } = split(answers);
    expect(counted).toHaveLength(20);
    expect(refused).toEqual(Array.from({ length: 40 }, () => limitExhausted(email, 20, 20, 1)));
  });

  test('that is set while credits are used is never exceeded from then on', async () => {
    const { workspaceId } = workspace;
    const { memberId } = await editor();
    const uses = atOnce(40, () => consume(app, workspace, { memberId, amount: 1 }));
    await done(app, app.operatorToken, 'memberSetCreditLimit', { workspaceId, memberId, creditLimit: 20 });
    const atTheLimit = await usageOf(app, workspace, memberId);
    await uses;
    const { used } = await usageOf(app, workspace, memberId);
    expect(used).toBeLessThanOrEqual(Math.max(20, atTheLimit.used));
  });
});

describe('one idempotency key', () => {
  test('sent 50 times at once is counted once, and every answer is the same', async () => {
    const { memberId } = await editor();
    const idempotencyKey = nextKey();
    const answers = await atOnce(50, () => consume(app, workspace, { memberId, amount: 60, idempotencyKey }));
    const payloads = answers.map(({ data }) => data.creditsConsume);
    expect(payloads.filter(({ replayed }) => !replayed)).toHaveLength(1);
    const [first] = payloads;
    expect(payloads.map((payload) => ({ ...payload, replayed: true }))).toEqual(
      payloads.map(() => ({ ...first, replayed: true })),
    );
    expect(first.creditPool.used).toBe(60);
  });

  test('sent for many members at once is counted for one of them, and refused for the others', async () => {
    const people = await atOnce(20, () => editor());
    const idempotencyKey = nextKey();
    const answers = await Promise.all(
      people.map(({ memberId }) => consume(app, workspace, { memberId, amount: 1, idempotencyKey })),
    );
    const { counted, refused } = split(answers);
    expect(counted).toHaveLength(1);
    for (const { errors } of refused) {
      expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', path: ['idempotencyKey'] } }]);
    }
    expect(await poolOf(app, workspace)).toMatchObject({ used: 1 });
  });

  test('that the pool refused at first is counted for the first request that comes when there is room', async () => {
    const { workspaceId } = workspace;
    const people = await atOnce(10, () => editor());
    const idempotencyKey = nextKey();
    const answers = Promise.all(
      people.map(({ memberId }) => consume(app, workspace, { memberId, amount: 150, idempotencyKey })),
    );
    await done(app, app.operatorToken, 'creditPoolSet', { workspaceId, monthlyCredits: 200 });
    const { counted } = split(await answers);
    expect(counted.length).toBeLessThanOrEqual(1);
    expect(await poolOf(app, workspace)).toMatchObject({ used: counted.length * 150 });
  });
});

describe('while credits are used', () => {
  test('removing the member ends the counting: nothing is counted afterwards', async () => {
    const { workspaceId } = workspace;
    for (let round = 0; round < 3; round += 1) {
      const { memberId } = await editor();
      const uses = atOnce(15, () => consume(app, workspace, { memberId, amount: 1 }));
      await done(app, app.operatorToken, 'memberRemove', { workspaceId, memberId });
      const { counted, refused } = split(await uses);
      for (const { errors } of refused) {
        expect(errors).toMatchObject([{ extensions: { credits: { blockedBy: 'ROLE' } } }]);
      }
      expect(await usageOf(app, workspace, memberId)).toMatchObject({
        used: counted.length,
        blockedBy: 'ROLE',
      });
      const late = await app.sql(
        `select 1 from credit_consumption c join membership s on s.member_id = c.member_id
         where c.member_id = $1 and c.at > s.ended_at`,
        [memberId],
      );
      expect(late).toEqual([]);
    }
  });

  test('deleting the member and adding the person again keeps one cap', async () => {
    const { workspaceId } = workspace;
    const { memberId, email } = await editor(10);
    const access = { roleAccess: { role: 'EDITOR', creditLimit: 10 } };
    const uses = atOnce(8, () => consume(app, workspace, { memberId, amount: 1 }));
    await done(app, app.operatorToken, 'memberDelete', { workspaceId, memberId });
    const { member } = await done(app, app.operatorToken, 'memberAdd', {
      workspaceId,
      userName: email,
      access,
    });
    const more = await atOnce(12, () => consume(app, workspace, { memberId: member.id, amount: 1 }));
    const before = split(await uses).counted.length;
    expect(before + split(more).counted.length).toBe(10);
  });

  test('changing the role to viewer ends the counting', async () => {
    const { workspaceId } = workspace;
    const { memberId } = await editor();
    const uses = atOnce(15, () => consume(app, workspace, { memberId, amount: 1 }));
    await done(app, app.operatorToken, 'memberSetAccess', {
      workspaceId,
      memberId,
      access: { roleAccess: { role: 'VIEWER' } },
    });
    const { used } = await usageOf(app, workspace, memberId);
    expect(split(await uses).counted).toHaveLength(used);
  });

  test('lowering and raising the pool causes no deadlock, and no pool is overdrawn', async () => {
    const { workspaceId } = workspace;
    const people = await atOnce(6, () => editor());
    const [uses] = await Promise.all([
      atOnce(60, (index) =>
        consume(app, workspace, { memberId: people[index % people.length]?.memberId ?? '', amount: 3 }),
      ),
      (async () => {
        for (const monthlyCredits of [50, 200, 20, 90]) {
          await done(app, app.operatorToken, 'creditPoolSet', { workspaceId, monthlyCredits });
        }
      })(),
    ]);
    const { counted, refused } = split(uses);
    for (const answer of refused) {
      const { requested, remaining } = factsOf(answer);
      expect(requested).toBeGreaterThan(remaining);
    }
    expect(await poolOf(app, workspace)).toMatchObject({ total: 90, used: counted.length * 3 });
    const [{ memberId } = { memberId: '' }] = people;
    const left = (await poolOf(app, workspace)).remaining;
    if (left > 0) await consumed(app, workspace, { memberId, amount: left });
    expect(await consume(app, workspace, { memberId, amount: 1 })).toMatchObject({ errors: [{}] });
  });

  test('rule 24: leaving ENTERPRISE makes editors of admins, and every use is counted', async () => {
    const { workspaceId } = workspace;
    const admins = await atOnce(5, () => person(app, workspace, { roleAccess: { role: 'ADMIN' } }));
    const [answers] = await Promise.all([
      atOnce(40, (index) =>
        consume(app, workspace, { memberId: admins[index % admins.length]?.memberId ?? '', amount: 1 }),
      ),
      mutate(app, app.operatorToken, 'workspaceUpdate', { workspaceId, plan: 'TEAM' }),
    ]);
    expect(split(answers).refused).toEqual([]);
    expect(await poolOf(app, workspace)).toMatchObject({ used: 40 });
  });
});
