import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { WorkspaceVersion } from '../../../src/domain/access.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import {
  auditSize,
  done,
  memberById,
  memberNamed,
  mutate,
  nextAddress,
  person,
  refused,
  roleAccess,
  seatAccess,
  seatHolderNamed,
  UUID,
} from './operations.js';

let app: TestApp;
let v1: TestWorkspace;
let v2: TestWorkspace;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.stop();
});

beforeEach(async () => {
  v1 = await app.workspace({ version: 'V1', seats: { pro: 3 } });
  v2 = await app.workspace({ version: 'V2', credits: 1000 });
});

async function workspaceCount(): Promise<unknown> {
  return app.sql('select count(*)::integer as count from workspace');
}

test('an operator lists all workspaces, without a condition', async () => {
  const query = '{ workspaces(first: 200) { nodes { id createdAt } } }';
  const { data, errors } = await app.graphql(app.operatorToken, query);
  expect(errors).toBe(undefined);
  expect(data.workspaces.nodes).toContainEqual({
    id: v1.workspaceId,
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  });
});

describe('workspaceCreate', () => {
  test('V1, with its seats and its first owner', async () => {
    const ownerEmail = nextAddress();
    const seats = [
      { seatType: 'PRO', total: 2 },
      { seatType: 'ELITE', total: 0 },
    ];
    const input = { name: '  Acme Seats ', accessModel: 'V1', ownerEmail, seats, scimEnabled: true };
    const answer = await mutate(app, app.operatorToken, 'workspaceCreate', input);
    expect(answer).toEqual({
      data: {
        workspaceCreate: {
          ownerMemberId: UUID,
          workspace: {
            id: UUID,
            name: 'Acme Seats',
            accessModel: 'V1',
            plan: 'ENTERPRISE',
            scim: { enabled: true },
            defaultAccess: null,
            defaultCreditLimit: null,
            creditPool: null,
            seats: [
              { seatType: 'ELITE', total: 0, used: 0, available: 0 },
              { seatType: 'PRO', total: 2, used: 0, available: 2 },
            ],
          },
        },
      },
    });
    const { workspace, ownerMemberId } = answer.data.workspaceCreate;
    expect(await memberById(app, app.operatorToken, workspace.id, ownerMemberId)).toEqual(
      seatHolderNamed(ownerEmail, { role: 'OWNER' }),
    );
  });

  test('V2, with only a name and an owner', async () => {
    const ownerEmail = nextAddress();
    const input = { name: 'Acme Credits', accessModel: 'V2', ownerEmail };
    const answer = await mutate(app, app.operatorToken, 'workspaceCreate', input);
    expect(answer).toEqual({
      data: {
        workspaceCreate: {
          ownerMemberId: UUID,
          workspace: {
            id: UUID,
            name: 'Acme Credits',
            accessModel: 'V2',
            plan: 'ENTERPRISE',
            scim: { enabled: false },
            defaultAccess: roleAccess('VIEWER'),
            defaultCreditLimit: null,
            creditPool: null,
            seats: [],
          },
        },
      },
    });
    const { workspace, ownerMemberId } = answer.data.workspaceCreate;
    expect(await memberById(app, app.operatorToken, workspace.id, ownerMemberId)).toEqual(
      memberNamed(ownerEmail, { role: 'OWNER', access: roleAccess('OWNER') }),
    );
  });

  test('the owner’s account is found without case', async () => {
    const ownerEmail = nextAddress();
    const first = { name: 'One', accessModel: 'V2', ownerEmail };
    await done(app, app.operatorToken, 'workspaceCreate', first);
    const second = { name: 'Two', accessModel: 'V2', ownerEmail: ownerEmail.toUpperCase() };
    await done(app, app.operatorToken, 'workspaceCreate', second);
    expect(await app.sql('select email from account where email = $1', [ownerEmail])).toEqual([
      { email: ownerEmail },
    ]);
  });

  const SCIM_NEEDS_ENTERPRISE = [
    'FORBIDDEN',
    'SCIM is available on ENTERPRISE workspaces only.',
    { attribute: 'scimEnabled', hint: 'Change the plan to ENTERPRISE first.' },
  ] as const;
  const NAME = [
    'INVALID_INPUT',
    'name must have 1 to 200 characters, and no control characters.',
    { attribute: 'name' },
  ] as const;
  const SEATS = [
    'INVALID_INPUT',
    'Give each seat type once, with a total that is not negative.',
    { attribute: 'seats' },
  ] as const;
  const ADDRESS = [
    'INVALID_INPUT',
    'ownerEmail must have the form ann@example.com.',
    { attribute: 'ownerEmail' },
  ] as const;
  const POOL = [
    'INVALID_INPUT',
    'The pool holds from 0 to 2147483647 credits.',
    { attribute: 'monthlyCredits' },
  ] as const;

  test.each<[object, readonly [string, string, object]]>([
    [{ accessModel: 'V2', name: ' ' }, NAME],
    [{ accessModel: 'V2', name: 'x'.repeat(201) }, NAME],
    [{ accessModel: 'V2', name: 'a\0b' }, NAME],
    [{ accessModel: 'V2', ownerEmail: 'olivia' }, ADDRESS],
    [{ accessModel: 'V2', plan: 'TEAM', scimEnabled: true }, SCIM_NEEDS_ENTERPRISE],
    [{ accessModel: 'V2', monthlyCredits: -1 }, POOL],
    [
      { accessModel: 'V2', seats: [{ seatType: 'PRO', total: 1 }] },
      ['WRONG_WORKSPACE_VERSION', 'A V2 workspace has no seats.', { attribute: 'seats' }],
    ],
    [
      { accessModel: 'V1', monthlyCredits: 5 },
      ['WRONG_WORKSPACE_VERSION', 'A V1 workspace has no credits.', { attribute: 'monthlyCredits' }],
    ],
    [{ accessModel: 'V1', seats: [{ seatType: 'PRO', total: -1 }] }, SEATS],
    [
      {
        accessModel: 'V1',
        seats: [
          { seatType: 'PRO', total: 1 },
          { seatType: 'PRO', total: 1 },
        ],
      },
      SEATS,
    ],
  ])('%j is refused, and nothing is written', async (wrong, [code, message, details]) => {
    const before = await workspaceCount();
    const input = { name: 'Acme', ownerEmail: nextAddress(), ...wrong };
    expect(await mutate(app, app.operatorToken, 'workspaceCreate', input)).toEqual(
      refused('workspaceCreate', code, message, details),
    );
    expect(await workspaceCount()).toEqual(before);
  });
});

describe('workspaceUpdate', () => {
  function update(workspace: TestWorkspace, input: object) {
    return mutate(app, app.operatorToken, 'workspaceUpdate', {
      workspaceId: workspace.workspaceId,
      ...input,
    });
  }

  function workspaceAs(version: WorkspaceVersion, more: object): object {
    return {
      id: UUID,
      name: expect.stringMatching(/^Acme \d+$/),
      accessModel: version,
      plan: 'ENTERPRISE',
      scim: { enabled: true },
      defaultAccess: version === 'V1' ? null : roleAccess('VIEWER'),
      defaultCreditLimit: null,
      creditPool: version === 'V1' ? null : { total: 1000 },
      seats: version === 'V1' ? [{ seatType: 'PRO', total: 3, used: 0, available: 3 }] : [],
      ...more,
    };
  }

  test.each<[WorkspaceVersion, object, object]>([
    ['V2', { name: ' New name ' }, { name: 'New name' }],
    ['V2', { scimEnabled: false }, { scim: { enabled: false } }],
    ['V2', { defaultRole: 'EDITOR' }, { defaultAccess: roleAccess('EDITOR') }],
    ['V2', { defaultCreditLimit: 5 }, { defaultCreditLimit: 5 }],
    ['V2', { plan: 'TEAM' }, { plan: 'TEAM', scim: { enabled: false } }],
    ['V1', { defaultSeatType: 'PRO' }, { defaultAccess: seatAccess('PRO') }],
    ['V1', { plan: 'FREE' }, { plan: 'FREE', scim: { enabled: false } }],
  ])('%s: %j', async (version, input, becomes) => {
    expect(await update(version === 'V1' ? v1 : v2, input)).toEqual({
      data: { workspaceUpdate: { workspace: workspaceAs(version, becomes) } },
    });
  });

  test('null clears the default seat and the default limit; an absent attribute stays unchanged', async () => {
    await update(v1, { defaultSeatType: 'PRO' });
    expect(await update(v1, { name: 'One' })).toMatchObject({
      data: { workspaceUpdate: { workspace: { defaultAccess: { seatType: 'PRO' } } } },
    });
    expect(await update(v1, { defaultSeatType: null })).toMatchObject({
      data: { workspaceUpdate: { workspace: { defaultAccess: null } } },
    });
    await update(v2, { defaultCreditLimit: 5 });
    expect(await update(v2, { name: 'Two' })).toMatchObject({
      data: { workspaceUpdate: { workspace: { defaultCreditLimit: 5 } } },
    });
    expect(await update(v2, { defaultCreditLimit: null })).toMatchObject({
      data: { workspaceUpdate: { workspace: { defaultCreditLimit: null } } },
    });
  });

  test('rule 4: a new default applies at once', async () => {
    await update(v2, { defaultRole: 'EDITOR' });
    for (const [name, input] of [
      ['memberAdd', {}],
      ['memberProvision', { mode: 'CREATE' }],
    ] as const) {
      const userName = nextAddress();
      const payload = await done(app, v2.apiKey, name, { workspaceId: v2.workspaceId, userName, ...input });
      expect(payload.member.role).toBe('EDITOR');
      await update(v2, { defaultRole: 'VIEWER' });
      const next = { workspaceId: v2.workspaceId, userName: nextAddress(), ...input };
      expect((await done(app, v2.apiKey, name, next)).member.role).toBe('VIEWER');
      await update(v2, { defaultRole: 'EDITOR' });
    }
  });

  test('rule 21: the same again writes no audit entry', async () => {
    const entries = await auditSize(app, v2.workspaceId);
    await update(v2, {});
    await update(v2, {
      plan: 'ENTERPRISE',
      scim: { enabled: true },
      defaultRole: 'VIEWER',
      defaultCreditLimit: null,
    });
    expect(await auditSize(app, v2.workspaceId)).toBe(entries);
  });

  test.each<[WorkspaceVersion, object, string, string, object]>([
    [
      'V2',
      { name: '' },
      'INVALID_INPUT',
      'name must have 1 to 200 characters, and no control characters.',
      { attribute: 'name' },
    ],
    [
      'V2',
      { defaultSeatType: 'PRO' },
      'WRONG_WORKSPACE_VERSION',
      'A V2 workspace has no defaultSeatType.',
      { attribute: 'defaultSeatType' },
    ],
    [
      'V1',
      { defaultRole: 'EDITOR' },
      'WRONG_WORKSPACE_VERSION',
      'A V1 workspace has no defaultRole.',
      { attribute: 'defaultRole' },
    ],
    [
      'V1',
      { defaultCreditLimit: 5 },
      'WRONG_WORKSPACE_VERSION',
      'A V1 workspace has no defaultCreditLimit.',
      { attribute: 'defaultCreditLimit' },
    ],
    [
      'V2',
      { plan: 'TEAM', scimEnabled: true },
      'FORBIDDEN',
      'SCIM is available on ENTERPRISE workspaces only.',
      { attribute: 'scimEnabled', hint: 'Change the plan to ENTERPRISE first.' },
    ],
  ])('%s: %j is refused', async (version, input, code, message, details) => {
    const workspace = version === 'V1' ? v1 : v2;
    const entries = await auditSize(app, workspace.workspaceId);
    expect(await update(workspace, input)).toEqual(refused('workspaceUpdate', code, message, details));
    expect(await auditSize(app, workspace.workspaceId)).toBe(entries);
  });

  test('turning SCIM off takes effect at once in this process', async () => {
    const scim = app.scim(v2.workspaceId, v2.apiKey);
    expect(await scim.get('/Users')).toMatchObject({ status: 200 });
    await update(v2, { scimEnabled: false });
    expect(await scim.get('/Users')).toMatchObject({ status: 403 });
    const onlyScim = await app.key(v2.workspaceId, ['SCIM']);
    const input = { workspaceId: v2.workspaceId, mode: 'CREATE', userName: nextAddress() };
    expect(await mutate(app, onlyScim, 'memberProvision', input)).toEqual(
      refused(
        'memberProvision',
        'FORBIDDEN',
        expect.stringMatching(/^SCIM is not enabled for the workspace Acme \d+\.$/),
        {
          hint: 'SCIM provisioning is available on enterprise workspaces. Ask your account manager to enable it.',
        },
      ),
    );
    await update(v2, { scimEnabled: true });
    expect(await scim.get('/Users')).toMatchObject({ status: 200 });
  });
});

describe('rule 24: leaving ENTERPRISE', () => {
  test('makes editors of admins, who keep their limits, and turns SCIM off', async () => {
    const admin = await person(app, v2, { roleAccess: { role: 'ADMIN', creditLimit: 5 } });
    const viewer = await person(app, v2);
    const { workspaceId } = v2;
    const before = await memberById(app, app.operatorToken, workspaceId, v2.ownerMemberId);
    await done(app, app.operatorToken, 'workspaceUpdate', { workspaceId, plan: 'TEAM' });
    expect(await memberById(app, app.operatorToken, workspaceId, admin.memberId)).toEqual(
      memberNamed(admin.email, { version: 2, role: 'EDITOR', access: roleAccess('EDITOR', 5) }),
    );
    expect(await memberById(app, app.operatorToken, workspaceId, viewer.memberId)).toEqual(
      memberNamed(viewer.email),
    );
    expect(await memberById(app, app.operatorToken, workspaceId, v2.ownerMemberId)).toEqual(before);
  });

  test('V1: makes members of admins, who keep their seats', async () => {
    const admin = await person(app, v1, { seatAccess: { seatType: 'PRO', role: 'ADMIN' } });
    const { workspaceId } = v1;
    await done(app, app.operatorToken, 'workspaceUpdate', { workspaceId, plan: 'FREE' });
    expect(await memberById(app, app.operatorToken, workspaceId, admin.memberId)).toEqual(
      seatHolderNamed(admin.email, { version: 2, access: seatAccess('PRO') }),
    );
  });
});

describe('creditPoolSet', () => {
  test.each([0, 1, 2_147_483_647])('sets %i', async (monthlyCredits) => {
    const input = { workspaceId: v2.workspaceId, monthlyCredits };
    expect(await mutate(app, app.operatorToken, 'creditPoolSet', input)).toMatchObject({
      data: { creditPoolSet: { workspace: { creditPool: { total: monthlyCredits } } } },
    });
  });

  test('refuses a negative pool', async () => {
    const input = { workspaceId: v2.workspaceId, monthlyCredits: -1 };
    expect(await mutate(app, app.operatorToken, 'creditPoolSet', input)).toEqual(
      refused('creditPoolSet', 'INVALID_INPUT', 'The pool holds from 0 to 2147483647 credits.', {
        attribute: 'monthlyCredits',
      }),
    );
  });

  test('refuses a V1 workspace', async () => {
    const input = { workspaceId: v1.workspaceId, monthlyCredits: 5 };
    expect(await mutate(app, app.operatorToken, 'creditPoolSet', input)).toEqual(
      refused('creditPoolSet', 'WRONG_WORKSPACE_VERSION', 'A V1 workspace has no credits.', {
        attribute: 'monthlyCredits',
      }),
    );
  });
});

test('workspace.scim has what an identity provider needs to connect', async () => {
  const query = 'query ($id: ID!) { workspace(id: $id) { scim { baseUrl enabled } } }';
  expect(await app.graphql(app.operatorToken, query, { id: v2.workspaceId })).toEqual({
    data: {
      workspace: { scim: { baseUrl: `${app.url}/scim/v2/organizations/${v2.workspaceId}`, enabled: true } },
    },
  });
});
