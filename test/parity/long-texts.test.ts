import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import { done, mutate, nextAddress } from '../http/graphql/operations.js';
import { PATCH_OP } from '../http/scim/resources.js';
import { expectInvariants } from '../invariants.js';

/** No interface accepts a new text about a person that is too long, and each says how long it may be. */

let app: TestApp;
let workspace: TestWorkspace;
let memberId: string;

beforeAll(async () => {
  app = await startTestApp();
  workspace = await app.workspace({ version: 'V2' });
  memberId = (await scim().post('/Users', { userName: nextAddress() })).body.id;
});

afterAll(async () => {
  await expectInvariants(app);
  await app.stop();
});

const LONG = 'x'.repeat(100_000);
const REFUSAL = 'displayName has 100000 characters, and may have at most 800.';

const scim = () => app.scim(workspace.workspaceId, workspace.apiKey);
const patch = (value: object) =>
  scim().patch(`/Users/${memberId}`, { schemas: [PATCH_OP], Operations: [{ op: 'replace', value }] });

test.each([
  ['POST', () => scim().post('/Users', { userName: nextAddress(), displayName: LONG })],
  ['PUT', () => scim().put(`/Users/${memberId}`, { userName: nextAddress(), displayName: LONG })],
  ['PATCH', () => patch({ displayName: LONG })],
])('SCIM %s', async (_method, send) => {
  const { status, body } = await send();
  expect([status, body.scimType, body.detail]).toEqual([
    400,
    'invalidValue',
    expect.stringContaining(REFUSAL),
  ]);
});

test.each([
  ['memberAdd', () => ({ workspaceId: workspace.workspaceId, userName: nextAddress() }), 'profile'],
  ['memberUpdate', () => ({ workspaceId: workspace.workspaceId, memberId }), 'profile'],
  [
    'memberProvision',
    () => ({ workspaceId: workspace.workspaceId, memberId, mode: 'REPLACE', userName: nextAddress() }),
    'profile',
  ],
  ['workspaceCreate', () => ({ name: 'A', accessModel: 'V2', ownerEmail: nextAddress() }), 'ownerProfile'],
] as const)('GraphQL %s', async (name, input, profile) => {
  const { errors } = await mutate(app, app.operatorToken, name, {
    ...input(),
    [profile]: { displayName: LONG },
  });
  expect(errors).toMatchObject([
    { message: REFUSAL, extensions: { code: 'INVALID_INPUT', path: [profile, 'displayName'] } },
  ]);
});

test('a member who has a longer one from before is read, and changed in everything else', async () => {
  await app.sql(`update member set profile = jsonb_build_object('displayName', $2::text) where id = $1`, [
    memberId,
    LONG,
  ]);
  const { body: user } = await scim().get(`/Users/${memberId}`);
  expect(user.displayName).toBe(LONG);
  expect((await scim().put(`/Users/${memberId}`, { ...user, title: 'Engineer' })).status).toBe(200);
  expect((await patch({ active: false })).status).toBe(200);
  await done(app, app.operatorToken, 'memberUpdate', {
    workspaceId: workspace.workspaceId,
    memberId,
    profile: { nickName: 'Ann' },
  });
  expect((await patch({ displayName: `${LONG}x` })).status).toBe(400);
  const { body } = await scim().get(`/Users/${memberId}`);
  expect([body.displayName, body.title, body.nickName, body.active]).toEqual([
    LONG,
    'Engineer',
    'Ann',
    false,
  ]);
});
