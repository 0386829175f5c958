import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ScimClient, startTestApp, type TestApp } from '../../app.js';
import { create, ENTERPRISE, errorOf, matching, ROLLCALL, read } from './resources.js';

/** RFC 7643 §2.3: an attribute has one declared type, and every way to write it accepts the same (cases 8 to 11). */

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

interface Written {
  readonly status: number;
  readonly value: unknown;
  readonly detail: unknown;
}

/** Writes one attribute of a new user in every way; `at` finds it in the answer. */
async function everyWay(sent: object, at: (body: Record<string, unknown>) => unknown): Promise<Written[]> {
  const userName = () => `${randomUUID()}@acme.test`;
  const former = await create(scim, { userName: userName() });
  const [put, patched, named, bulked] = await Promise.all(
    [1, 2, 3, 4].map(() => create(scim, { userName: userName() })),
  );
  const [path, value] = Object.entries(sent)[0] ?? [];
  const op = (operation: object) => ({ Operations: [{ op: 'replace', ...operation }] });
  const bulk = await scim.post('/Bulk', {
    Operations: [{ method: 'PATCH', path: `/Users/${bulked?.id}`, data: op({ value: sent }) }],
  });
  const [bulkAnswer] = (bulk.body as { Operations: { status: string; response?: object }[] }).Operations;
  const answers = [
    await scim.post('/Users', { userName: userName(), ...sent }),
    await scim.put(`/Users/${put?.id}`, { userName: put?.userName, ...sent }),
    await scim.patch(`/Users/${patched?.id}`, op({ value: sent })),
    await scim.patch(`/Users/${named?.id}`, op({ path, value })),
    {
      status: Number(bulkAnswer?.status) === 200 ? 201 : Number(bulkAnswer?.status),
      body: bulkAnswer?.response ?? (await read(scim, bulked?.id ?? '')),
    },
  ];
  expect(former.id).toBeDefined();
  return answers.map(({ status, body }) => ({
    status: status === 201 ? 200 : status,
    value: status < 300 ? at(body as Record<string, unknown>) : undefined,
    detail: status < 300 ? undefined : String((body as { detail: string }).detail).replace(/ \(ref .*/, ''),
  }));
}

describe('users: POST, PUT, PATCH with and without a path, and a bulk operation agree', () => {
  test.each([
    ['a whole number for text', { title: 5 }, '5'],
    ['a list of one object for text (Entra)', { title: [{ $ref: null, value: 'Dr.' }] }, 'Dr.'],
    ['text for a boolean (Entra)', { active: ' FALSE ' }, false],
    ['a list of one object for a boolean', { active: [{ value: 'False' }] }, false],
    ['a single text for a list', { emails: 'a@home.test' }, [{ value: 'a@home.test' }]],
    ['an empty text, which counts as not sent', { active: '' }, true],
  ])('%s is accepted', async (_, sent, value) => {
    const [name = ''] = Object.keys(sent);
    const answers = await everyWay(sent, (body) => body[name]);
    expect(answers).toEqual(answers.map(() => ({ status: 200, value, detail: undefined })));
  });

  test.each([
    ['externalId', { externalId: true }, 'externalId must be text.'],
    ['title', { title: true }, 'title must be text.'],
    ['displayName', { displayName: { value: 'x' } }, 'displayName must be text.'],
    ['active', { active: 'perhaps' }, 'active must be true or false.'],
    ['userName', { userName: ['x@acme.test'] }, 'userName must be text.'],
  ])('%s of another type is refused', async (_, sent, detail) => {
    const answers = await everyWay(sent, () => undefined);
    expect(answers).toEqual(answers.map(() => ({ status: 400, value: undefined, detail })));
  });

  test('externalId as a whole number, one after the other: no two people have the same', async () => {
    const user = await create(scim, { userName: 'five@acme.test', externalId: 5 });
    expect(user.externalId).toBe('5');
    expect((await scim.get(matching('externalId eq 5'))).body).toMatchObject({ totalResults: 1 });
    const put = await scim.put(`/Users/${user.id}`, { userName: user.userName, externalId: 6 });
    expect(put.body).toMatchObject({ externalId: '6' });
    const patch = { Operations: [{ op: 'replace', path: 'externalId', value: [{ value: 7 }] }] };
    expect((await scim.patch(`/Users/${user.id}`, patch)).body).toMatchObject({ externalId: '7' });
  });

  test('role in a list of one object (Entra)', async () => {
    const role = [{ value: 'editor' }];
    const user = await create(scim, { userName: 'listed@acme.test', [ROLLCALL]: { role } });
    expect(user[ROLLCALL]).toEqual({ role: 'editor' });
  });

  test('userName as a whole number is the name of somebody with an e-mail address', async () => {
    const user = await create(scim, { userName: 7, emails: [{ value: 'seven@acme.test' }] });
    expect(user.userName).toBe('7');
  });
});

describe('groups', () => {
  test.each([
    ['externalId', 5, '5'],
    ['externalId', [{ value: 'x' }], 'x'],
    ['displayName', 42, '42'],
  ])('%s %o is read alike by POST, PUT and PATCH', async (name, sent, value) => {
    const named = { displayName: randomUUID(), [name]: sent };
    const posted = await scim.post('/Groups', named);
    expect(posted.body).toMatchObject({ [name]: value });
    const path = `/Groups/${posted.body.id}`;
    expect((await scim.put(path, named)).body).toMatchObject({ [name]: value });
    const patch = { Operations: [{ op: 'replace', path: name, value: sent }] };
    expect((await scim.patch(path, patch)).body).toMatchObject({ [name]: value });
    await scim.delete(path);
  });
});

describe('RFC 7643 §4.3: manager.displayName is read-only', () => {
  const manager = { value: '42', displayName: 'John' };

  test('/Schemas says so', async () => {
    const { body } = await scim.get(`/Schemas/${ENTERPRISE}`);
    const attributes = body.attributes as {
      name: string;
      subAttributes?: { name: string; mutability: string }[];
    }[];
    const parts = attributes.find(({ name }) => name === 'manager')?.subAttributes;
    expect(parts?.map(({ name, mutability }) => [name, mutability])).toEqual([
      ['value', 'readWrite'],
      ['$ref', 'readWrite'],
      ['displayName', 'readOnly'],
    ]);
  });

  test('POST, PUT and PATCH ignore it', async () => {
    const userName = 'managed@acme.test';
    const user = await create(scim, { userName, [ENTERPRISE]: { manager } });
    const wanted = { manager: { value: '42' } };
    expect(user[ENTERPRISE]).toEqual(wanted);
    const put = await scim.put(`/Users/${user.id}`, { userName, [ENTERPRISE]: { manager } });
    expect(put.body[ENTERPRISE]).toEqual(wanted);
    const patch = { Operations: [{ op: 'replace', path: `${ENTERPRISE}:manager`, value: manager }] };
    expect((await scim.patch(`/Users/${user.id}`, patch)).body[ENTERPRISE]).toEqual(wanted);
  });

  test('a PATCH of nothing else is refused: mutability', async () => {
    const user = await create(scim, { userName: 'other@acme.test' });
    const path = `${ENTERPRISE}:manager.displayName`;
    const answer = await scim.patch(`/Users/${user.id}`, {
      Operations: [{ op: 'add', path, value: 'John' }],
    });
    expect(answer.body).toEqual(
      errorOf(400, 'manager.displayName is read-only and has another value.', 'mutability'),
    );
  });
});

test('RFC 7643 §4.1.1: userName is required, as /Schemas says', async () => {
  const answer = await scim.post('/Users', { emails: [{ value: 'nameless@acme.test' }] });
  expect(answer.body).toEqual(
    errorOf(
      400,
      'userName is required and cannot be empty. Map userName to the e-mail address.',
      'invalidValue',
    ),
  );
});
