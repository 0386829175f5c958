import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isJsonList, isJsonObject, type Json, type JsonObject } from '../../../src/domain/profile.js';
import { type ScimClient, startTestApp, type TestApp } from '../../app.js';
import { create, ENTERPRISE, errorOf, ROLLCALL } from './resources.js';

/** RFC 7644 §3.4.2.3; each order, by number and by cursor, against a plain sort of the answers. */

let app: TestApp;
let scim: ScimClient;
let users: JsonObject[];

const WORDS = ['b', 'A', 'c', 'B', 'a'] as const;
const MEMBERS = 24;

beforeAll(async () => {
  app = await startTestApp();
  const workspace = await app.workspace({ version: 'V2' });
  scim = app.scim(workspace.workspaceId, workspace.apiKey);
  for (let index = 0; index < MEMBERS; index += 1) {
    const word = WORDS[index % WORDS.length];
    await create(scim, {
      userName: `${word}${index}@acme.test`,
      ...(index % 3 === 0 ? {} : { displayName: word, externalId: `${word}${index % 7}` }),
      ...(index % 4 === 0
        ? {}
        : { name: { familyName: word }, [ENTERPRISE]: { department: `d${index % 2}` } }),
      ...(index % 5 === 0
        ? {}
        : {
            emails: [
              { value: `z${index}@acme.test` },
              { value: `${word}@acme.test`, primary: index % 2 === 0 },
            ],
          }),
      ...(index % 6 === 0 ? {} : { [ROLLCALL]: { role: 'editor', creditLimit: (index % 3) + 1 } }),
      active: index % 8 > 0,
    });
  }
  users = (await scim.get('/Users?count=200')).body.Resources;
});

afterAll(async () => {
  await app.stop();
});

function at(user: JsonObject, steps: readonly string[]): Json | undefined {
  return steps.reduce<Json | undefined>((value, name) => {
    const one = isJsonList(value)
      ? (value.find((each) => isJsonObject(each) && each.primary === true) ?? value[0])
      : value;
    return isJsonObject(one) ? one[name] : undefined;
  }, user);
}

/** The sort key: text without case, except externalId; none for a user without a value. */
function keyOf(user: JsonObject, steps: readonly string[]): string | number | undefined {
  const value = at(user, steps);
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'string')
    return steps[0] === 'externalId' || steps[0] === 'id' ? value : value.toLowerCase();
  return typeof value === 'number' ? value : undefined;
}

/** In the order of the ids where nothing else decides: a descending list is the ascending one, reversed. */
function sorted(steps: readonly string[]): unknown[] {
  return users.toSorted(ascending(steps)).map(({ userName }) => userName);
}

function ascending(steps: readonly string[]): (a: JsonObject, b: JsonObject) => number {
  return (a, b) => {
    const [x, y] = [keyOf(a, steps), keyOf(b, steps)];
    if (x === y) return String(a.id) < String(b.id) ? -1 : 1;
    if (x === undefined) return 1;
    return y === undefined || x < y ? -1 : 1;
  };
}

async function walk(query: string, cursor: boolean): Promise<unknown[]> {
  const names: unknown[] = [];
  for (let place = cursor ? '' : '1'; ; ) {
    const { status, body } = await scim.get(
      `/Users?${query}&count=5&${cursor ? `cursor=${encodeURIComponent(place)}` : `startIndex=${place}`}`,
    );
    expect(status).toBe(200);
    names.push(...body.Resources.map(({ userName }: JsonObject) => userName));
    if (cursor ? body.nextCursor === undefined : names.length >= body.totalResults) return names;
    place = cursor ? body.nextCursor : String(names.length + 1);
  }
}

describe.each<[sortBy: string, steps: string[]]>([
  ['id', ['id']],
  ['USERNAME', ['userName']],
  ['externalId', ['externalId']],
  ['displayName', ['displayName']],
  ['name.familyName', ['name', 'familyName']],
  ['urn:ietf:params:scim:schemas:core:2.0:User:displayName', ['displayName']],
  [`${ENTERPRISE}:department`, [ENTERPRISE, 'department']],
  ['emails', ['emails', 'value']],
  ['emails.value', ['emails', 'value']],
  ['active', ['active']],
  ['role', [ROLLCALL, 'role']],
  [`${ROLLCALL}:creditLimit`, [ROLLCALL, 'creditLimit']],
  ['meta.created', ['meta', 'created']],
])('sortBy %s', (sortBy, steps) => {
  test.each([false, true])('by cursor: %s', async (cursor) => {
    const query = `sortBy=${encodeURIComponent(sortBy)}`;
    expect(await walk(query, cursor)).toEqual(sorted(steps));
    expect(await walk(`${query}&sortOrder=Descending`, cursor)).toEqual(sorted(steps).reverse());
  });
});

test.each([
  ['sortBy=shoeSize', 'There is no attribute shoeSize to sort by.', 'invalidPath'],
  ['sortBy=password', 'There is no attribute password to sort by.', 'invalidPath'],
  ['sortBy=emails.primary', 'Resources cannot be sorted by emails.primary.', 'invalidPath'],
  ['sortBy=userName&sortOrder=up', 'sortOrder must be ascending or descending, not "up".', 'invalidValue'],
])('%s is refused', async (query, detail, scimType) => {
  const { status, body } = await scim.get(`/Users?${query}`);
  expect({ status, body }).toEqual({ status: 400, body: errorOf(400, detail, scimType) });
});

test('sortBy name is refused, naming its sub-attributes', async () => {
  const { status, body } = await scim.get('/Users?sortBy=name');
  expect({ status, scimType: body.scimType }).toEqual({ status: 400, scimType: 'invalidPath' });
  expect(body.detail).toContain('name.familyName');
});

test('groups by their names, without case', async () => {
  for (const displayName of ['beta', 'Alpha', 'gamma']) await scim.post('/Groups', { displayName });
  const { body } = await scim.get('/Groups?sortBy=displayName&sortOrder=descending');
  expect(body.Resources.map((group: JsonObject) => group.displayName)).toEqual(['gamma', 'beta', 'Alpha']);
  const first = await scim.get('/Groups?sortBy=displayName&cursor=&count=2');
  expect(first.body.Resources.map((group: JsonObject) => group.displayName)).toEqual(['Alpha', 'beta']);
  const second = await scim.get(
    `/Groups?sortBy=displayName&count=2&cursor=${encodeURIComponent(first.body.nextCursor)}`,
  );
  expect(second.body.Resources.map((group: JsonObject) => group.displayName)).toEqual(['gamma']);
  expect(second.body).not.toHaveProperty('nextCursor');
});

describe('§3.4.2.3: a search over all types has one order', () => {
  let groups: JsonObject[];

  beforeAll(async () => {
    for (const [index, displayName] of ['aa', 'B', 'Ab', 'c', 'ÄB', 'ａ', 'zz'].entries()) {
      await scim.post('/Groups', {
        displayName: `${displayName}`,
        ...(index % 2 === 0 ? { externalId: `B${index}` } : {}),
      });
    }
    groups = (await scim.get('/Groups?count=200')).body.Resources;
  });

  async function search(parameters: JsonObject, cursor: boolean): Promise<JsonObject[]> {
    const found: JsonObject[] = [];
    for (let place: Json = cursor ? { cursor: '' } : { startIndex: 1 }; ; ) {
      const { status, body } = await scim.post('/.search', { ...parameters, ...place, count: 4 });
      expect({ status, totalResults: body.totalResults }).toEqual({
        status: 200,
        totalResults: users.length + groups.length,
      });
      found.push(...body.Resources);
      if (cursor ? body.nextCursor === undefined : found.length >= body.totalResults) return found;
      place = cursor ? { cursor: body.nextCursor } : { startIndex: found.length + 1 };
    }
  }

  /** A user comes before a group with the same value. */
  function expected(steps: readonly string[]): unknown[] {
    const inOrder = ascending(steps);
    return [...users.toSorted(inOrder), ...groups.toSorted(inOrder)]
      .toSorted((a, b) => (keyOf(a, steps) === keyOf(b, steps) ? 0 : inOrder(a, b)))
      .map(({ id }) => id);
  }

  test.each<[sortBy: string, steps: string[]]>([
    ['displayName', ['displayName']],
    ['externalId', ['externalId']],
    ['id', ['id']],
    ['meta.created', ['meta', 'created']],
    ['meta.lastModified', ['meta', 'lastModified']],
    // Groups have none, so they come last, or first when descending.
    ['userName', ['userName']],
    ['name.familyName', ['name', 'familyName']],
  ])(
    'by %s, in both directions, by startIndex and by cursor, without a repetition or a gap',
    async (sortBy, steps) => {
      for (const cursor of [false, true]) {
        const ids = async (sortOrder: string): Promise<unknown[]> =>
          // The attribute itself need not be returned.
          (await search({ sortBy, sortOrder, attributes: ['id'] }, cursor)).map(({ id }) => id);
        expect(await ids('ascending')).toEqual(expected(steps));
        expect(await ids('descending')).toEqual(expected(steps).reverse());
      }
    },
  );

  test('an attribute that no type has is refused: 400 invalidPath', async () => {
    expect(await scim.post('/.search', { sortBy: 'shoeSize' })).toMatchObject({
      status: 400,
      body: {
        scimType: 'invalidPath',
        detail: expect.stringContaining('There is no attribute shoeSize to sort by.'),
      },
    });
  });

  test('a page far behind the end is empty', async () => {
    const { body } = await scim.post('/.search', { sortBy: 'displayName', startIndex: 1000 });
    expect(body).toMatchObject({ totalResults: users.length + groups.length, Resources: [] });
  });
});
