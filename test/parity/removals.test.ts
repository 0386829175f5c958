import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import { done, mutate, nextAddress } from '../http/graphql/operations.js';
import { CORE, PATCH_OP } from '../http/scim/resources.js';
import { expectInvariants } from '../invariants.js';

/** Rule 16a: "A removal outlives the record … whichever door removed them" (case 1). */

let app: TestApp;
let workspace: TestWorkspace;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.stop();
});

beforeEach(async () => {
  workspace = await app.workspace({ version: 'V2' });
});

afterEach(async () => {
  await expectInvariants(app);
});

type Way = (memberId: string) => Promise<unknown>;

const scim = () => app.scim(workspace.workspaceId, workspace.apiKey);

const byOperator =
  (name: Parameters<typeof done>[2], more: object = {}): Way =>
  (memberId) =>
    done(app, app.operatorToken, name, { workspaceId: workspace.workspaceId, memberId, ...more });

const patching =
  (value: object): Way =>
  async (id) => {
    const Operations = [{ op: 'replace', value }];
    expect(await scim().patch(`/Users/${id}`, { schemas: [PATCH_OP], Operations })).toMatchObject({
      status: 200,
    });
  };

const WAYS: readonly [string, Way][] = [
  ['SCIM PATCH active false', patching({ active: false })],
  [
    'SCIM PUT active false',
    async (id) => {
      const { body } = await scim().get(`/Users/${id}`);
      expect(await scim().put(`/Users/${id}`, { ...body, active: false })).toMatchObject({ status: 200 });
    },
  ],
  ['SCIM DELETE', async (id) => expect(await scim().delete(`/Users/${id}`)).toMatchObject({ status: 204 })],
  [
    'SCIM DELETE of somebody inactive',
    async (id) => {
      await patching({ active: false })(id);
      await app.sql("update removal set removed_at = now() - interval '1 day'");
      expect(await scim().delete(`/Users/${id}`)).toMatchObject({ status: 204 });
    },
  ],
  ['SCIM: another address', async (id) => patching({ userName: nextAddress() })(id)],
  [
    'SCIM: another address of somebody inactive',
    async (id) => {
      await patching({ active: false })(id);
      await patching({ userName: nextAddress() })(id);
    },
  ],
  ['memberRemove', byOperator('memberRemove')],
  ['memberDelete', byOperator('memberDelete')],
  [
    'memberUpdate: another address',
    async (id) => byOperator('memberUpdate', { userName: nextAddress() })(id),
  ],
  [
    'membersBulkUpdate remove',
    async (id) =>
      done(app, app.operatorToken, 'membersBulkUpdate', {
        workspaceId: workspace.workspaceId,
        members: { ids: [id] },
        change: { action: 'REMOVE' },
      }),
  ],
];

const link = () =>
  done(app, app.operatorToken, 'invitationLinkCreate', {
    workspaceId: workspace.workspaceId,
    access: { roleAccess: { role: 'ADMIN' } },
  });

describe.each(WAYS)('after %s', (_way, remove) => {
  test('an older link does not let the person in again; a newer one does', async () => {
    const { token } = await link();
    const email = nextAddress();
    const { body } = await scim().post('/Users', { schemas: [CORE], userName: email });
    const session = await app.session(email);
    await remove(body.id);
    expect(await mutate(app, session, 'invitationAccept', { token })).toMatchObject({
      errors: [
        {
          message: 'You have been removed from this workspace since the link was made.',
          extensions: { code: 'FORBIDDEN' },
        },
      ],
    });
    const later = await link();
    const accepted = await done(app, session, 'invitationAccept', { token: later.token });
    expect(accepted).toMatchObject({ changed: true, member: { active: true, role: 'ADMIN' } });
  });

  test('an older invitation by e-mail does not either; a newer one does', async () => {
    const email = nextAddress();
    const input = { workspaceId: workspace.workspaceId, email };
    const { token } = await done(app, app.operatorToken, 'invitationCreate', input);
    const { body } = await scim().post('/Users', { schemas: [CORE], userName: email });
    const session = await app.session(email);
    await remove(body.id);
    expect(await mutate(app, session, 'invitationAccept', { token })).toMatchObject({
      errors: [
        {
          message: 'You have been removed from this workspace since the invitation was sent.',
          extensions: { code: 'FORBIDDEN' },
        },
      ],
    });
    const anew = await done(app, app.operatorToken, 'invitationCreate', input);
    expect(await done(app, session, 'invitationAccept', { token: anew.token })).toMatchObject({
      changed: true,
    });
  });
});

test('a removal from one workspace has no effect in another', async () => {
  const email = nextAddress();
  const { body } = await scim().post('/Users', { schemas: [CORE], userName: email });
  const session = await app.session(email);
  const other = await app.workspace({ version: 'V2' });
  const { token } = await done(app, app.operatorToken, 'invitationLinkCreate', {
    workspaceId: other.workspaceId,
  });
  expect(await scim().delete(`/Users/${body.id}`)).toMatchObject({ status: 204 });
  expect(await done(app, session, 'invitationAccept', { token })).toMatchObject({ changed: true });
});
