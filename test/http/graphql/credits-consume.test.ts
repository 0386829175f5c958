import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { expectInvariants } from '../../invariants.js';
import {
  consume,
  consumed,
  exhausted,
  limitExhausted,
  monthsAgo,
  NEXT_MONTH,
  nextKey,
  poolExhausted,
  poolOf,
  poolSetIn,
  spentAt,
  THIS_MONTH,
  usageOf,
} from './credits.js';
import {
  auditSize,
  done,
  mutate,
  nextAddress,
  pathTo,
  person,
  refusals,
  refused,
  UUID,
} from './operations.js';

/** Rule 23, and rules 5, 6, 7 and 18 about credits. */

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

const EDITOR = { roleAccess: { role: 'EDITOR' } };

function editor(creditLimit?: number) {
  return person(app, workspace, { roleAccess: { role: 'EDITOR', creditLimit } });
}

/** Everything that a use of credits writes. */
async function written(): Promise<unknown> {
  const [counts] = await app.sql(
    `select (select count(*) from credit_consumption) as ledger, (select sum(used) from credit_usage) as usage,
       (select sum(used) from credit_month) as months, (select count(*) from audit_entry) as audit`,
  );
  return counts;
}

describe('credits that are used', () => {
  test('are counted for the member and taken from the pool', async () => {
    const { memberId, email } = await editor(30);
    const first = await consume(app, workspace, { memberId, amount: 10, idempotencyKey: 'run 1' });
    expect(first).toEqual({
      data: {
        creditsConsume: {
          replayed: false,
          consumption: {
            id: UUID,
            memberId,
            userName: email,
            at: expect.stringMatching(new RegExp(`^${THIS_MONTH}-\\d\\dT[\\d:.]{12}Z$`)),
            month: THIS_MONTH,
            amount: 10,
            idempotencyKey: 'run 1',
            consumedBy: 'Test',
          },
          usage: {
            month: THIS_MONTH,
            used: 10,
            limit: 30,
            limitSource: 'MEMBER',
            remaining: 20,
            blockedBy: null,
          },
          creditPool: { month: THIS_MONTH, total: 100, used: 10, remaining: 90 },
          workspace: { id: workspace.workspaceId },
        },
      },
    });
    const second = await consumed(app, workspace, { memberId, amount: 20 });
    expect(second).toMatchObject({
      usage: { used: 30, remaining: 0, blockedBy: 'MEMBER_LIMIT' },
      creditPool: { used: 30, remaining: 70 },
    });
  });

  test.each([['ADMIN'], ['EDITOR']])('can be those of an %s', async (role) => {
    const { memberId } = await person(app, workspace, { roleAccess: { role } });
    expect(await consumed(app, workspace, { memberId, amount: 100 })).toMatchObject({
      usage: { limit: null, limitSource: null, used: 100, remaining: 0, blockedBy: 'POOL' },
    });
  });

  test("rule 6: an owner's are limited by the pool alone, and not by the default limit", async () => {
    const { workspaceId, ownerMemberId: memberId } = workspace;
    await done(app, app.operatorToken, 'workspaceUpdate', { workspaceId, defaultCreditLimit: 5 });
    expect(await consumed(app, workspace, { memberId, amount: 99 })).toMatchObject({
      usage: { limit: null, limitSource: null, used: 99, remaining: 1, blockedBy: null },
    });
    expect(await consume(app, workspace, { memberId, amount: 2 })).toEqual(poolExhausted(99, 100, 2));
  });

  test('can be all of the largest pool and limit at once', async () => {
    const most = 2_147_483_647;
    const { workspaceId } = workspace;
    await done(app, app.operatorToken, 'creditPoolSet', { workspaceId, monthlyCredits: most });
    const { memberId } = await editor(most);
    expect(await consumed(app, workspace, { memberId, amount: most })).toMatchObject({
      usage: { used: most, remaining: 0 },
      creditPool: { used: most, remaining: 0 },
    });
    expect(await consume(app, workspace, { memberId, amount: most })).toMatchObject({
      errors: [{ extensions: { credits: { blockedBy: 'MEMBER_LIMIT', requested: most, remaining: 0 } } }],
    });
    const other = await editor();
    expect(await consume(app, workspace, { memberId: other.memberId, amount: most })).toEqual(
      poolExhausted(most, most, most),
    );
  });

  test('in writing of any case: ids are UUIDs', async () => {
    const { memberId, token } = await editor();
    const idempotencyKey = nextKey();
    const use = { memberId: memberId.toUpperCase(), amount: 1, idempotencyKey };
    expect(await consume(app, workspace, use, token)).toMatchObject({
      data: { creditsConsume: { replayed: false, consumption: { memberId } } },
    });
    expect(await consume(app, workspace, { ...use, memberId }, token)).toMatchObject({
      data: { creditsConsume: { replayed: true } },
    });
  });

  test('rule 28: write one audit entry', async () => {
    const { workspaceId } = workspace;
    const { memberId, email } = await editor();
    await consumed(app, workspace, { memberId, amount: 3 });
    const { consumption } = await consumed(app, workspace, { memberId, amount: 4 });
    const query = `query ($id: ID!) { workspace(id: $id) { auditLog(first: 1) { nodes {
      actorType actorLabel channel action targetType targetId targetLabel changes } } } }`;
    const { data } = await app.graphql(app.operatorToken, query, { id: workspaceId });
    expect(data.workspace.auditLog.nodes).toEqual([
      {
        actorType: 'API_KEY',
        actorLabel: 'Test',
        channel: 'GRAPHQL',
        action: 'credits.consume',
        targetType: 'creditConsumption',
        targetId: consumption.id,
        targetLabel: email,
        changes: {
          memberId: { before: null, after: memberId },
          month: { before: null, after: THIS_MONTH },
          amount: { before: null, after: 4 },
          used: { before: 3, after: 7 },
        },
      },
    ]);
  });
});

describe('a refusal writes nothing', () => {
  afterEach(async () => {
    expect(
      await app.sql('select 1 from credit_usage where workspace_id = $1', [workspace.workspaceId]),
    ).toEqual([]);
  });

  async function refusing(use: { memberId: string; amount: number }, answer: object): Promise<void> {
    const before = await written();
    expect(await consume(app, workspace, use)).toEqual(answer);
    expect(await written()).toEqual(before);
  }

  test('for a viewer', async () => {
    const { memberId, email } = await person(app, workspace);
    await refusing(
      { memberId, amount: 1 },
      exhausted(`${email} is a viewer, and viewers use no credits.`, 'Change the role to editor or admin.', {
        blockedBy: 'ROLE',
        requested: 1,
        limit: 0,
        used: 0,
        remaining: 0,
      }),
    );
  });

  test('for a guest, who may do no more than a viewer', async () => {
    const { memberId, email } = await editor();
    await app.sql("update membership set role = 'GUEST', access_set_by = null where member_id = $1", [
      memberId,
    ]);
    await refusing(
      { memberId, amount: 1 },
      exhausted(`${email} is a guest, and guests use no credits.`, 'Change the role to editor or admin.', {
        blockedBy: 'ROLE',
        requested: 1,
        limit: 0,
        used: 0,
        remaining: 0,
      }),
    );
  });

  test('for an inactive member', async () => {
    const { workspaceId } = workspace;
    const { memberId, email } = await editor();
    await done(app, app.operatorToken, 'memberRemove', { workspaceId, memberId });
    await refusing(
      { memberId, amount: 1 },
      exhausted(`${email} is not an active member, and so uses no credits.`, 'Add the person again first.', {
        blockedBy: 'ROLE',
        requested: 1,
        limit: 0,
        used: 0,
        remaining: 0,
      }),
    );
  });

  test("over the member's own limit", async () => {
    const { memberId, email } = await editor(10);
    await refusing({ memberId, amount: 11 }, limitExhausted(email, 0, 10, 11));
  });

  test("rule 5: over the workspace's default limit, for a member without an own one", async () => {
    const { workspaceId } = workspace;
    await done(app, app.operatorToken, 'workspaceUpdate', { workspaceId, defaultCreditLimit: 5 });
    const { memberId, email } = await editor();
    await refusing(
      { memberId, amount: 6 },
      exhausted(
        `${email} has used 0 of 5 credits in ${THIS_MONTH}, and asked for 6 more.`,
        `Raise the workspace's default credit limit, give the member one of its own, or wait until ${NEXT_MONTH} (UTC).`,
        { blockedBy: 'MEMBER_LIMIT', requested: 6, limit: 5, used: 0, remaining: 5 },
      ),
    );
  });

  test('over the pool', async () => {
    const { memberId } = await editor();
    await refusing({ memberId, amount: 101 }, poolExhausted(0, 100, 101));
  });

  test('over both: names the limit first', async () => {
    const { memberId, email } = await editor(10);
    await refusing({ memberId, amount: 101 }, limitExhausted(email, 0, 10, 101));
  });

  test('while no pool is set', async () => {
    workspace = await app.workspace({ version: 'V2' });
    const { memberId } = await editor();
    await refusing(
      { memberId, amount: 1 },
      exhausted(
        'The workspace has no credits: nobody has set its pool yet.',
        'An owner or admin sets how many credits there are each month.',
        { blockedBy: 'POOL', requested: 1, limit: 0, used: 0, remaining: 0 },
      ),
    );
  });

  test('on V1', async () => {
    workspace = await app.workspace({ version: 'V1' });
    await refusing(
      { memberId: workspace.ownerMemberId, amount: 1 },
      refused('creditsConsume', 'WRONG_WORKSPACE_VERSION', 'A V1 workspace has no credits.', {
        attribute: 'amount',
      }),
    );
  });

  test.each(['01930000-0000-7000-8000-000000000000', 'nobody'])('for the member %s', async (memberId) => {
    await refusing({ memberId, amount: 1 }, refusals.noMember('creditsConsume'));
  });

  test('for a member of another workspace', async () => {
    const elsewhere = await app.workspace({ version: 'V2', credits: 100 });
    const { memberId } = await person(app, elsewhere, EDITOR);
    await refusing({ memberId, amount: 1 }, refusals.noMember('creditsConsume'));
  });

  test.each([0, -1, 1.5, 2_147_483_648, '5'])('for the amount %j', async (amount) => {
    const { memberId } = await editor();
    const input = { workspaceId: workspace.workspaceId, memberId, amount, idempotencyKey: nextKey() };
    expect(await mutate(app, workspace.apiKey, 'creditsConsume', input)).toMatchObject({
      errors: [{ extensions: { code: 'INVALID_INPUT', path: pathTo('amount') } }],
    });
  });

  test.each(['', 'x'.repeat(201), 'a\nb', 'a\0b', '\ud800'])(
    'for the idempotency key %j',
    async (idempotencyKey) => {
      const { memberId } = await editor();
      expect(await consume(app, workspace, { memberId, amount: 1, idempotencyKey })).toEqual(
        refused(
          'creditsConsume',
          'INVALID_INPUT',
          'idempotencyKey must have 1 to 200 characters, and no control characters.',
          {
            attribute: 'idempotencyKey',
            hint: 'Make a UUID for each use, and send the same one when you try again.',
          },
        ),
      );
    },
  );
});

describe('an idempotency key that is sent twice', () => {
  test('is counted once, with the same answer', async () => {
    const { memberId } = await editor(10);
    const use = { memberId, amount: 10, idempotencyKey: nextKey() };
    const first = await consumed(app, workspace, use);
    const before = await written();
    // The limit is reached, so a second use would be refused.
    expect(await consumed(app, workspace, use)).toEqual({ ...first, replayed: true });
    expect(await written()).toEqual(before);
  });

  test('is refused for another amount or another member', async () => {
    const { memberId } = await editor();
    const other = await editor();
    const use = { memberId, amount: 10, idempotencyKey: nextKey() };
    await consumed(app, workspace, use);
    const before = await written();
    const answer = refused(
      'creditsConsume',
      'INVALID_INPUT',
      'This idempotencyKey was used before, for another member or another amount.',
      { attribute: 'idempotencyKey', hint: 'Make a new key for each use of credits.' },
    );
    expect(await consume(app, workspace, { ...use, amount: 9 })).toEqual(answer);
    expect(await consume(app, workspace, { ...use, memberId: other.memberId })).toEqual(answer);
    expect(await consume(app, workspace, { ...use, memberId: other.memberId }, other.token)).toEqual(answer);
    expect(await written()).toEqual(before);
  });

  test('can be used again when its first use was refused', async () => {
    const { workspaceId } = workspace;
    const { memberId } = await editor(5);
    const use = { memberId, amount: 10, idempotencyKey: nextKey() };
    expect(await consume(app, workspace, use)).toMatchObject({ errors: [{}] });
    await done(app, app.operatorToken, 'memberSetCreditLimit', { workspaceId, memberId, creditLimit: 10 });
    expect(await consumed(app, workspace, use)).toMatchObject({ replayed: false });
  });

  test('counts once in each workspace', async () => {
    const elsewhere = await app.workspace({ version: 'V2', credits: 100 });
    const idempotencyKey = nextKey();
    for (const { workspaceId, apiKey, ownerMemberId: memberId } of [workspace, elsewhere]) {
      const input = { workspaceId, memberId, amount: 1, idempotencyKey };
      expect(await done(app, apiKey, 'creditsConsume', input)).toMatchObject({ replayed: false });
    }
  });

  test('is answered also when the member has been removed or deleted since', async () => {
    const { workspaceId } = workspace;
    const { memberId } = await editor();
    const use = { memberId, amount: 1, idempotencyKey: nextKey() };
    const first = await consumed(app, workspace, use);
    await done(app, app.operatorToken, 'memberRemove', { workspaceId, memberId });
    expect(await consumed(app, workspace, use)).toEqual({
      ...first,
      replayed: true,
      usage: { ...first.usage, remaining: 0, blockedBy: 'ROLE' },
    });
    await done(app, app.operatorToken, 'memberDelete', { workspaceId, memberId });
    expect(await consumed(app, workspace, use)).toEqual({ ...first, replayed: true, usage: null });
  });
});

describe('rule 18: usage belongs to the account', () => {
  test('is not reset by leaving and coming back', async () => {
    const { workspaceId } = workspace;
    const { memberId, email } = await editor(10);
    await consumed(app, workspace, { memberId, amount: 8 });
    await done(app, app.operatorToken, 'memberRemove', { workspaceId, memberId });
    expect(await usageOf(app, workspace, memberId)).toMatchObject({
      used: 8,
      remaining: 0,
      blockedBy: 'ROLE',
    });
    const access = { roleAccess: { role: 'EDITOR', creditLimit: 10 } };
    await done(app, app.operatorToken, 'memberAdd', { workspaceId, userName: email, access });
    expect(await consume(app, workspace, { memberId, amount: 3 })).toEqual(limitExhausted(email, 8, 10, 3));
    await consumed(app, workspace, { memberId, amount: 2 });
  });

  test('is not reset by a new member record', async () => {
    const { workspaceId } = workspace;
    const { memberId, email } = await editor(10);
    await consumed(app, workspace, { memberId, amount: 8 });
    await done(app, app.operatorToken, 'memberDelete', { workspaceId, memberId });
    const access = { roleAccess: { role: 'EDITOR', creditLimit: 10 } };
    const { member } = await done(app, app.operatorToken, 'memberAdd', {
      workspaceId,
      userName: email,
      access,
    });
    expect(member.id).not.toBe(memberId);
    expect(await consume(app, workspace, { memberId: member.id, amount: 3 })).toEqual(
      limitExhausted(email, 8, 10, 3),
    );
  });

  test('rule 19: belongs to another person after a change of address', async () => {
    const { workspaceId } = workspace;
    const { memberId, email } = await editor(10);
    await consumed(app, workspace, { memberId, amount: 8 });
    const userName = nextAddress();
    await done(app, app.operatorToken, 'memberUpdate', { workspaceId, memberId, userName });
    expect(await usageOf(app, workspace, memberId)).toMatchObject({ used: 0, remaining: 10 });
    await consumed(app, workspace, { memberId, amount: 10 });
    await done(app, app.operatorToken, 'memberUpdate', { workspaceId, memberId, userName: email });
    expect(await usageOf(app, workspace, memberId)).toMatchObject({ used: 8, remaining: 2 });
  });
});

describe('a new month', () => {
  test('needs no job: all credits are available again, and the past month keeps its counts', async () => {
    await poolSetIn(app, workspace, monthsAgo(2));
    const { memberId } = await editor(10);
    await spentAt(app, workspace, {
      memberId,
      at: `${monthsAgo(1)}-28T23:59:59.999Z`,
      amount: 10,
      total: 100,
    });
    expect(await usageOf(app, workspace, memberId)).toMatchObject({ used: 0, remaining: 10 });
    expect(await poolOf(app, workspace)).toEqual({ month: THIS_MONTH, total: 100, used: 0, remaining: 100 });
    await consumed(app, workspace, { memberId, amount: 10 });
    expect(await usageOf(app, workspace, memberId, monthsAgo(1))).toEqual({
      month: monthsAgo(1),
      used: 10,
      limit: null,
      limitSource: null,
      remaining: null,
      blockedBy: null,
    });
    expect(await poolOf(app, workspace, monthsAgo(1))).toEqual({
      month: monthsAgo(1),
      total: 100,
      used: 10,
      remaining: 90,
    });
  });

  test('leaves the idempotency keys of the earlier month valid', async () => {
    await poolSetIn(app, workspace, monthsAgo(1));
    const { memberId } = await editor(10);
    const at = `${monthsAgo(1)}-28T12:00:00.000Z`;
    await spentAt(app, workspace, { memberId, at, amount: 10, total: 100 });
    const [used] = await app.sql<{ key: string }>(
      'select idempotency_key as key from credit_consumption where member_id = $1',
      [memberId],
    );
    const use = { memberId, amount: 10, idempotencyKey: used?.key ?? '' };
    expect(await consumed(app, workspace, use)).toMatchObject({
      replayed: true,
      consumption: { at, month: monthsAgo(1) },
      usage: { month: monthsAgo(1), used: 10, remaining: null },
      creditPool: { month: monthsAgo(1), used: 10 },
    });
    expect(await usageOf(app, workspace, memberId)).toMatchObject({ used: 0 });
  });
});

describe('creditPoolSet', () => {
  test('applies at once to this month and later ones; past months keep their pool', async () => {
    const { workspaceId } = workspace;
    await poolSetIn(app, workspace, monthsAgo(3));
    const { memberId } = await editor();
    await consumed(app, workspace, { memberId, amount: 60 });
    const pools = async () =>
      Promise.all([4, 3, 1, 0, -1].map((ago) => poolOf(app, workspace, monthsAgo(ago))));
    for (const monthlyCredits of [500, 80]) {
      await done(app, app.operatorToken, 'creditPoolSet', { workspaceId, monthlyCredits });
      expect(await pools()).toEqual([
        null,
        { month: monthsAgo(3), total: 100, used: 0, remaining: 100 },
        { month: monthsAgo(1), total: 100, used: 0, remaining: 100 },
        { month: THIS_MONTH, total: monthlyCredits, used: 60, remaining: monthlyCredits - 60 },
        { month: monthsAgo(-1), total: monthlyCredits, used: 0, remaining: monthlyCredits },
      ]);
    }
  });

  test('accepts a pool below what is used, after which no credits can be used', async () => {
    const { workspaceId } = workspace;
    const { memberId } = await editor();
    await consumed(app, workspace, { memberId, amount: 60 });
    await done(app, app.operatorToken, 'creditPoolSet', { workspaceId, monthlyCredits: 50 });
    expect(await poolOf(app, workspace)).toEqual({ month: THIS_MONTH, total: 50, used: 60, remaining: 0 });
    expect(await consume(app, workspace, { memberId, amount: 1 })).toEqual(poolExhausted(60, 50, 1));
    expect(await usageOf(app, workspace, memberId)).toMatchObject({ remaining: 0, blockedBy: 'POOL' });
    await done(app, app.operatorToken, 'creditPoolSet', { workspaceId, monthlyCredits: 61 });
    await consumed(app, workspace, { memberId, amount: 1 });
  });

  test('with 0 sets a pool without credits', async () => {
    const { workspaceId } = workspace;
    const { memberId } = await editor();
    await done(app, app.operatorToken, 'creditPoolSet', { workspaceId, monthlyCredits: 0 });
    expect(await consume(app, workspace, { memberId, amount: 1 })).toEqual(poolExhausted(0, 0, 1));
  });
});

describe('credits can be used', () => {
  test('by a member in person, for themselves', async () => {
    const { memberId, email, token } = await editor();
    expect(await consume(app, workspace, { memberId, amount: 1 }, token)).toMatchObject({
      data: { creditsConsume: { consumption: { consumedBy: email }, creditPool: { used: 1 } } },
    });
  });

  test('by no viewer: the refusal says what would help', async () => {
    const { memberId, token } = await person(app, workspace);
    expect(await consume(app, workspace, { memberId, amount: 1 }, token)).toMatchObject({
      errors: [{ extensions: { code: 'CREDITS_EXHAUSTED', credits: { blockedBy: 'ROLE' } } }],
    });
  });

  test('by an operator', async () => {
    const { memberId } = await editor();
    expect(await consume(app, workspace, { memberId, amount: 1 }, app.operatorToken)).toMatchObject({
      data: { creditsConsume: { consumption: { consumedBy: 'operator' } } },
    });
  });

  test('by owners and admins for nobody but themselves', async () => {
    const { memberId } = await editor();
    const admin = await person(app, workspace, { roleAccess: { role: 'ADMIN' } });
    const entries = await auditSize(app, workspace.workspaceId);
    for (const token of [await app.session(workspace.ownerEmail), admin.token]) {
      expect(await consume(app, workspace, { memberId, amount: 1 }, token)).toEqual(
        refused('creditsConsume', 'FORBIDDEN', 'In person, people use credits for themselves only.', {
          attribute: 'memberId',
          hint: 'For others, an app sends an API key with the scope CREDITS_CONSUME.',
        }),
      );
    }
    expect(await auditSize(app, workspace.workspaceId)).toBe(entries);
  });

  test('by keys with CREDITS_CONSUME only', async () => {
    const { workspaceId } = workspace;
    const { memberId } = await editor();
    const others = ['SCIM', 'MEMBERS_READ', 'MEMBERS_WRITE', 'CREDITS_READ', 'AUDIT_READ'] as const;
    expect(
      await consume(app, workspace, { memberId, amount: 1 }, await app.key(workspaceId, others)),
    ).toEqual(refusals.forbidden('creditsConsume', 'credits.consume', true));
    const key = await app.key(workspaceId, ['CREDITS_CONSUME']);
    expect(await consume(app, workspace, { memberId, amount: 1 }, key)).toMatchObject({
      data: { creditsConsume: { usage: { used: 1 }, creditPool: { used: 1 } } },
    });
  });

  test('by nobody else', async () => {
    const { memberId } = await editor();
    const elsewhere = await app.workspace({ version: 'V2', credits: 100 });
    const stranger = await person(app, elsewhere, EDITOR);
    expect(await consume(app, workspace, { memberId, amount: 1 }, '')).toEqual(
      refusals.unauthenticated('creditsConsume'),
    );
    for (const credential of [elsewhere.apiKey, stranger.token]) {
      expect(await consume(app, workspace, { memberId, amount: 1 }, credential)).toEqual(
        refusals.noWorkspace('creditsConsume'),
      );
    }
  });

  test('rule 16: not by a removed member', async () => {
    const { workspaceId } = workspace;
    const { memberId, token } = await editor();
    await done(app, app.operatorToken, 'memberRemove', { workspaceId, memberId });
    expect(await consume(app, workspace, { memberId, amount: 1 }, token)).toEqual(
      refusals.noWorkspace('creditsConsume'),
    );
  });

  test('as viewerCan says', async () => {
    const { workspaceId } = workspace;
    const viewer = await person(app, workspace);
    const user = await editor();
    const query = `query ($w: ID!, $m: ID!) { workspace(id: $w) {
      viewerCan { readCredits { allowed refusal { code } } } member(id: $m) { viewerCan { consumeCredits { allowed refusal { code message } } } } } }`;
    const can = async (credential: string, m: string, w = workspaceId) => {
      const { data } = await app.graphql(credential, query, { w, m });
      return [data.workspace.viewerCan.readCredits, data.workspace.member.viewerCan.consumeCredits];
    };
    const yes = { allowed: true, refusal: null };
    const refusedWith = (code: string, message?: string) => ({
      allowed: false,
      refusal: { code, ...(message === undefined ? {} : { message }) },
    });
    const no = refusedWith('FORBIDDEN');
    const forbidden = refusedWith('FORBIDDEN', 'In person, people use credits for themselves only.');
    expect(await can(user.token, user.memberId)).toEqual([no, yes]);
    expect(await can(viewer.token, viewer.memberId)).toEqual([
      no,
      refusedWith('CREDITS_EXHAUSTED', `${viewer.email} is a viewer, and viewers use no credits.`),
    ]);
    const owner = await app.session(workspace.ownerEmail);
    expect(await can(owner, user.memberId)).toEqual([yes, forbidden]);
    expect(await can(owner, workspace.ownerMemberId)).toEqual([yes, yes]);
    expect(await can(workspace.apiKey, user.memberId)).toEqual([yes, yes]);
    const v1 = await app.workspace({ version: 'V1' });
    const wrong = 'WRONG_WORKSPACE_VERSION';
    expect(await can(v1.apiKey, v1.ownerMemberId, v1.workspaceId)).toEqual([
      refusedWith(wrong),
      refusedWith(wrong, 'A V1 workspace has no credits.'),
    ]);
  });
});
