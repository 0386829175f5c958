import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ScimAnswer, type ScimClient, startTestApp, type TestApp } from '../../app.js';
import { create, errorOf, find, ROLLCALL, read } from './resources.js';

/** The exact text of every refusal that an administrator can get: Okta shows `detail` unchanged. */

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.stop();
});

function statusAndBody({ status, body }: ScimAnswer): object {
  return { status, body };
}

function refusal(status: number, detail: string, scimType?: string): object {
  return { status, body: errorOf(status, detail, scimType) };
}

/**
 * Product document: "Check that your API key is correct […]. Verify the SCIM base URL contains the correct workspace
 * ID." The answers are the same, so that they do not reveal which workspaces exist.
 */
describe('a key that is refused', () => {
  const UNKNOWN_WORKSPACE = '01930000-0000-7000-8000-000000000000';
  let workspaceId: string;
  let apiKey: string;
  let foreignKey: string;

  beforeAll(async () => {
    ({ workspaceId, apiKey } = await app.workspace({ version: 'V2', scim: true }));
    ({ apiKey: foreignKey } = await app.workspace({ version: 'V2', scim: true }));
  });

  const cases: readonly (readonly [string, () => readonly [workspaceId: string, key: string]])[] = [
    ['a wrong key', () => [workspaceId, 'wrong']],
    ['a key with its end cut off', () => [workspaceId, apiKey.slice(0, -1)]],
    ['nothing after Bearer', () => [workspaceId, 'Bearer']],
    ['Basic authentication', () => [workspaceId, `Basic ${apiKey}`]],
    ["another workspace's key", () => [workspaceId, foreignKey]],
    ['a workspace that does not exist', () => [UNKNOWN_WORKSPACE, apiKey]],
    ['a workspace id that cannot be one', () => ['my-workspace', apiKey]],
  ];

  test.each(cases)('%s', async (_, where) => {
    const scim = app.scim(...where());
    const answers = [
      await scim.get('/Users'),
      await scim.get('/ServiceProviderConfig'),
      await scim.get('/Nowhere'),
      await scim.post('/Users', { userName: 7 }),
      await scim.delete('/Users'),
    ];
    for (const answer of answers) {
      expect({
        ...statusAndBody(answer),
        challenge: answer.headers.get('www-authenticate'),
        allow: answer.headers.get('allow'),
      }).toEqual({
        ...refusal(
          401,
          'The API key is not valid for this workspace. Check that your API key is correct and still enabled, and ' +
            'that the SCIM base URL contains the correct workspace ID. Send the key as it is, or after "Bearer ".',
        ),
        challenge: 'Bearer realm="SCIM"',
        allow: null,
      });
    }
  });

  test('no Authorization header', async () => {
    const response = await fetch(`${app.url}/scim/v2/organizations/${workspaceId}/Users`);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="SCIM"');
    expect(await response.json()).toMatchObject({ status: '401' });
  });
});

test('SCIM is not enabled: 403', async () => {
  const { workspaceId, apiKey } = await app.workspace({ version: 'V2', scim: false });
  const answer = await app.scim(workspaceId, apiKey).get('/Users');
  expect(answer).toMatchObject({ status: 403, body: { status: '403' } });
  expect(answer.body).toMatchObject({ detail: expect.stringContaining('SCIM') });
});

describe('V2', () => {
  let scim: ScimClient;
  let ownerEmail: string;

  beforeAll(async () => {
    const workspace = await app.workspace({ version: 'V2', scim: true });
    scim = app.scim(workspace.workspaceId, workspace.apiKey);
    ownerEmail = workspace.ownerEmail;
  });

  /** "For V2 workspaces, confirm role is set to admin, editor, or viewer." */
  test.each(['boss', 7, {}])('role %o', async (role) => {
    const answer = await scim.post('/Users', { userName: 'x@acme.test', [ROLLCALL]: { role } });
    expect(statusAndBody(answer)).toEqual(
      refusal(400, 'role must be admin, editor or viewer.', 'invalidValue'),
    );
  });

  /** "owner, member, and guest roles cannot be assigned via SCIM." */
  test.each(['owner', 'Member', 'GUEST'])('role %s', async (role) => {
    const answer = await scim.post('/Users', { userName: 'x@acme.test', [ROLLCALL]: { role } });
    expect(statusAndBody(answer)).toEqual(
      refusal(
        400,
        `The role ${role.toLowerCase()} cannot be assigned. Use admin, editor or viewer. If your identity provider ` +
          'has groups mapped to owner, member or guest, update the mapping.',
        'invalidValue',
      ),
    );
  });

  /** "creditLimit can only be set on admin or editor roles." */
  test('a credit limit for a viewer', async () => {
    const answer = await scim.post('/Users', {
      userName: 'x@acme.test',
      [ROLLCALL]: { role: 'viewer', creditLimit: 5 },
    });
    expect(statusAndBody(answer)).toEqual(
      refusal(
        400,
        "creditLimit can only be set on admin or editor roles, and this member's role would be viewer. Either change " +
          'the role to editor or admin, or remove the creditLimit value.',
        'invalidValue',
      ),
    );
  });

  test.each([0, -1, 1.5, 2_147_483_648, '5.0', 'many', true, []])(
    'a credit limit of %o',
    async (creditLimit) => {
      const answer = await scim.post('/Users', {
        userName: 'x@acme.test',
        [ROLLCALL]: { role: 'editor', creditLimit },
      });
      expect(statusAndBody(answer)).toEqual(
        refusal(
          400,
          'creditLimit must be a whole number from 1 to 2147483647, or empty for no limit.',
          'invalidValue',
        ),
      );
    },
  );

  /** "Workspace owners cannot be updated or deactivated via SCIM." */
  describe('an owner', () => {
    const PROTECTED = refusal(
      403,
      'Workspace owners cannot be changed or removed here. Owners are promoted, demoted and removed from the ' +
        'Rollcall dashboard, by an owner.',
    );

    test.each([
      { displayName: 'Somebody' },
      { active: false },
      { [ROLLCALL]: { role: 'admin' } },
      { [ROLLCALL]: { creditLimit: 5 } },
    ])('PUT and PATCH of %o', async (change) => {
      const before = await find(scim, ownerEmail);
      const put = await scim.put(`/Users/${before.id}`, { ...before, ...change });
      expect(statusAndBody(put)).toEqual(PROTECTED);
      const patch = await scim.patch(`/Users/${before.id}`, {
        Operations: [{ op: 'replace', value: change }],
      });
      expect(statusAndBody(patch)).toEqual(PROTECTED);
      expect(await read(scim, before.id)).toEqual(before);
    });

    test('DELETE', async () => {
      const before = await find(scim, ownerEmail);
      expect(statusAndBody(await scim.delete(`/Users/${before.id}`))).toEqual(PROTECTED);
      expect(await read(scim, before.id)).toEqual(before);
    });
  });

  test('a userName that is taken, without case: 409', async () => {
    await create(scim, { userName: 'taken@acme.test' });
    expect(statusAndBody(await scim.post('/Users', { userName: 'TAKEN@acme.test' }))).toEqual(
      refusal(
        409,
        'TAKEN@acme.test is already a member of this workspace. Update the existing member, or send another ' +
          'userName and e-mail address.',
        'uniqueness',
      ),
    );
  });

  test.each([
    { userName: 'half\ud800@acme.test' },
    { userName: 'x@acme.test', externalId: '\ud800' },
    { userName: 'x@acme.test', externalId: '\u0000' },
    { userName: 'x@acme.test', displayName: '\ud800' },
    { userName: 'x@acme.test', name: { givenName: '\u0000' } },
    { userName: 'x@acme.test', emails: [{ value: '\u0000' }] },
  ])('%j, which no text column can store: 400 invalidValue', async (body) => {
    expect(await scim.post('/Users', body)).toMatchObject({
      status: 400,
      body: { status: '400', scimType: 'invalidValue' },
    });
  });

  test.each([
    [{ userName: 7 }, 'userName must be a string.'],
    [{ userName: 'x@acme.test', externalId: 7 }, 'externalId must be a string.'],
    [{ userName: 'x@acme.test', active: 'perhaps' }, 'active must be true or false.'],
    [{ userName: 'x@acme.test', [ROLLCALL]: 'admin' }, `${ROLLCALL} must be an object.`],
    [
      { displayName: 'Nobody' },
      'Neither userName nor an e-mail address was sent. Map userName to the e-mail address.',
    ],
  ])('POST of %o: 400 invalidValue', async (body, detail) => {
    expect(statusAndBody(await scim.post('/Users', body))).toEqual(refusal(400, detail, 'invalidValue'));
  });

  test.each(['01930000-0000-7000-8000-000000000000', 'nobody', "'; drop table member; --"])(
    'no user has the id %s',
    async (id) => {
      const path = `/Users/${encodeURIComponent(id)}`;
      const answers = [
        await scim.get(path),
        await scim.put(path, { userName: 'x@acme.test' }),
        await scim.patch(path, { Operations: [{ op: 'replace', value: { active: false } }] }),
        await scim.delete(path),
      ];
      for (const answer of answers) expect(answer).toMatchObject({ status: 404, body: { status: '404' } });
    },
  );

  test("another workspace's user is not found", async () => {
    const { workspaceId, apiKey } = await app.workspace({ version: 'V2', scim: true });
    const foreign = await create(app.scim(workspaceId, apiKey), { userName: 'foreign@acme.test' });
    expect(await scim.get(`/Users/${foreign.id}`)).toMatchObject({ status: 404 });
    expect(await scim.delete(`/Users/${foreign.id}`)).toMatchObject({ status: 404 });
  });
});

describe('V1', () => {
  let scim: ScimClient;

  beforeAll(async () => {
    const workspace = await app.workspace({ version: 'V1', scim: true, seats: { builder: 1 } });
    scim = app.scim(workspace.workspaceId, workspace.apiKey);
    await create(scim, { userName: 'ann@acme.test', seatType: 'builder' });
  });

  /** "confirm seatType is a valid value" */
  test('a seatType that does not exist', async () => {
    const answer = await scim.post('/Users', { userName: 'x@acme.test', seatType: 'throne' });
    expect(statusAndBody(answer)).toEqual(
      refusal(400, 'seatType must be one of starter, builder, pro, elite, elite_2, elite_3.', 'invalidValue'),
    );
  });

  /** "and that your workspace has available seats of that type" */
  test('no free seat', async () => {
    const answer = await scim.post('/Users', { userName: 'x@acme.test', seatType: 'Builder' });
    expect(statusAndBody(answer)).toEqual(
      refusal(
        403,
        'No builder seat is free (builder: 1 of 1 taken). Buy more seats of this type, free one, or send another ' +
          'seatType.',
      ),
    );
  });

  test('a seat type that was never bought', async () => {
    const answer = await scim.post('/Users', { userName: 'x@acme.test', seatType: 'pro' });
    expect(answer).toMatchObject({ status: 403, body: { status: '403' } });
  });
});
