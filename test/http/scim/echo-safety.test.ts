import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ScimClient, startTestApp, type TestApp } from '../../app.js';
import { done } from '../graphql/operations.js';
import { becomeRole, create, ENTERPRISE, find, ROLLCALL, read, type User } from './resources.js';

/**
 * Spec scim, "Echo safety": for every member, `PUT` of exactly what `GET` returned answers 200 and changes nothing.
 * Every update of Okta is such an echo, merged with the mapped attributes.
 */

const PERSON = {
  externalId: '00u1',
  name: { givenName: 'Ann', familyName: 'Lee', honorificPrefix: 'Dr.' },
  displayName: 'Ann Lee',
  title: 'Engineer',
  preferredLanguage: 'en',
  emails: [
    { value: 'ann@home.test', type: 'home' },
    { value: 'ann@acme.test', type: 'work', primary: true },
  ],
  phoneNumbers: [{ value: '+1 555 0100', type: 'mobile' }],
  addresses: [{ locality: 'Berlin', country: 'DE', type: 'work' }],
  [ENTERPRISE]: { employeeNumber: '7', department: 'Sales', manager: { value: '42' } },
};

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.stop();
});

/** PUTs what GET returned, and expects that nothing changes. */
async function expectEcho(scim: ScimClient, id: string): Promise<User> {
  const before = await read(scim, id);
  const entries = await history(id);
  const answer = await scim.put(`/Users/${id}`, before);
  expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: before });
  expect(await read(scim, id)).toEqual(before);
  expect(await history(id)).toEqual(entries);
  return before;
}

function history(id: string): Promise<object[]> {
  return app.sql('select id from audit_entry where target_id = $1 order by id', [id]);
}

describe('V2: PUT of what GET returned changes nothing', () => {
  let scim: ScimClient;
  let ownerEmail: string;
  let workspaceId: string;

  beforeAll(async () => {
    const workspace = await app.workspace({ version: 'V2', scim: true });
    workspaceId = workspace.workspaceId;
    scim = app.scim(workspace.workspaceId, workspace.apiKey);
    ownerEmail = workspace.ownerEmail;
  });

  test.each([
    { role: 'admin' },
    { role: 'admin', creditLimit: 1 },
    { role: 'editor' },
    { role: 'editor', creditLimit: 2_147_483_647 },
    { role: 'viewer' },
  ])('%o', async (access) => {
    const name = Object.values(access).join('-');
    const { id } = await create(scim, { userName: `${name}@acme.test`, ...PERSON, [ROLLCALL]: access });
    const echoed = await expectEcho(scim, id);
    expect(echoed[ROLLCALL]).toEqual(access);
  });

  test('for a member with only a userName', async () => {
    const { id } = await create(scim, { userName: 'Plain@Acme.test' });
    await expectEcho(scim, id);
  });

  test('for an owner', async () => {
    const { id } = await find(scim, ownerEmail);
    const echoed = await expectEcho(scim, id);
    expect(echoed[ROLLCALL]).toEqual({ role: 'owner' });
  });

  test('for a guest: a role that cannot be assigned', async () => {
    const { id } = await create(scim, { userName: 'guest@acme.test', ...PERSON });
    await becomeRole(app, id, 'GUEST');
    const echoed = await expectEcho(scim, id);
    expect(echoed[ROLLCALL]).toEqual({ role: 'guest' });
  });

  test('for an inactive member, who has no access to show', async () => {
    const { id } = await create(scim, {
      userName: 'left@acme.test',
      ...PERSON,
      [ROLLCALL]: { role: 'editor', creditLimit: 5 },
    });
    await scim.patch(`/Users/${id}`, { Operations: [{ op: 'replace', value: { active: false } }] });
    const echoed = await expectEcho(scim, id);
    expect(echoed).toMatchObject({ active: false });
    expect(Object.hasOwn(echoed, ROLLCALL)).toBe(false);
  });

  test('for a limit that people have set, which stays theirs', async () => {
    const { id } = await create(scim, { userName: 'capped@acme.test', [ROLLCALL]: { role: 'editor' } });
    const target = { workspaceId, memberId: id };
    await done(app, app.operatorToken, 'memberSetCreditLimit', { ...target, creditLimit: 5 });
    const echoed = await expectEcho(scim, id);
    expect(echoed[ROLLCALL]).toEqual({ role: 'editor', creditLimit: 5 });
    // Rule 6, the one exception: coming back with a change to viewer it is still an echo.
    const viewer = await scim.put(`/Users/${id}`, {
      ...echoed,
      [ROLLCALL]: { role: 'viewer', creditLimit: 5 },
    });
    expect(viewer.body).toMatchObject({ [ROLLCALL]: { role: 'viewer' } });
    await expectEcho(scim, id);
  });

  test('for a userName that is not an address', async () => {
    const emails = [{ value: 'annlee@acme.test', primary: true }];
    const { id } = await create(scim, { userName: 'annlee', emails });
    await expectEcho(scim, id);
  });

  test('for a member who was removed and added again', async () => {
    const userName = 'again@acme.test';
    const { id } = await create(scim, { userName, ...PERSON, [ROLLCALL]: { role: 'admin', creditLimit: 5 } });
    await scim.patch(`/Users/${id}`, { Operations: [{ op: 'replace', value: { active: false } }] });
    const again = await create(scim, { userName });
    expect(again).toMatchObject({ id, [ROLLCALL]: { role: 'viewer' } });
    await expectEcho(scim, id);
  });

  test('with a key that has only the scope SCIM', async () => {
    const { id } = await create(scim, {
      userName: 'scim@acme.test',
      ...PERSON,
      [ROLLCALL]: { role: 'editor' },
    });
    await expectEcho(app.scim(workspaceId, await app.key(workspaceId, ['SCIM'])), id);
  });

  test('for a member who was added inactive', async () => {
    const { id } = await create(scim, { userName: 'later@acme.test', ...PERSON, active: false });
    await expectEcho(scim, id);
  });
});

describe('V1: PUT of what GET returned changes nothing', () => {
  let scim: ScimClient;
  let ownerEmail: string;

  beforeAll(async () => {
    const workspace = await app.workspace({ version: 'V1', scim: true, seats: { builder: 3, elite_2: 1 } });
    scim = app.scim(workspace.workspaceId, workspace.apiKey);
    ownerEmail = workspace.ownerEmail;
  });

  test('with the last free seat of its type', async () => {
    const { id } = await create(scim, { userName: 'elite@acme.test', ...PERSON, seatType: 'elite_2' });
    const echoed = await expectEcho(scim, id);
    expect(echoed.seatType).toBe('elite_2');
  });

  test('without a seat', async () => {
    const { id } = await create(scim, { userName: 'looker@acme.test', ...PERSON });
    const echoed = await expectEcho(scim, id);
    expect(Object.hasOwn(echoed, 'seatType')).toBe(false);
  });

  test.each(['ADMIN', 'MEMBER'])('for the role %s, which V1 does not show', async (role) => {
    const { id } = await create(scim, { userName: `${role}@acme.test`, ...PERSON, seatType: 'builder' });
    await becomeRole(app, id, role);
    await expectEcho(scim, id);
  });

  test('for an owner', async () => {
    const { id } = await find(scim, ownerEmail);
    await expectEcho(scim, id);
  });

  test('for an inactive member', async () => {
    const { id } = await create(scim, { userName: 'left@acme.test', ...PERSON, seatType: 'builder' });
    await scim.patch(`/Users/${id}`, { Operations: [{ op: 'replace', value: { active: false } }] });
    const echoed = await expectEcho(scim, id);
    expect(Object.hasOwn(echoed, 'seatType')).toBe(false);
  });
});
