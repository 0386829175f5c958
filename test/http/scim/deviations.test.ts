import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ScimClient, startTestApp, type TestApp } from '../../app.js';
import { CORE, create, ENTERPRISE, matching, PATCH_OP, ROLLCALL } from './resources.js';

/** Answers that once differed from the RFCs, or would have misled a provider. */

const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

let app: TestApp;
let scim: ScimClient;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.stop();
});

beforeEach(async () => {
  const { workspaceId, apiKey } = await app.workspace({ version: 'V2' });
  scim = app.scim(workspaceId, apiKey);
});

const patch = (path: string, ...Operations: object[]) =>
  scim.patch(path, { schemas: [PATCH_OP], Operations });

describe('RFC 7644 §3.14: the ETag of a group changes with the names that it shows', () => {
  test.each<[string, object, string]>([
    ['displayName', { displayName: 'Ann Lee' }, 'Ann Lee'],
    ['userName', { userName: 'lee@acme.test' }, 'lee@acme.test'],
  ])('a new %s of a member changes it', async (_attribute, value, display) => {
    const { id } = await create(scim, { userName: 'ann@acme.test' });
    const { body: group } = await scim.post('/Groups', {
      schemas: [GROUP],
      displayName: 'Sales',
      members: [{ value: id }],
    });
    await patch(`/Users/${id}`, { op: 'replace', value });
    const answer = await scim.get(`/Groups/${group.id}`, { 'If-None-Match': group.meta.version });
    expect(answer).toMatchObject({ status: 200, body: { members: [{ value: id, display }] } });
    expect(answer.body.meta.version).not.toBe(group.meta.version);
  });

  test('a change that the group does not show leaves it', async () => {
    const { id } = await create(scim, { userName: 'ann@acme.test' });
    const { body: group } = await scim.post('/Groups', {
      schemas: [GROUP],
      displayName: 'Sales',
      members: [{ value: id }],
    });
    await patch(`/Users/${id}`, { op: 'replace', value: { title: 'Boss' } });
    expect(await scim.get(`/Groups/${group.id}`, { 'If-None-Match': group.meta.version })).toMatchObject({
      status: 304,
    });
  });
});

describe('RFC 7644 §3.4.2.2: schemas and meta.resourceType can be filtered', () => {
  beforeEach(async () => {
    await create(scim, { userName: 'ann@acme.test', [ENTERPRISE]: { department: 'Lab' } });
    await create(scim, { userName: 'ben@acme.test', active: false });
    await scim.post('/Groups', { schemas: [GROUP], displayName: 'Sales' });
  });

  // The owner is active and has no enterprise attributes.
  test.each([
    [`schemas eq "${ENTERPRISE}"`, 1],
    [`schemas eq "${ROLLCALL}"`, 2],
    [`schemas eq "${CORE}"`, 3],
    ['schemas eq "urn:x"', 0],
    [`not (schemas eq "${ENTERPRISE}")`, 2],
    ['schemas pr', 3],
    ['meta.resourceType eq "User"', 3],
    ['meta.resourceType eq "Group"', 0],
  ])('%s: %i users', async (filter, total) => {
    const { status, body } = await scim.get(matching(filter));
    expect({ status, total: body.totalResults }).toEqual({ status: 200, total });
    // The filter finds what the resources show.
    if (filter.startsWith('schemas eq'))
      for (const { schemas } of body.Resources) expect(schemas).toContain(filter.slice(12, -1));
  });

  test.each([
    ['meta.resourceType eq "Group"', ['Group']],
    [`schemas eq "${GROUP}" or userName eq "ann@acme.test"`, []],
    ['meta.resourceType eq "User" and displayName eq "Sales"', []],
    ['displayName eq "Sales"', ['Group']],
  ])('§3.4.2.1, the base URL and .search over all types: %s', async (filter, types) => {
    const search = await scim.post('/.search', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      filter,
    });
    const query = await scim.get(`?filter=${encodeURIComponent(filter)}`);
    expect(query).toMatchObject({ status: search.status, body: search.body });
    if (types.length > 0)
      expect(
        search.body.Resources.map((one: { meta: { resourceType: string } }) => one.meta.resourceType),
      ).toEqual(types);
  });
});

describe('RFC 7644 §3.5.2.3: a filter in a path that matches no value', () => {
  test('is noTarget for a whole value', async () => {
    const { id } = await create(scim, { userName: 'ann@acme.test' });
    const value = { value: 'home@acme.test', type: 'nope' };
    expect(
      await patch(`/Users/${id}`, { op: 'replace', path: 'emails[type eq "nope"]', value }),
    ).toMatchObject({
      status: 400,
      body: { scimType: 'noTarget' },
    });
  });

  test('creates the value where Entra sets one of its sub-attributes', async () => {
    const { id } = await create(scim, { userName: 'ann@acme.test' });
    const path = 'emails[type eq "home"].value';
    expect(await patch(`/Users/${id}`, { op: 'replace', path, value: 'home@acme.test' })).toMatchObject({
      status: 200,
      body: { emails: [{ value: 'home@acme.test', type: 'home' }] },
    });
  });
});

describe('RFC 9865 §2: a cursor with a count of 0 or less returns only the total', () => {
  test.each(['/Users?cursor&count=0', '/Users?cursor=&count=-3'])('%s', async (path) => {
    expect(await scim.get(path)).toMatchObject({
      status: 200,
      body: { totalResults: 1, itemsPerPage: 0, Resources: [] },
    });
    expect((await scim.get(path)).body).not.toHaveProperty('nextCursor');
  });
});

describe('schemas of another message than the body should be', () => {
  test('a Group in /Users, and a User in /Groups: invalidSyntax', async () => {
    const refused = { status: 400, body: { scimType: 'invalidSyntax' } };
    expect(await scim.post('/Users', { schemas: [GROUP], userName: 'ann@acme.test' })).toMatchObject(refused);
    expect(await scim.post('/Groups', { schemas: [CORE], displayName: 'Sales' })).toMatchObject(refused);
  });

  test('another message in a PATCH: invalidSyntax', async () => {
    const { id } = await create(scim, { userName: 'ann@acme.test' });
    expect(
      await scim.patch(`/Users/${id}`, {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
        Operations: [{ op: 'replace', value: { title: 'Boss' } }],
      }),
    ).toMatchObject({ status: 400, body: { scimType: 'invalidSyntax' } });
  });

  test.each([[[]], [['urn:scim:schemas:core:1.0']], [['urn:acme:custom', CORE]]])(
    '%j is accepted: providers omit schemas, or send their own',
    async (schemas) => {
      expect(await scim.post('/Users', { schemas, userName: 'ann@acme.test' })).toMatchObject({
        status: 201,
      });
    },
  );
});
