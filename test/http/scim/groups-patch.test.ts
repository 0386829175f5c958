import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ScimClient, startTestApp, type TestApp } from '../../app.js';
import { expectInvariants } from '../../invariants.js';
import { create, PATCH_OP } from './resources.js';

/** RFC 7644 §3.5.2 on a Group, in the dialects in which providers speak it. */

let app: TestApp;
let scim: ScimClient;
let ids: Readonly<Record<string, string>>;
let groupId: string;

beforeAll(async () => {
  app = await startTestApp();
  const { workspaceId, apiKey } = await app.workspace({ version: 'V2' });
  scim = app.scim(workspaceId, apiKey);
  const users = await Promise.all(
    ['ann', 'bob', 'cat'].map(async (name) => {
      const { id } = await create(scim, { userName: `${name}@acme.test`, displayName: name });
      return [name, id] as const;
    }),
  );
  ids = Object.fromEntries(users);
});

let groups = 0;

/** A group with Ann and Bob in it. */
beforeEach(async () => {
  groups += 1;
  const members = [{ value: ids.ann }, { value: ids.bob }];
  const answer = await scim.post('/Groups', { displayName: `Group ${groups}`, externalId: 'x', members });
  groupId = answer.body.id;
});

afterEach(async () => {
  await expectInvariants(app);
});

afterAll(async () => {
  await app.stop();
});

/** `{{ann}}` stands for Ann's id, `{{group}}` for the group's. */
function filled<Value>(value: Value): Value {
  const text = JSON.stringify(value).replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => ids[name] ?? groupId);
  return JSON.parse(text);
}

async function patch(...Operations: readonly object[]) {
  return scim.patch(`/Groups/${groupId}`, { schemas: [PATCH_OP], Operations: filled(Operations) });
}

/** The names of the members of the group. */
function names(body: { members?: readonly { display: string }[] }): readonly string[] {
  return (body.members ?? []).map(({ display }) => display).toSorted();
}

describe('members', () => {
  test.each<[name: string, operations: readonly object[], members: readonly string[]]>([
    ['add', [{ op: 'add', path: 'members', value: [{ value: '{{cat}}' }] }], ['ann', 'bob', 'cat']],
    [
      'add, Entra',
      [{ op: 'Add', path: 'members', value: [{ $ref: null, value: '{{cat}}' }] }],
      ['ann', 'bob', 'cat'],
    ],
    [
      'add one without a list',
      [{ op: 'add', path: 'members', value: { value: '{{cat}}' } }],
      ['ann', 'bob', 'cat'],
    ],
    [
      'add without a path',
      [{ op: 'add', value: { members: [{ value: '{{cat}}' }] } }],
      ['ann', 'bob', 'cat'],
    ],
    ['remove by filter, Okta', [{ op: 'remove', path: 'members[value eq "{{ann}}"]' }], ['bob']],
    [
      'remove several by filter',
      [{ op: 'remove', path: 'members[value eq "{{ann}}" or value eq "{{bob}}"]' }],
      [],
    ],
    ['remove by another filter', [{ op: 'remove', path: 'members[display sw "A"]' }], ['bob']],
    ['remove by list, Entra', [{ op: 'Remove', path: 'members', value: [{ value: '{{bob}}' }] }], ['ann']],
    ['remove everybody', [{ op: 'remove', path: 'members' }], []],
    ['remove an empty list of people', [{ op: 'remove', path: 'members', value: [] }], ['ann', 'bob']],
    ['replace', [{ op: 'replace', path: 'members', value: [{ value: '{{cat}}' }] }], ['cat']],
    ['replace with nobody', [{ op: 'replace', path: 'members', value: [] }], []],
    ['replace without a path', [{ op: 'replace', value: { members: [{ value: '{{bob}}' }] } }], ['bob']],
    [
      'one after the other: the last word counts',
      [
        { op: 'remove', path: 'members' },
        { op: 'add', path: 'members', value: [{ value: '{{ann}}' }, { value: '{{cat}}' }] },
        { op: 'remove', path: 'members[value eq "{{ann}}"]' },
      ],
      ['cat'],
    ],
    [
      'out and in again',
      [
        { op: 'remove', path: 'members[value eq "{{ann}}"]' },
        { op: 'add', path: 'members', value: [{ value: '{{ann}}' }] },
        { op: 'add', path: 'members', value: [{ value: '{{cat}}' }] },
        { op: 'remove', path: 'members', value: [{ value: '{{cat}}' }] },
      ],
      ['ann', 'bob'],
    ],
  ])('%s', async (_, operations, members) => {
    const answer = await patch(...operations);
    expect([answer.status, names(answer.body)]).toEqual([200, members]);
    expect((await scim.get(`/Groups/${groupId}`)).body).toEqual(answer.body);
  });

  test.each<[name: string, operation: object]>([
    ['add of who is in', { op: 'add', path: 'members', value: [{ value: '{{ann}}' }] }],
    ['remove of who is not', { op: 'remove', path: 'members[value eq "{{cat}}"]' }],
    ['remove of who does not exist', { op: 'remove', path: 'members', value: [{ value: 'nobody' }] }],
    [
      'replace with the same',
      { op: 'replace', path: 'members', value: [{ value: '{{bob}}' }, { value: '{{ann}}' }] },
    ],
    ['the name that it has', { op: 'replace', value: { id: '{{group}}', externalId: 'x' } }],
  ])('%s: 200, and nothing changes', async (_, operation) => {
    const answer = await patch(operation);
    expect(answer).toMatchObject({ status: 200, body: { meta: { version: 'W/"1"' } } });
    expect(names(answer.body)).toEqual(['ann', 'bob']);
  });
});

describe('names', () => {
  test.each<[name: string, operation: object, attributes: object]>([
    // The request that Okta sends when a pushed group is renamed.
    [
      'Okta',
      { op: 'replace', value: { id: '{{group}}', displayName: 'New {{group}}' } },
      { externalId: 'x' },
    ],
    ['with a path', { op: 'Replace', path: 'displayName', value: 'New {{group}}' }, { externalId: 'x' }],
    [
      'by URN',
      { op: 'add', path: 'urn:ietf:params:scim:schemas:core:2.0:Group:displayName', value: 'New {{group}}' },
      {},
    ],
    ['with what nobody knows', { op: 'replace', value: { colour: 1, displayName: 'New {{group}}' } }, {}],
  ])('%s', async (_, operation, attributes) => {
    const answer = await patch(operation);
    const renamed = { displayName: `New ${groupId}`, meta: { version: 'W/"2"' }, ...attributes };
    expect(answer).toMatchObject({ status: 200, body: renamed });
  });

  test('externalId is removed', async () => {
    const answer = await patch({ op: 'remove', path: 'externalId' });
    expect(answer.status).toBe(200);
    expect(answer.body.externalId).toBeUndefined();
  });
});

test.each<[name: string, scimType: string, operation: object]>([
  ['an unknown path', 'invalidPath', { op: 'replace', path: 'userName', value: 'x' }],
  ['remove without a path', 'noTarget', { op: 'remove' }],
  ['another id', 'mutability', { op: 'replace', value: { id: 'other' } }],
  ['meta', 'mutability', { op: 'replace', path: 'meta.created', value: 'x' }],
  [
    'a part of a member',
    'mutability',
    { op: 'replace', path: 'members[value eq "{{ann}}"].display', value: 'x' },
  ],
  [
    'one member for another',
    'mutability',
    { op: 'replace', path: 'members[value eq "{{ann}}"]', value: { value: 'x' } },
  ],
  ['no displayName', 'invalidValue', { op: 'remove', path: 'displayName' }],
  ['an empty displayName', 'invalidValue', { op: 'replace', path: 'displayName', value: '' }],
  ['a member who is none', 'invalidValue', { op: 'add', path: 'members', value: [{ value: 'nobody' }] }],
  ['a fault in a filter', 'invalidFilter', { op: 'remove', path: 'members[value xx "1"]' }],
])('%s is 400 %s, and no operation of the request is applied', async (_, scimType, operation) => {
  const first = { op: 'add', path: 'members', value: [{ value: '{{cat}}' }] };
  expect(await patch(first, operation)).toMatchObject({ status: 400, body: { scimType } });
  const { body } = await scim.get(`/Groups/${groupId}`);
  expect([names(body), body.meta.version]).toEqual([['ann', 'bob'], 'W/"1"']);
});
