import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ScimClient, startTestApp, type TestApp } from '../../app.js';
import { ROLLCALL } from '../scim/resources.js';
import { logged } from './waiting.js';

/** Rule 53a: somebody is added whose userName looks like that of another active member (Unicode TR39). */

let app: TestApp;
let scim: ScimClient;

beforeAll(async () => {
  app = await startTestApp();
  const { workspaceId, apiKey } = await app.workspace({ version: 'V2' });
  scim = app.scim(workspaceId, apiKey);
  for (const userName of ['paypal@acme.test', 'barney@acme.test', 'cöpe@acme.test', 'сова@acme.test'])
    await add(userName);
  await scim.post('/Users', { userName: 'gone@acme.test', active: false });
});

afterAll(() => app.stop());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { readonly id: string };
}

async function noticesOf({ status, headers }: Answer): Promise<unknown> {
  expect([200, 201]).toContain(status);
  const [entry] = await logged(app, 'request_id = $1', [headers.get('X-Request-Id')], 1);
  return entry?.notices;
}

const add = async (userName: string): Promise<unknown> => noticesOf(await scim.post('/Users', { userName }));

const like = (closest: string) => [{ code: 'LOOKS_LIKE_A_MEMBER', attribute: 'userName', closest }];

test.each([
  ['a Cyrillic letter', 'p\u0430ypal@acme.test', 'paypal@acme.test'],
  ['a Cyrillic letter in the domain', 'paypal@\u0430cme.test', 'paypal@acme.test'],
  ['a mathematical letter', '\u{1d429}aypal@acme.test', 'paypal@acme.test'],
  ['a digit', 'paypa1@acme.test', 'paypal@acme.test'],
  ['two letters for one', 'bamey@acme.test', 'barney@acme.test'],
  ['a letter under an accent', 'c\u043e\u0308pe@acme.test', 'cöpe@acme.test'],
  ['Latin letters in a Cyrillic name', 'co\u0432\u0430@acme.test', '\u0441\u043e\u0432\u0430@acme.test'],
])('%s: accepted, with a notice that names the other member', async (_name, userName, closest) => {
  const answer = await scim.post('/Users', { userName });
  expect(answer.status).toBe(201);
  expect(await noticesOf(answer)).toEqual(like(closest));
  await scim.delete(`/Users/${answer.body.id}`);
});

test.each([
  ['another name', 'paypen@acme.test'],
  ['an accent', 'p\u00e1ypal@acme.test'],
  ['a member who is not active', 'g\u043ene@acme.test'],
])('%s: no notice', async (_name, userName) => {
  expect(await add(userName)).toBeNull();
});

test('a member of another workspace is never named', async () => {
  const other = await app.workspace({ version: 'V2' });
  const answer = await app
    .scim(other.workspaceId, other.apiKey)
    .post('/Users', { userName: 'p\u0430ypal@acme.test' });
  expect(await noticesOf(answer)).toBeNull();
});

test.each([
  [
    'PUT',
    (id: string, userName: string) => scim.put(`/Users/${id}`, { userName, [ROLLCALL]: { role: 'viewer' } }),
  ],
  [
    'PATCH',
    (id: string, value: string) =>
      scim.patch(`/Users/${id}`, { Operations: [{ op: 'replace', path: 'userName', value }] }),
  ],
])('a %s that renames somebody leaves the notice; the next name ends it', async (method, rename) => {
  const { body } = await scim.post('/Users', { userName: `${method}@acme.test` });
  expect(await noticesOf(await rename(body.id, 'p\u0430ypal@acme.test'))).toEqual(like('paypal@acme.test'));
  const problems = (): Promise<unknown[]> =>
    app.sql('select code, attribute, closest from scim_problem where target_id = $1', [body.id]);
  expect(await problems()).toEqual(like('paypal@acme.test'));
  expect(await noticesOf(await rename(body.id, `${method}2@acme.test`))).toBeNull();
  expect(await problems()).toEqual([]);
});

test('a change that keeps the name keeps the notice, and gets none where there was none', async () => {
  const other = await app.workspace({ version: 'V2' });
  const client = app.scim(other.workspaceId, other.apiKey);
  const first = await client.post('/Users', { userName: 'ann@acme.test' });
  const change = (id: string, userName: string, displayName: string) =>
    client.put(`/Users/${id}`, { userName, displayName });
  // One batch has the new name and a later change.
  const second = await client.post('/Users', { userName: '\u0430nn@acme.test' });
  const like = [{ code: 'LOOKS_LIKE_A_MEMBER', attribute: 'userName', closest: 'ann@acme.test' }];
  expect(await noticesOf(await change(second.body.id, '\u0430nn@acme.test', 'A'))).toEqual(like);
  expect(await noticesOf(await change(second.body.id, '\u0430nn@acme.test', 'B'))).toEqual(like);
  const problems = () =>
    app.sql('select code, attribute, closest from scim_problem where target_id = $1', [second.body.id]);
  expect(await problems()).toEqual(like);
  expect((await client.delete(`/Users/${second.body.id}`)).status).toBe(204);
  await expect.poll(problems).toEqual([]);
  expect(await noticesOf(await change(first.body.id, 'ann@acme.test', 'C'))).toBeNull();
});

test('somebody who is active again is checked', async () => {
  const { body } = await scim.post('/Users', { userName: 'b\u0430rney@acme.test', active: false });
  const activate = (value: boolean) =>
    scim.patch(`/Users/${body.id}`, { Operations: [{ op: 'replace', path: 'active', value }] });
  expect(await noticesOf(await activate(true))).toEqual(like('barney@acme.test'));
  await scim.delete(`/Users/${body.id}`);
});

test.each([
  ['\u0294 \u{1d7d0} \u2216 \u00b4 \u2502', "? 2 \\ ' \u2502"],
  ['a1|`0', "all'o"],
])('look_alike(%s)', async (value, skeleton) => {
  const [row] = await app.sql<{ skeleton: string }>('select look_alike($1) as skeleton', [value]);
  expect(row?.skeleton).toBe(skeleton);
});
