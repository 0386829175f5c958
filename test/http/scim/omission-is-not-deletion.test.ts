import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ScimClient, startTestApp, type TestApp } from '../../app.js';
import { create, ENTERPRISE, errorOf, ROLLCALL, read, userIn } from './resources.js';

/** Spec scim, "Omission is not deletion of access": access that a PUT omits stays unchanged. */

let app: TestApp;
let v1: ScimClient;
let v2: ScimClient;

beforeAll(async () => {
  app = await startTestApp();
  const first = await app.workspace({ version: 'V1', scim: true, seats: { builder: 50 } });
  const second = await app.workspace({ version: 'V2', scim: true });
  v1 = app.scim(first.workspaceId, first.apiKey);
  v2 = app.scim(second.workspaceId, second.apiKey);
});

afterAll(async () => {
  await app.stop();
});

let people = 0;

function nextUserName(): string {
  people += 1;
  return `person-${people}@acme.test`;
}

describe('PUT on V2', () => {
  const ACCESS = { role: 'editor', creditLimit: 500 };

  test.each([
    ['the whole extension', {}, ACCESS],
    ['the extension, as null', { [ROLLCALL]: null }, ACCESS],
    ['the extension, as ""', { [ROLLCALL]: '' }, ACCESS],
    ['everything in the extension', { [ROLLCALL]: {} }, ACCESS],
    ['the limit', { [ROLLCALL]: { role: 'admin' } }, { role: 'admin', creditLimit: 500 }],
    ['the role', { [ROLLCALL]: { creditLimit: 7 } }, { role: 'editor', creditLimit: 7 }],
    ['the role, as null', { [ROLLCALL]: { role: null } }, ACCESS],
    ['the role, as ""', { [ROLLCALL]: { role: '' } }, ACCESS],
    ['the role, as "" at the root', { role: '' }, ACCESS],
  ])('without %s keeps it', async (_, sent, access) => {
    const userName = nextUserName();
    const { id } = await create(v2, { userName, [ROLLCALL]: ACCESS });
    const answer = await v2.put(`/Users/${id}`, { userName, ...sent });
    expect(answer.status).toBe(200);
    expect(userIn(answer.body)).toMatchObject({ active: true, [ROLLCALL]: access });
    expect(userIn(answer.body)[ROLLCALL]).toEqual(access);
  });

  test.each([
    ['null', { [ROLLCALL]: { creditLimit: null } }],
    ['""', { [ROLLCALL]: { creditLimit: '' } }],
    ['null at the root', { creditLimit: null }],
  ])('with an explicit %s clears the limit', async (_, sent) => {
    const userName = nextUserName();
    const { id } = await create(v2, { userName, [ROLLCALL]: ACCESS });
    const answer = await v2.put(`/Users/${id}`, { userName, ...sent });
    expect(answer.status).toBe(200);
    expect(userIn(answer.body)[ROLLCALL]).toEqual({ role: 'editor' });
  });

  test.each([{}, { active: null }, { active: '' }])('with %o keeps active', async (sent) => {
    const userName = nextUserName();
    const { id } = await create(v2, { userName, active: false });
    const inactive = await v2.put(`/Users/${id}`, { userName, ...sent });
    expect(inactive.body).toMatchObject({ active: false });
    await v2.put(`/Users/${id}`, { userName, active: true });
    const active = await v2.put(`/Users/${id}`, { userName, ...sent });
    expect(active.body).toMatchObject({ active: true });
  });

  test('clears everything else that is omitted, externalId too (RFC 7644 §3.5.1)', async () => {
    const userName = nextUserName();
    const { id } = await create(v2, {
      userName,
      externalId: 'x-1',
      displayName: 'Ann',
      emails: [{ value: 'ann@home.test' }],
      [ENTERPRISE]: { department: 'Sales' },
      [ROLLCALL]: ACCESS,
    });
    const { meta, ...rest } = userIn((await v2.put(`/Users/${id}`, { userName, title: 'Dr.' })).body);
    expect(rest).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ROLLCALL],
      id,
      userName,
      title: 'Dr.',
      active: true,
      [ROLLCALL]: ACCESS,
    });
    expect(meta.version).toBe('W/"2"');
  });

  test('without userName: 400, and nothing changes', async () => {
    const { id } = await create(v2, { userName: nextUserName(), displayName: 'Ann' });
    const before = await read(v2, id);
    const answer = await v2.put(`/Users/${id}`, { displayName: 'Bob' });
    expect({ status: answer.status, body: answer.body }).toEqual({
      status: 400,
      body: errorOf(400, 'userName is required and cannot be empty.', 'invalidValue'),
    });
    expect(await read(v2, id)).toEqual(before);
  });
});

describe('PUT on V1', () => {
  test.each([{}, { seatType: null }, { seatType: '' }])('with %o keeps the seat', async (sent) => {
    const userName = nextUserName();
    const { id } = await create(v1, { userName, seatType: 'builder' });
    const answer = await v1.put(`/Users/${id}`, { userName, ...sent });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ active: true, seatType: 'builder', meta: { version: 'W/"1"' } });
  });
});

describe('PATCH changes only the attributes that it names', () => {
  test('a change of the name keeps the access', async () => {
    const access = { role: 'editor', creditLimit: 500 };
    const { id } = await create(v2, { userName: nextUserName(), externalId: 'x-2', [ROLLCALL]: access });
    const answer = await v2.patch(`/Users/${id}`, {
      Operations: [{ op: 'add', path: 'name.givenName', value: 'Ann' }],
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ externalId: 'x-2', name: { givenName: 'Ann' }, [ROLLCALL]: access });
  });

  test('removing the limit clears it', async () => {
    const { id } = await create(v2, {
      userName: nextUserName(),
      [ROLLCALL]: { role: 'editor', creditLimit: 5 },
    });
    const answer = await v2.patch(`/Users/${id}`, {
      Operations: [{ op: 'remove', path: `${ROLLCALL}:creditLimit` }],
    });
    expect(answer.status).toBe(200);
    expect(userIn(answer.body)[ROLLCALL]).toEqual({ role: 'editor' });
  });

  test('removing the seat frees it', async () => {
    const { id } = await create(v1, { userName: nextUserName(), seatType: 'builder' });
    const answer = await v1.patch(`/Users/${id}`, { Operations: [{ op: 'remove', path: 'seatType' }] });
    expect(answer.status).toBe(200);
    expect(Object.hasOwn(userIn(answer.body), 'seatType')).toBe(false);
    expect(answer.body).toMatchObject({ active: true });
  });

  test.each([
    ['role', 'invalidValue'],
    ['active', 'invalidValue'],
    ['userName', 'mutability'],
  ])('removing %s: 400 %s, and nothing changes', async (path, scimType) => {
    const { id } = await create(v2, { userName: nextUserName(), [ROLLCALL]: { role: 'editor' } });
    const before = await read(v2, id);
    const answer = await v2.patch(`/Users/${id}`, { Operations: [{ op: 'remove', path }] });
    expect(answer).toMatchObject({ status: 400, body: { status: '400', scimType } });
    expect(await read(v2, id)).toEqual(before);
  });

  test('every PATCH succeeds while others change the member', async () => {
    const { id } = await create(v2, { userName: nextUserName() });
    const paths = ['title', 'nickName', 'displayName', 'locale', 'timezone', 'userType'];
    const answers = await Promise.all(
      paths.map((path) => v2.patch(`/Users/${id}`, { Operations: [{ op: 'add', path, value: path }] })),
    );
    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
    expect(await read(v2, id)).toMatchObject({
      ...Object.fromEntries(paths.map((path) => [path, path])),
      meta: { version: `W/"${paths.length + 1}"` },
    });
  });
});
