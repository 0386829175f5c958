import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CURSOR_SECONDS, writeCursor } from '../../../src/scim/http/cursor.js';
import {
  type ScimAnswer,
  type ScimClient,
  startTestApp,
  type TestApp,
  type TestWorkspace,
} from '../../app.js';
import { create, errorOf, LIST, type User } from './resources.js';

/** RFC 9865: pages by cursor. */

const DAMAGED = errorOf(
  400,
  'The cursor does not belong to this list. Send nextCursor unchanged, with the same filter and sorting, or an empty cursor for the first page.',
  'invalidCursor',
);

let app: TestApp;
let workspace: TestWorkspace;
let scim: ScimClient;

beforeAll(async () => {
  app = await startTestApp();
  workspace = await app.workspace({ version: 'V2' });
  scim = app.scim(workspace.workspaceId, workspace.apiKey);
  for (const name of ['ann', 'bob', 'cem', 'dan', 'eve', 'fay']) {
    await create(scim, { userName: `${name}@acme.test` });
  }
});

afterAll(async () => {
  await app.stop();
});

interface Page {
  readonly totalResults: number;
  readonly nextCursor?: string;
  readonly Resources: readonly User[];
}

async function page(path: string): Promise<Page> {
  const { status, body } = await scim.get(path);
  expect({ status, body }).toMatchObject({
    status: 200,
    body: { schemas: [LIST], Resources: expect.any(Array) },
  });
  return body;
}

/** Walks from the first page to the last, doing something between pages. */
async function walk(query: string, between: () => Promise<unknown> = async () => {}): Promise<User[]> {
  const users: User[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const read: Page = await page(`/Users?${query}&cursor=${cursor}`);
    users.push(...read.Resources);
    cursor = read.nextCursor;
    await between();
  }
  return users;
}

describe('paging by cursor', () => {
  test('starts with an empty `cursor`, follows nextCursor, and ends without one', async () => {
    const first = await page('/Users?cursor&count=4');
    expect(first).toEqual({
      schemas: [LIST],
      totalResults: 7,
      itemsPerPage: 4,
      // RFC 9865 §2: only "characters from the unreserved characters set".
      nextCursor: expect.stringMatching(/^[A-Za-z0-9._~-]+$/),
      Resources: expect.any(Array),
    });
    const last = await page(`/Users?cursor=${first.nextCursor}&count=4`);
    expect(last).toEqual({ schemas: [LIST], totalResults: 7, itemsPerPage: 3, Resources: expect.any(Array) });
    expect([...first.Resources, ...last.Resources]).toEqual((await page('/Users')).Resources);
  });

  test('ends with a last page that is full', async () => {
    expect(await page('/Users?cursor=&count=7')).not.toHaveProperty('nextCursor');
    expect(await page('/Users?cursor=&filter=userName+eq+%22nobody@acme.test%22')).toEqual({
      schemas: [LIST],
      totalResults: 0,
      itemsPerPage: 0,
      Resources: [],
    });
  });

  test('keeps the filter and attributes', async () => {
    const users = await walk(
      'count=2&filter=userName+co+%22a%22+and+userName+ew+%22acme.test%22&attributes=userName',
    );
    const listed = await page(
      '/Users?filter=userName+co+%22a%22+and+userName+ew+%22acme.test%22&attributes=userName',
    );
    expect(users).toEqual(listed.Resources);
    expect(Object.keys(users[0] ?? {}).sort()).toEqual(['id', 'schemas', 'userName']);
  });

  test('lists every member that was not changed exactly once, while others are written', async () => {
    const other = await app.workspace({ version: 'V2' });
    scim = app.scim(other.workspaceId, other.apiKey);
    try {
      const untouched: User[] = [];
      const leaving: User[] = [];
      for (let number = 0; number < 12; number += 1) {
        const user = await create(scim, { userName: `person${number}@acme.test` });
        (number % 3 === 0 ? leaving : untouched).push(user);
      }
      let added = 0;
      const users = await walk('count=3', async () => {
        const gone = leaving.pop();
        if (gone === undefined) return;
        // One goes, from wherever in the list; one comes; one changes.
        expect(await scim.delete(`/Users/${gone.id}`)).toMatchObject({ status: 204 });
        added += 1;
        await create(scim, { userName: `new${added}@acme.test` });
      });
      const ids = users.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.filter((id) => untouched.some((user) => user.id === id))).toEqual(
        untouched.map(({ id }) => id),
      );
    } finally {
      scim = app.scim(workspace.workspaceId, workspace.apiKey);
    }
  });
});

describe('is refused', () => {
  async function refusal(query: string, client = scim): Promise<Pick<ScimAnswer, 'status' | 'body'>> {
    const { status, body } = await client.get(`/Users?${query}`);
    return { status, body };
  }

  // RFC 9865 §2.1: a page holds from 1 to maxPageSize.
  test.each(['201', 'many', '1.5'])('count=%s: invalidCount', async (count) => {
    expect(await refusal(`cursor&count=${count}`)).toEqual({
      status: 400,
      body: errorOf(400, 'With a cursor, count must be from 0 to 200.', 'invalidCount'),
    });
  });

  test('count of the largest page: accepted', async () => {
    expect(await refusal('cursor&count=200')).toMatchObject({ status: 200 });
  });

  test('startIndex with a cursor: invalidValue', async () => {
    expect(await refusal('cursor&startIndex=1')).toEqual({
      status: 400,
      body: errorOf(400, 'Page with startIndex or with cursor, not with both.', 'invalidValue'),
    });
  });

  test('a cursor of another filter, of another workspace, or damaged: invalidCursor', async () => {
    const { nextCursor } = await page('/Users?cursor&count=2');
    const other = await app.workspace({ version: 'V2' });
    expect([
      await refusal(`cursor=${nextCursor}&filter=active+eq+true`),
      await refusal(`cursor=${nextCursor}`, app.scim(other.workspaceId, other.apiKey)),
      await refusal(`cursor=${nextCursor}x`),
      await refusal('cursor=nonsense'),
    ]).toEqual(Array(4).fill({ status: 400, body: DAMAGED }));
  });

  test('an old cursor: expiredCursor', async () => {
    const scope = {
      workspaceId: workspace.workspaceId,
      path: '/Users',
      filter: undefined,
      sortBy: undefined,
      sortOrder: undefined,
    };
    const old = writeCursor(scope, 'anywhere', new Date(Date.now() - (CURSOR_SECONDS + 60) * 1000));
    expect(await refusal(`cursor=${old}`)).toEqual({
      status: 400,
      body: errorOf(
        400,
        'The cursor is older than 3600 seconds. Begin again with an empty cursor.',
        'expiredCursor',
      ),
    });
  });
});
