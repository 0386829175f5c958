import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ScimClient, startTestApp, type TestApp } from '../../app.js';
import { errorOf } from './resources.js';

/** Case "who is locked out": what GET of a group gives, PUT takes. */

let app: TestApp;
let scim: ScimClient;

beforeAll(async () => {
  app = await startTestApp();
  const { workspaceId, apiKey } = await app.workspace({ version: 'V2', scim: true });
  scim = app.scim(workspaceId, apiKey);
});

afterAll(async () => {
  await app.stop();
});

test('a Group of more than 1 MB is read as it was given', async () => {
  const user = await scim.post('/Users', { userName: 'ann@acme.test' });
  const group = await scim.post('/Groups', { displayName: 'All', members: [{ value: user.body.id }] });
  const [member] = group.body.members as object[];
  // The members of a group of 10,000 in one: the same one, again and again.
  const large = { ...group.body, members: Array.from({ length: 10_000 }, () => member) };
  expect(JSON.stringify(large).length).toBeGreaterThan(2 * 1024 * 1024);
  const path = `/Groups/${group.body.id}`;
  const answers = await Promise.all([1, 2, 3, 4, 5, 6].map(() => scim.put(path, large)));
  for (const { status, body } of answers) expect({ status, body }).toEqual({ status: 200, body: group.body });
});

test('a Group of more than 8 MB, and a User of more than 1 MB, are refused: 413', async () => {
  const group = await scim.post('/Groups', { displayName: 'x'.repeat(8 * 1024 * 1024) });
  expect(group).toMatchObject({ status: 413, body: errorOf(413, 'The body is larger than 8 MB.') });
  const user = await scim.post('/Users', { userName: 'b@acme.test', title: 'x'.repeat(1024 * 1024) });
  expect(user).toMatchObject({ status: 413, body: errorOf(413, 'The body is larger than 1 MB.') });
});
