import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ScimClient, startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { expectInvariants } from '../../invariants.js';
import { CORE, create, errorOf, LIST, read, type User } from './resources.js';

/** RFC 7643 §4.2, RFC 7644 §3: `/Groups`, and `groups` of a User. */

const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

let app: TestApp;
let workspace: TestWorkspace;
let scim: ScimClient;
let ann: User;
let bob: User;

beforeAll(async () => {
  app = await startTestApp();
});

beforeEach(async () => {
  workspace = await app.workspace({ version: 'V2' });
  scim = app.scim(workspace.workspaceId, workspace.apiKey);
  ann = await create(scim, { userName: 'ann@acme.test', displayName: 'Ann Lee' });
  bob = await create(scim, { userName: 'bob@acme.test' });
});

afterEach(async () => {
  await expectInvariants(app);
});

afterAll(async () => {
  await app.stop();
});

function baseUrl(): string {
  return `${app.url}/scim/v2/organizations/${workspace.workspaceId}`;
}

function memberOf({ id }: User, display: string): object {
  return { value: id, $ref: `${baseUrl()}/Users/${id}`, display, type: 'User' };
}

function groupAs(id: unknown, version: number, attributes: object): object {
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  return {
    schemas: [GROUP],
    id,
    ...attributes,
    meta: {
      resourceType: 'Group',
      created: time,
      lastModified: time,
      location: `${baseUrl()}/Groups/${String(id)}`,
      version: `W/"${version}"`,
    },
  };
}

async function make(displayName: string, members: readonly User[] = [], more: object = {}): Promise<string> {
  const values = members.map(({ id }) => ({ value: id }));
  const answer = await scim.post('/Groups', { schemas: [GROUP], displayName, members: values, ...more });
  expect(answer).toMatchObject({ status: 201 });
  return answer.body.id;
}

async function namesFor(filter: string): Promise<unknown> {
  const answer = await scim.get(`/Groups?filter=${encodeURIComponent(filter)}`);
  if (answer.status !== 200) return answer.body.scimType;
  return answer.body.Resources.map(({ displayName }: { displayName: string }) => displayName);
}

test('POST, GET, PUT, DELETE', async () => {
  const body = {
    schemas: [GROUP],
    displayName: 'Engineers',
    externalId: '00g1',
    // Unknown and read-only attributes are ignored.
    colour: 'red',
    id: 'mine',
    members: [{ value: ann.id, display: 'Somebody', type: 'Robot' }],
  };
  const created = await scim.post('/Groups', body);
  const { id } = created.body;
  const engineers = { displayName: 'Engineers', externalId: '00g1', members: [memberOf(ann, 'Ann Lee')] };
  expect(created).toMatchObject({ status: 201, body: groupAs(id, 1, engineers) });
  expect(created.headers.get('location')).toBe(`${baseUrl()}/Groups/${id}`);
  expect(created.headers.get('etag')).toBe('W/"1"');
  expect((await scim.get(`/Groups/${id}`)).body).toEqual(groupAs(id, 1, engineers));

  const replaced = await scim.put(`/Groups/${id}`, { displayName: 'Builders', members: [{ value: bob.id }] });
  const builders = { displayName: 'Builders', members: [memberOf(bob, 'bob@acme.test')] };
  expect(replaced).toMatchObject({ status: 200, body: groupAs(id, 2, builders) });
  expect(replaced.body.externalId).toBeUndefined();

  expect(await scim.delete(`/Groups/${id}`)).toMatchObject({ status: 204, body: undefined });
  for (const gone of [await scim.get(`/Groups/${id}`), await scim.delete(`/Groups/${id}`)]) {
    expect(gone.status).toBe(404);
  }
});

test('PUT of what GET returned changes nothing', async () => {
  const id = await make('Engineers', [ann, bob], { externalId: '00g1' });
  const { body } = await scim.get(`/Groups/${id}`);
  const echo = await scim.put(`/Groups/${id}`, body);
  expect(echo).toMatchObject({ status: 200, body });
});

describe('refusals', () => {
  test.each([
    ['no displayName', {}, 400, 'displayName is required and cannot be empty.', 'invalidValue'],
    [
      'an empty one',
      { displayName: '' },
      400,
      'displayName is required and cannot be empty.',
      'invalidValue',
    ],
    ['one that is no text', { displayName: {} }, 400, 'displayName must be a string.', 'invalidValue'],
    [
      'a name that is taken, without case (409 uniqueness)',
      { displayName: 'TAKEN' },
      409,
      'There is a group named TAKEN in this workspace. Update that group, or give this one another displayName.',
      'uniqueness',
    ],
    [
      'a member without value',
      { displayName: 'X', members: [{ display: 'Ann' }] },
      400,
      'Each of members must have the id of a user as its value.',
      'invalidValue',
    ],
    [
      'a member who is none',
      { displayName: 'X', members: [{ value: '00000000-0000-7000-8000-000000000000' }] },
      400,
      'There is no member with the id 00000000-0000-7000-8000-000000000000 in this workspace. ' +
        'Provision the person first, and send the id that this workspace has given.',
      'invalidValue',
    ],
  ])('%s', async (_, body, status, detail, scimType) => {
    await make('Taken');
    expect(await scim.post('/Groups', body)).toMatchObject({
      status,
      body: errorOf(status, detail, scimType),
    });
    expect((await scim.get('/Groups')).body.totalResults).toBe(1);
  });

  test('405 lists the allowed methods', async () => {
    const answer = await scim.patch('/Groups', {});
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST, OPTIONS');
  });
});

describe('lists', () => {
  test('are in the order of creation, in pages', async () => {
    for (const name of ['Sales', 'Legal', 'Board']) await make(name);
    const { body } = await scim.get('/Groups?startIndex=2&count=1');
    expect(body).toMatchObject({ schemas: [LIST], totalResults: 3, startIndex: 2, itemsPerPage: 1 });
    expect(body.Resources).toMatchObject([{ displayName: 'Legal' }]);
    expect((await scim.get('/Groups?count=0')).body).toMatchObject({ totalResults: 3, Resources: [] });
  });

  test('have filters: every operator, and, or, not, members, meta', async () => {
    const sales = await make('Sales', [ann], { externalId: 'S1' });
    await make('Legal', [ann, bob]);
    await make('Board');
    const cases: readonly (readonly [string, unknown])[] = [
      ['displayName eq "SALES"', ['Sales']],
      ['displayName ne "sales"', ['Legal', 'Board']],
      ['displayName co "A"', ['Sales', 'Legal', 'Board']],
      ['displayName sw "b" or displayName ew "GAL"', ['Legal', 'Board']],
      ['displayName gt "board" and not (displayName ge "sales")', ['Legal']],
      ['displayName lt "legal"', ['Board']],
      ['displayName le "legal"', ['Legal', 'Board']],
      ['externalId eq "S1"', ['Sales']],
      ['externalId eq "s1"', []],
      ['externalId pr', ['Sales']],
      ['externalId eq null', ['Legal', 'Board']],
      [`id eq "${sales.toUpperCase()}"`, ['Sales']],
      [`id ne "${sales}"`, ['Legal', 'Board']],
      [`members[value eq "${bob.id}"]`, ['Legal']],
      [`members.value eq "${ann.id}"`, ['Sales', 'Legal']],
      [`members eq "${ann.id}"`, ['Sales', 'Legal']],
      [`members[value eq "${ann.id}" and value eq "${bob.id}"]`, []],
      [`members[value eq "${ann.id}"] and members[value eq "${bob.id}"]`, ['Legal']],
      ['members pr', ['Sales', 'Legal']],
      ['not (members pr)', ['Board']],
      ['meta.created gt "2020-01-01T00:00:00Z" and meta.lastModified pr', ['Sales', 'Legal', 'Board']],
      [`${GROUP}:displayName eq "sales"`, ['Sales']],
      ['userName eq "ann@acme.test"', 'invalidFilter'],
      [`${CORE}:displayName eq "sales"`, 'invalidFilter'],
      ['members.display eq "Ann Lee"', 'invalidFilter'],
      ['id co "0"', 'invalidFilter'],
      ['', 'invalidFilter'],
    ];
    for (const [filter, names] of cases) expect([filter, await namesFor(filter)]).toEqual([filter, names]);
  });
});

describe('attributes and excludedAttributes', () => {
  test('members are returned by default, and read only then', async () => {
    const id = await make('Engineers', [ann]);
    const of = async (query: string) => (await scim.get(`/Groups/${id}?${query}`)).body;
    const schemas = [GROUP];
    expect(await of('excludedAttributes=members')).toEqual(groupAs(id, 1, { displayName: 'Engineers' }));
    expect(await of('attributes=displayName')).toEqual({ schemas, id, displayName: 'Engineers' });
    expect(await of('attributes=members.value')).toEqual({ schemas, id, members: [{ value: ann.id }] });
    expect(await of(`attributes=${GROUP}:displayName,userName`)).toEqual({
      schemas,
      id,
      displayName: 'Engineers',
    });
    const list = await scim.get('/Groups?excludedAttributes=MEMBERS,meta');
    expect(list.body.Resources).toEqual([{ schemas, id, displayName: 'Engineers' }]);
    const patched = await scim.patch(`/Groups/${id}?attributes=displayName`, {
      Operations: [{ op: 'replace', path: 'displayName', value: 'X' }],
    });
    expect(patched.body).toEqual({ schemas, id, displayName: 'X' });
  });
});

// RFC 7644 §3.14.
describe('ETags', () => {
  test('If-None-Match: 304 for the current version', async () => {
    const id = await make('Engineers', [ann]);
    const same = await scim.get(`/Groups/${id}`, { 'If-None-Match': 'W/"1"' });
    expect(same).toMatchObject({ status: 304, body: undefined });
    expect((await scim.get(`/Groups/${id}`, { 'If-None-Match': 'W/"7"' })).status).toBe(200);
  });

  test('If-Match: 412 for any other version', async () => {
    const id = await make('Engineers');
    const rename = { Operations: [{ op: 'replace', value: { displayName: 'X' } }] };
    for (const tags of ['W/"7"', 'W/"7", W/"8"']) {
      const headers = { 'If-Match': tags };
      expect((await scim.put(`/Groups/${id}`, { displayName: 'X' }, headers)).status).toBe(412);
      expect((await scim.patch(`/Groups/${id}`, rename, headers)).status).toBe(412);
      expect((await scim.delete(`/Groups/${id}`, headers)).status).toBe(412);
    }
    expect((await scim.patch(`/Groups/${id}`, rename, { 'If-Match': 'W/"1"' })).status).toBe(200);
    expect((await scim.delete(`/Groups/${id}`, { 'If-Match': 'W/"7", W/"2"' })).status).toBe(204);
  });
});

describe('groups of a User', () => {
  test('are returned, sorted by name, and are part of the version', async () => {
    const sales = await make('Sales', [ann]);
    const board = await make('board', [ann]);
    const user = await read(scim, ann.id);
    const group = (id: string, display: string) => ({
      value: id,
      $ref: `${baseUrl()}/Groups/${id}`,
      display,
      type: 'direct',
    });
    expect(user).toMatchObject({
      groups: [group(board, 'board'), group(sales, 'Sales')],
      meta: { version: 'W/"3"' },
    });
    const listed = await scim.get('/Users?attributes=groups.display');
    expect(listed.body.Resources).toContainEqual({
      schemas: expect.anything(),
      id: ann.id,
      groups: [{ display: 'board' }, { display: 'Sales' }],
    });
    await scim.delete(`/Groups/${board}`);
    expect(await read(scim, ann.id)).toMatchObject({
      groups: [group(sales, 'Sales')],
      meta: { version: 'W/"4"' },
    });
  });

  test('are read-only: neither an echo nor another list in a PUT changes them', async () => {
    await make('Sales', [ann]);
    const user = await read(scim, ann.id);
    expect((await scim.put(`/Users/${ann.id}`, user)).body).toEqual(user);
    expect((await scim.put(`/Users/${ann.id}`, { ...user, groups: [{ value: randomUUID() }] })).body).toEqual(
      user,
    );
    const patch = { Operations: [{ op: 'add', path: 'groups', value: [{ value: randomUUID() }] }] };
    expect(await scim.patch(`/Users/${ann.id}`, patch)).toMatchObject({
      status: 400,
      body: { scimType: 'mutability' },
    });
  });

  test('rule 29: lose a member who is deactivated or deleted', async () => {
    const id = await make('Sales', [ann, bob]);
    await scim.patch(`/Users/${ann.id}`, { Operations: [{ op: 'replace', value: { active: false } }] });
    await scim.delete(`/Users/${bob.id}`);
    expect((await scim.get(`/Groups/${id}`)).body).toEqual(groupAs(id, 3, { displayName: 'Sales' }));
    expect((await read(scim, ann.id)).groups).toBeUndefined();
  });
});

test("groups of another workspace are not found, and a User's id is not a Group's", async () => {
  const id = await make('Engineers');
  const other = await app.workspace({ version: 'V1' });
  const theirs = app.scim(other.workspaceId, other.apiKey);
  expect((await theirs.get(`/Groups/${id}`)).status).toBe(404);
  expect((await theirs.delete(`/Groups/${id}`)).status).toBe(404);
  expect((await theirs.get('/Groups')).body.totalResults).toBe(0);
  expect((await scim.get(`/Groups/${ann.id}`)).status).toBe(404);
  expect((await scim.get('/Groups/nonsense')).status).toBe(404);
});
