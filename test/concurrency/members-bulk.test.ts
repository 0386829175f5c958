import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import { done, mutate, nextAddress } from '../http/graphql/operations.js';
import { expectInvariants } from '../invariants.js';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterEach(async () => {
  await expectInvariants(app);
});

afterAll(async () => {
  await app.stop();
});

const SIZE = 20;
const ROUNDS = 5;

async function crowd({ workspaceId }: TestWorkspace, access?: object): Promise<string[]> {
  const added = await Promise.all(
    Array.from({ length: SIZE }, () =>
      done(app, app.operatorToken, 'memberAdd', {
        workspaceId,
        userName: nextAddress(),
        ...(access === undefined ? {} : { access }),
      }),
    ),
  );
  return added.map(({ member }) => member.id);
}

function bulk(
  { workspaceId, apiKey }: TestWorkspace,
  memberIds: readonly string[],
  change: object,
  credential = apiKey,
) {
  return done(app, credential, 'membersBulkUpdate', { workspaceId, members: { ids: memberIds }, change });
}

const seat = (seatType: string) => ({ access: { seatAccess: { seatType } } });
const role = (name: string) => ({ access: { roleAccess: { role: name } } });

/** Each change increments the version: it equals the number of changes in the answers. */
async function expectVersions({ workspaceId }: TestWorkspace, changes: number): Promise<void> {
  const [row] = await app.sql<{ grown: number }>(
    'select sum(version - 1)::integer as grown from member where workspace_id = $1',
    [workspaceId],
  );
  expect(row?.grown).toBe(changes);
}

describe('two bulk changes of the same members', () => {
  test('in opposite orders both finish, and every member has the values of the later one', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const workspace = await app.workspace({ version: 'V2' });
      const ids = await crowd(workspace);
      const answers = await Promise.all([
        bulk(workspace, ids, role('EDITOR')),
        bulk(workspace, ids.toReversed(), role('ADMIN')),
      ]);
      expect(answers).toMatchObject([{ changedCount: SIZE }, { changedCount: SIZE }]);
      const roles = await app.sql<{ role: string }>(
        `select distinct role from membership where workspace_id = $1 and role <> 'OWNER'`,
        [workspace.workspaceId],
      );
      expect(roles).toHaveLength(1);
      await expectVersions(workspace, 2 * SIZE);
    }
  });

  test('that swap seat types lose no seat and assign none twice', async () => {
    const workspace = await app.workspace({ version: 'V1', seats: { builder: SIZE, pro: SIZE / 2 } });
    const ids = await crowd(workspace, { seatAccess: { seatType: 'BUILDER' } });
    for (let round = 0; round < ROUNDS; round += 1) {
      const answers = await Promise.all([
        bulk(workspace, ids, seat('PRO')),
        bulk(workspace, ids.toReversed(), seat('BUILDER')),
        bulk(
          workspace,
          ids.toSorted(() => round - 2),
          seat('PRO'),
        ),
      ]);
      for (const { results } of answers) expect(results).toHaveLength(SIZE);
    }
  });

  test('of different members in the same groups both finish', async () => {
    const workspace = await app.workspace({ version: 'V2', brake: false });
    const { workspaceId } = workspace;
    const ids = await crowd(workspace);
    for (const displayName of ['A', 'B', 'C']) {
      await done(app, app.operatorToken, 'groupCreate', { workspaceId, displayName, memberIds: ids });
    }
    const halves = [ids.slice(0, SIZE / 2), ids.slice(SIZE / 2).toReversed()];
    // The brake counts only removals with an API key (rule 63).
    const answers = await Promise.all(
      halves.map((half) => bulk(workspace, half, { action: 'REMOVE' }, app.operatorToken)),
    );
    expect(answers).toMatchObject([{ changedCount: SIZE / 2 }, { changedCount: SIZE / 2 }]);
  });
});

test('a bulk change and single mutations: each member ends as one of the requests asked', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const workspace = await app.workspace({ version: 'V2' });
    const { workspaceId, apiKey } = workspace;
    const ids = await crowd(workspace);
    const [many, ...singles] = await Promise.all([
      bulk(workspace, ids, role('EDITOR')),
      ...ids
        .toReversed()
        .map((memberId) =>
          mutate(app, apiKey, 'memberSetAccess', { workspaceId, memberId, ...role('ADMIN') }),
        ),
      ...ids.slice(0, 5).map((memberId) => mutate(app, apiKey, 'memberRemove', { workspaceId, memberId })),
    ]);
    const changed = singles.filter(
      ({ data }) => data !== null && Object.values<{ changed: boolean }>(data)[0]?.changed,
    );
    await expectVersions(workspace, many.changedCount + changed.length);
  }
});

test('rule 13: two bulk changes that remove all owners in opposite orders leave one owner', async () => {
  const workspace = await app.workspace({ version: 'V2' });
  const { workspaceId, ownerMemberId } = workspace;
  const ids = await crowd(workspace);
  for (const memberId of ids) await done(app, app.operatorToken, 'ownerPromote', { workspaceId, memberId });
  const all = [ownerMemberId, ...ids];
  const remove = (memberIds: readonly string[]) =>
    done(app, app.operatorToken, 'membersBulkUpdate', {
      workspaceId,
      members: { ids: memberIds },
      change: { action: 'REMOVE' },
    });
  const answers = await Promise.all([remove(all), remove(all.toReversed()), remove(all.slice(5, 15))]);
  const changed = answers.reduce((sum: number, { changedCount }) => sum + changedCount, 0);
  expect(changed).toBe(all.length - 1);
});
