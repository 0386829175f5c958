import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ScimClient, startTestApp, type TestApp } from '../../app.js';
import { CORE, create, ENTERPRISE, errorOf, LIST, matching, ROLLCALL, type User } from './resources.js';

/** RFC 7644 §3.4.2: filters, pages, and requested attributes. */

let app: TestApp;
let scim: ScimClient;
let ownerEmail: string;
/** The first of `users`: the one of whom most is known. */
let ann: User;
/** Ann, Bob, and three more, in the order in which they were added. */
let users: readonly User[];

beforeAll(async () => {
  app = await startTestApp();
  const workspace = await app.workspace({ version: 'V2', scim: true });
  ({ ownerEmail } = workspace);
  scim = app.scim(workspace.workspaceId, workspace.apiKey);
  ann = await create(scim, {
    userName: 'Ann@acme.test',
    externalId: 'Ext-1',
    name: { givenName: 'Ann', familyName: 'Lee' },
    emails: [
      { value: 'ann@acme.test', type: 'work', primary: true },
      { value: 'ann@home.test', type: 'home' },
    ],
    [ROLLCALL]: { role: 'editor', creditLimit: 500 },
    [ENTERPRISE]: { department: 'Sales', employeeNumber: '7' },
  });
  const others: User[] = [];
  for (const name of ['bob', 'cem', 'dan', 'eve']) {
    others.push(await create(scim, { userName: `${name}@acme.test`, active: name !== 'eve' }));
  }
  users = [ann, ...others];
});

afterAll(async () => {
  await app.stop();
});

interface ListBody {
  readonly totalResults: number;
  readonly startIndex: number;
  readonly itemsPerPage: number;
  readonly Resources: readonly User[];
}

async function list(path: string): Promise<ListBody> {
  const { status, body } = await scim.get(path);
  expect({ status, body }).toMatchObject({
    status: 200,
    body: { schemas: [LIST], Resources: expect.any(Array) },
  });
  return body as ListBody;
}

/** The members in their order: the owner came first. */
function userNames({ Resources }: ListBody): unknown[] {
  return Resources.map(({ userName }) => userName);
}

describe('pages', () => {
  const ALL = 6;

  test.each([
    ['', 1, 6],
    ['?startIndex=1&count=2', 1, 2],
    ['?startIndex=5&count=100', 5, 2],
    ['?startIndex=6', 6, 1],
    ['?startIndex=7', 7, 0],
    ['?STARTINDEX=3&Count=1', 3, 1],
    // RFC 7644 §3.4.2.4: "A value less than 1 SHALL be interpreted as 1." "A negative value SHALL be interpreted as "0"."
    ['?startIndex=0&count=1', 1, 1],
    ['?startIndex=-5&count=1', 1, 1],
    ['?count=0', 1, 0],
    ['?count=-1', 1, 0],
    ['?startIndex=&count=', 1, 6],
    ['?count=999999999999', 1, 6],
    ['?startIndex=999999999999&count=1', 2_147_483_647, 0],
  ])('"%s"', async (query, startIndex, itemsPerPage) => {
    const body = await list(`/Users${query}`);
    expect({ ...body, Resources: body.Resources.length }).toEqual({
      schemas: [LIST],
      totalResults: ALL,
      startIndex,
      itemsPerPage,
      Resources: itemsPerPage,
    });
  });

  test('in sequence contain everybody once, in a stable order', async () => {
    const pages = [1, 3, 5].map((startIndex) => list(`/Users?startIndex=${startIndex}&count=2`));
    const names = (await Promise.all(pages)).flatMap(userNames);
    expect(names).toEqual([ownerEmail, ...users.map(({ userName }) => userName)]);
  });

  test.each([
    ['startIndex', 'one'],
    ['startIndex', '1.5'],
    ['count', 'many'],
    ['count', '1e2'],
  ])('%s=%s: 400 invalidValue', async (name, value) => {
    const { status, body } = await scim.get(`/Users?${name}=${value}`);
    expect({ status, body }).toEqual({
      status: 400,
      body: errorOf(400, `${name} must be a whole number, not "${value}".`, 'invalidValue'),
    });
  });

  test('a repeated parameter: 400 invalidValue', async () => {
    const { status, body } = await scim.get('/Users?count=1&COUNT=2');
    expect({ status, body }).toEqual({
      status: 400,
      body: errorOf(400, 'The query has COUNT more than once.', 'invalidValue'),
    });
  });
});

describe('filters', () => {
  test.each([
    ['userName eq "ann@ACME.test"', ['Ann@acme.test']],
    ['USERNAME EQ "bob@acme.test"', ['bob@acme.test']],
    [`${CORE}:userName sw "c"`, ['cem@acme.test']],
    ['externalId eq "Ext-1"', ['Ann@acme.test']],
    ['externalId eq "ext-1"', []],
    ['active eq false', ['eve@acme.test']],
    [`${ROLLCALL}:role eq "editor"`, ['Ann@acme.test']],
    [`${ROLLCALL}:creditLimit ge 500`, ['Ann@acme.test']],
    ['userName sw "b" or (userName sw "d" and not (active eq false))', ['bob@acme.test', 'dan@acme.test']],
    ['userName eq "7a6c1b3e-0f3d-4c53-8a55-0d5b4b8d2a11"', []],
    ['userName co "%"', []],
    ['userName co "_"', []],
  ])('%s', async (filter, expected) => {
    const body = await list(matching(filter));
    expect({ ...body, Resources: userNames(body) }).toEqual({
      schemas: [LIST],
      totalResults: expected.length,
      startIndex: 1,
      itemsPerPage: expected.length,
      Resources: expected,
    });
  });

  test('plus signs are read as spaces', async () => {
    const body = await list('/Users?filter=userName+eq+%22bob@acme.test%22&startIndex=1&count=100');
    expect(userNames(body)).toEqual(['bob@acme.test']);
  });

  test('totalResults counts all matches, not only the page', async () => {
    const body = await list(`${matching('active eq true and not (role eq "owner")')}&count=2`);
    expect([body.totalResults, body.itemsPerPage]).toEqual([4, 2]);
  });

  test.each([
    '',
    'userName',
    'userName eq',
    'userName is "x"',
    'shoeSize eq 43',
    'userName eq "x" and',
    'userName eq "x" drop table',
    'active gt true',
    '(userName pr',
  ])('"%s": 400 invalidFilter, never a list of everybody', async (filter) => {
    expect(await scim.get(matching(filter))).toMatchObject({
      status: 400,
      body: { status: '400', scimType: 'invalidFilter', detail: expect.stringMatching(/\(ref .+\)$/) },
    });
  });
});

describe('attributes and excludedAttributes', () => {
  test.each([
    ['attributes=userName', ['userName']],
    ['attributes=USERNAME,shoeSize', ['userName']],
    ['attributes=id', []],
    ['attributes=nothing', []],
    [`attributes=${CORE}:userName, active`, ['userName', 'active']],
    [`attributes=${ROLLCALL}`, [ROLLCALL]],
    ['attributes=meta', ['meta']],
    [
      'excludedAttributes=meta,name,emails,id,schemas',
      ['externalId', 'userName', 'active', ROLLCALL, ENTERPRISE],
    ],
    [`excludedAttributes=${CORE},${ENTERPRISE}`, [ROLLCALL]],
    ['attributes=userName,name&excludedAttributes=name', ['userName']],
  ])('%s', async (query, names) => {
    const wanted = Object.fromEntries(
      Object.entries(ann).filter(([name]) => ['schemas', 'id', ...names].includes(name)),
    );
    expect(await scim.get(`/Users/${ann.id}?${query}`)).toMatchObject({ status: 200 });
    expect((await scim.get(`/Users/${ann.id}?${query}`)).body).toEqual(wanted);
    expect((await list(`${matching('userName sw "ann"')}&${query}`)).Resources).toEqual([wanted]);
  });

  test('select sub-attributes, also of extensions', async () => {
    const { id, schemas } = ann;
    const names = ['name.givenName', 'emails.value', 'meta.version', `${ENTERPRISE}:department`, 'role'];
    expect((await scim.get(`/Users/${id}?attributes=${names.join()}`)).body).toEqual({
      schemas,
      id,
      name: { givenName: 'Ann' },
      emails: [{ value: 'ann@acme.test' }, { value: 'ann@home.test' }],
      [ROLLCALL]: { role: 'editor' },
      [ENTERPRISE]: { department: 'Sales' },
      meta: { version: 'W/"1"' },
    });
  });

  test('exclude sub-attributes', async () => {
    const query = `excludedAttributes=name.givenName,emails.type,emails.primary,creditLimit,${ENTERPRISE}:department`;
    expect((await scim.get(`/Users/${ann.id}?${query}`)).body).toEqual({
      ...ann,
      name: { familyName: 'Lee' },
      emails: [{ value: 'ann@acme.test' }, { value: 'ann@home.test' }],
      [ROLLCALL]: { role: 'editor' },
      [ENTERPRISE]: { employeeNumber: '7' },
    });
  });

  test('apply to answers to changes too', async () => {
    const created = await scim.post('/Users?attributes=userName', {
      userName: 'fay@acme.test',
      title: 'Dr.',
    });
    const { id } = created.body as User;
    const body = { schemas: [CORE, ROLLCALL], id, userName: 'fay@acme.test' };
    const change = { userName: 'fay@acme.test', title: 'Prof.' };
    const answers = [
      created,
      await scim.put(`/Users/${id}?attributes=userName`, change),
      await scim.patch(`/Users/${id}?attributes=userName`, { Operations: [{ op: 'remove', path: 'title' }] }),
    ];
    expect(answers.map((answer) => answer.body)).toEqual([body, body, body]);
    await scim.delete(`/Users/${id}`);
  });
});
