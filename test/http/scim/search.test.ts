import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ScimClient, startTestApp, type TestApp } from '../../app.js';
import { create, errorOf, LIST } from './resources.js';

/** RFC 7644 §3.4.3: queries by POST. */

const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

let app: TestApp;
let scim: ScimClient;

beforeAll(async () => {
  app = await startTestApp();
  const { workspaceId, apiKey } = await app.workspace({ version: 'V1', seats: { builder: 1 } });
  scim = app.scim(workspaceId, apiKey);
  for (const name of ['ann', 'bob', 'cem', 'dan']) await create(scim, { userName: `${name}@acme.test` });
});

afterAll(async () => {
  await app.stop();
});

describe.each(['/Users/.search', '/.search', '/users/.search/'])('POST %s', (path) => {
  test.each([
    ['everybody', {}, ''],
    ['a page', { startIndex: 2, count: 2 }, '?startIndex=2&count=2'],
    ['the total', { count: 0 }, '?count=0'],
    [
      'a filter and attributes',
      { schemas: [SEARCH], filter: 'userName ew "acme.test"', attributes: ['userName', 'meta.version'] },
      '?filter=userName+ew+%22acme.test%22&attributes=userName,meta.version',
    ],
    [
      'attributes that are not wanted',
      { excludedAttributes: ['meta', 'emails'] },
      '?excludedAttributes=meta,emails',
    ],
  ])('is answered as GET /Users: %s', async (_name, body, query) => {
    const [searched, listed] = [await scim.post(path, body), await scim.get(`/Users${query}`)];
    expect([searched.status, searched.headers.get('content-type')]).toEqual([
      200,
      'application/scim+json; charset=utf-8',
    ]);
    expect(searched.body).toEqual(listed.body);
  });

  test('pages by cursor to the end', async () => {
    const first = await scim.post(path, { schemas: [SEARCH], cursor: '', count: 3 });
    const { nextCursor } = first.body;
    expect(first.body).toMatchObject({ schemas: [LIST], totalResults: 5, itemsPerPage: 3 });
    const last = await scim.post(path, { schemas: [SEARCH], cursor: nextCursor, count: 3 });
    expect(last.body).not.toHaveProperty('nextCursor');
    const { body } = await scim.get('/Users');
    expect([...first.body.Resources, ...last.body.Resources]).toEqual(body.Resources);
  });

  test.each([
    ['a filter by an unknown attribute', { filter: 'shoeSize eq 43' }, 'invalidFilter'],
    ['a filter that is a number', { filter: 43 }, 'invalidValue'],
    ['a count that is a word', { count: 'many' }, 'invalidValue'],
    ['the schema of another message', { schemas: [LIST] }, 'invalidSyntax'],
    ['a body that is not an object', '[]', 'invalidSyntax'],
  ])('refuses %s', async (_name, body, scimType) => {
    expect(await scim.post(path, body)).toMatchObject({ status: 400, body: { status: '400', scimType } });
  });

  test('takes POST alone: GET is answered with 405', async () => {
    const { status, headers, body } = await scim.get(path);
    expect([status, headers.get('allow'), body]).toEqual([
      405,
      'POST, OPTIONS',
      errorOf(405, 'GET is not supported here. Supported: POST, OPTIONS.'),
    ]);
  });
});
