import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ScimClient, startTestApp, type TestApp } from '../../app.js';
import { create, read, type User } from './resources.js';

/** RFC 7644 §3.14: weak ETags from the member's version; If-Match and If-None-Match. */

let app: TestApp;
let scim: ScimClient;
let user: User;
let path: string;

beforeAll(async () => {
  app = await startTestApp();
  const { workspaceId, apiKey } = await app.workspace({ version: 'V2', scim: true });
  scim = app.scim(workspaceId, apiKey);
});

afterAll(async () => {
  await app.stop();
});

let people = 0;

/** Somebody at version 2. */
beforeEach(async () => {
  people += 1;
  const userName = `person-${people}@acme.test`;
  const { id } = await create(scim, { userName });
  path = `/Users/${id}`;
  await scim.put(path, { userName, title: 'Dr.' });
  user = await read(scim, id);
});

const TITLE = { Operations: [{ op: 'replace', path: 'title', value: 'Prof.' }] };

test('every answer with one user has its ETag, equal to meta.version', async () => {
  const answers = [
    await scim.get(path),
    await scim.put(path, { userName: user.userName, title: 'Prof.' }),
    await scim.patch(path, { Operations: [{ op: 'remove', path: 'title' }] }),
    await scim.post('/Users', { userName: `another-${people}@acme.test` }),
  ];
  const tags = ['W/"2"', 'W/"3"', 'W/"4"', 'W/"1"'];
  expect(answers.map(({ headers }) => headers.get('etag'))).toEqual(tags);
  expect(answers.map(({ body }) => body)).toMatchObject(tags.map((version) => ({ meta: { version } })));
});

test('a list has no ETag', async () => {
  const answer = await scim.get('/Users');
  expect(answer.headers.get('etag')).toBeNull();
});

describe('If-None-Match', () => {
  test.each(['W/"2"', '"2"', 'W/"1", W/"2"', '*'])('%s: 304 without a body', async (tag) => {
    const answer = await scim.get(path, { 'If-None-Match': tag });
    expect({ status: answer.status, body: answer.body, tag: answer.headers.get('etag') }).toEqual({
      status: 304,
      body: undefined,
      tag: 'W/"2"',
    });
  });

  test.each(['W/"1"', 'W/"22"', '"another"', '2'])('%s: 200', async (tag) => {
    const { status, body } = await scim.get(path, { 'If-None-Match': tag });
    expect({ status, body }).toEqual({ status: 200, body: user });
  });
});

describe('If-Match', () => {
  test.each(['W/"2"', '"2"', 'W/"1", W/"2"', '*'])('%s: the change is applied', async (tag) => {
    const put = await scim.put(path, { userName: user.userName }, { 'If-Match': tag });
    expect(put).toMatchObject({ status: 200, body: { meta: { version: 'W/"3"' } } });
  });

  test.each(['W/"2"', '"2"', '*'])('%s: PATCH and DELETE are applied', async (tag) => {
    expect(await scim.patch(path, TITLE, { 'If-Match': tag })).toMatchObject({ status: 200 });
    const gone = await scim.delete(path, { 'If-Match': tag === '*' ? '*' : 'W/"3"' });
    expect({ status: gone.status, body: gone.body }).toEqual({ status: 204, body: undefined });
  });

  test.each(['W/"1"', 'W/"3"', 'W/"1", W/"3"', '"another"', 'W/"99999999999999999999"', '2'])(
    '%s: 412, and nothing changes',
    async (tag) => {
      const headers = { 'If-Match': tag };
      const answers = [
        await scim.put(path, { userName: user.userName }, headers),
        await scim.patch(path, TITLE, headers),
        await scim.delete(path, headers),
      ];
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 412, body: { status: '412' } });
      }
      expect(await read(scim, user.id)).toEqual(user);
    },
  );

  test('of concurrent changes with the same version, one succeeds', async () => {
    const answers = await Promise.all(
      ['a', 'b', 'c', 'd'].map((value) =>
        scim.patch(path, { Operations: [{ op: 'replace', path: 'title', value }] }, { 'If-Match': 'W/"2"' }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
  });

  test('for an unknown user: 404', async () => {
    await scim.delete(path);
    for (const tag of ['*', 'W/"2"', 'W/"1", W/"2"']) {
      const headers = { 'If-Match': tag };
      expect(await scim.put(path, { userName: user.userName }, headers)).toMatchObject({ status: 404 });
      expect(await scim.patch(path, TITLE, headers)).toMatchObject({ status: 404 });
      expect(await scim.delete(path, headers)).toMatchObject({ status: 404 });
    }
  });
});

describe('If-None-Match of a change (RFC 9110 §13.1.2)', () => {
  test.each(['*', 'W/"2"', '"2"', 'W/"1", W/"2"'])(
    '%s matches the user: 412, and nothing changes',
    async (tag) => {
      const headers = { 'If-None-Match': tag };
      const answers = [
        await scim.put(path, { userName: user.userName }, headers),
        await scim.patch(path, TITLE, headers),
        await scim.delete(path, headers),
      ];
      for (const answer of answers) expect(answer).toMatchObject({ status: 412, body: { status: '412' } });
      expect(await read(scim, user.id)).toEqual(user);
    },
  );

  test.each(['W/"1"', '"another"'])('%s does not match: the change is applied', async (tag) => {
    const headers = { 'If-None-Match': tag };
    expect(await scim.put(path, { userName: user.userName }, headers)).toMatchObject({ status: 200 });
    expect(await scim.patch(path, TITLE, headers)).toMatchObject({ status: 200, body: { title: 'Prof.' } });
    expect(await scim.delete(path, headers)).toMatchObject({ status: 204 });
  });

  test('with If-Match: both conditions must hold', async () => {
    const put = (match: string, none: string) =>
      scim.put(path, { userName: user.userName }, { 'If-Match': match, 'If-None-Match': none });
    expect(await put('W/"2"', 'W/"2"')).toMatchObject({ status: 412 });
    expect(await put('W/"3"', 'W/"1"')).toMatchObject({ status: 412 });
    expect(await put('W/"2"', 'W/"1"')).toMatchObject({ status: 200 });
  });
});
