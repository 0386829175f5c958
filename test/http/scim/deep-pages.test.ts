import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { PreparingClient } from '../../../src/database/preparing-client.js';
import { newId } from '../../../src/domain/ids.js';
import { type ScimClient, startTestApp, type TestApp, type TestWorkspace } from '../../app.js';

/**
 * Issue 5: pages of an import cost the same at any depth. The checkpoints in memory never affect the result: pages are
 * those that skipping rows gives (RFC 7644 §3.4.2.4), whatever changes between two requests.
 */

const SIZE = 6_500;

let app: TestApp;
let workspace: TestWorkspace;
let scim: ScimClient;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.stop();
});

beforeEach(async () => {
  workspace = await app.workspace({ version: 'V2', scim: true });
  scim = app.scim(workspace.workspaceId, workspace.apiKey);
  await crowd(Array.from({ length: SIZE }, newId));
});

afterEach(async () => {
  vi.restoreAllMocks();
  const counts = await app.sql<{ counted: number }>(
    `select t.workspace_id, sum(t.members)::integer as members, (
       select count(*)::integer from member m where m.workspace_id = t.workspace_id) as counted
     from member_tally t group by t.workspace_id`,
  );
  expect(counts).toEqual(counts.map((row) => ({ ...row, members: row.counted })));
});

/** Members with these ids, inactive. */
async function crowd(ids: readonly string[]): Promise<void> {
  await app.sql(
    `with new as (select id, gen_random_uuid() as account_id, format('%s@crowd.test', id) as name from unnest($2::uuid[]) id),
     accounts as (insert into account (id, email, canonical_email, created_at) select account_id, name, name, now() from new)
     insert into member (id, workspace_id, account_id, user_name, canonical_user_name, profile, managed_by, version, created_at, updated_at)
     select id, $1::uuid, account_id, name, name, '{}', 'WORKSPACE', 1, now(), now() from new`,
    [workspace.workspaceId, ids],
  );
}

async function allIds(): Promise<string[]> {
  const rows = await app.sql<{ id: string }>('select id from member where workspace_id = $1 order by id', [
    workspace.workspaceId,
  ]);
  return rows.map(({ id }) => id);
}

async function page(startIndex: number, count = 3) {
  const { status, body } = await scim.get(`/Users?startIndex=${startIndex}&count=${count}&attributes=id`);
  expect(status).toBe(200);
  return {
    total: body.totalResults,
    start: body.startIndex,
    ids: (body.Resources ?? []).map(({ id }: { id: string }) => id),
  };
}

/** The expected pages, from all ids. */
async function expectPages(...startIndexes: readonly number[]): Promise<void> {
  const ids = await allIds();
  for (const start of startIndexes) {
    expect(await page(start)).toEqual({ total: ids.length, start, ids: ids.slice(start - 1, start + 2) });
  }
}

/** Returns a function that returns the numbers of rows that later page statements skipped. */
function skips(): () => number[] {
  const watched = vi.spyOn(PreparingClient.prototype, 'query');
  return () =>
    watched.mock.calls.flatMap(([text, values]: readonly unknown[]) => {
      if (typeof text !== 'string' || !Array.isArray(values) || !/ order by m\.id asc limit /.test(text))
        return [];
      const [, place] = / offset \$(\d+)/.exec(text) ?? [];
      return [place === undefined ? 0 : Number(values[Number(place) - 1])];
    });
}

test('a page skips less than a thousand rows, wherever it begins', async () => {
  const skipped = skips();
  const starts = [1, 1000, 1001, 1002, 2500, 5999, 6000, 6001, 6400, SIZE, SIZE + 1];
  await expectPages(...starts);
  expect(Math.max(...skipped())).toBeLessThan(1000);
  expect(skipped()).toHaveLength(starts.length);
});

test('a page after the last member skips nothing and is empty', async () => {
  const skipped = skips();
  expect(await page(SIZE + 2)).toEqual({ total: SIZE + 1, start: SIZE + 2, ids: [] });
  expect(await page(2_000_000_000)).toEqual({ total: SIZE + 1, start: 2_000_000_000, ids: [] });
  expect(skipped()).toEqual([]);
});

test('paging through GraphQL lists everybody once', async () => {
  const ids: string[] = [];
  for (let offset = 0; offset <= SIZE; offset += 200) {
    const { data } = await app.graphql(
      workspace.apiKey,
      'query ($id: ID!, $offset: Int) { workspace(id: $id) { members(first: 200, offset: $offset) { nodes { id } } } }',
      { id: workspace.workspaceId, offset },
    );
    ids.push(...data.workspace.members.nodes.map(({ id }: { id: string }) => id));
  }
  expect(ids).toEqual(await allIds());
});

describe('pages stay right when the checkpoints change', () => {
  const DEEP = [1500, 3001, 6002, 6450] as const;

  beforeEach(() => expectPages(...DEEP));

  test('because a member is deleted', async () => {
    const ids = await allIds();
    expect((await scim.delete(`/Users/${ids[2000]}`)).status).toBe(204);
    await expectPages(...DEEP);
  });

  test('because a member with an earlier id is committed later', async () => {
    const ids = await allIds();
    await crowd([`${ids[2000]?.slice(0, -1)}${ids[2000]?.endsWith('0') ? '1' : '0'}`]);
    await expectPages(...DEEP);
  });

  test('because of both at once, with the same number of members', async () => {
    const ids = await allIds();
    await app.sql('delete from member where id = $1', [ids[4000]]);
    await crowd([`${ids[2000]?.slice(0, -1)}${ids[2000]?.endsWith('0') ? '1' : '0'}`]);
    await expectPages(...DEEP);
  });

  test('because thousands are added at the end', async () => {
    const skipped = skips();
    await crowd(Array.from({ length: 4000 }, newId));
    await expectPages(...DEEP, 9001, 10_400);
    expect(Math.max(...skipped())).toBeLessThan(3000);
  });

  test('while others add and delete', async () => {
    let done = false;
    const others = (async () => {
      for (let turn = 0; !done; turn += 1) {
        const { body } = await scim.post('/Users', { userName: `turn${turn}@acme.test` });
        await scim.delete(`/Users/${body.id}`);
      }
    })();
    const ids = await allIds();
    for (let round = 0; round < 10; round += 1) {
      for (const start of DEEP) expect((await page(start)).ids).toEqual(ids.slice(start - 1, start + 2));
    }
    done = true;
    await others;
  });
});

test('another workspace has its own checkpoints', async () => {
  await expectPages(1500);
  const former = workspace;
  workspace = await app.workspace({ version: 'V2', scim: true });
  scim = app.scim(workspace.workspaceId, workspace.apiKey);
  expect(await page(1500)).toEqual({ total: 1, start: 1500, ids: [] });
  workspace = former;
  scim = app.scim(workspace.workspaceId, workspace.apiKey);
  await expectPages(1500);
});
