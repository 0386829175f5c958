import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ScimClient, startTestApp, type TestApp } from '../../app.js';
import { ALIAS, CORE, create, errorOf, matching, PATCH_OP, ROLLCALL, read } from './resources.js';

/**
 * Rule 1: a request that carries the other version's attribute is refused before anything is written, wherever it
 * stands, in any letter case, even when its value is null or an empty string.
 */

const VALUES = {
  seatType: [null, '', 'builder'],
  role: [null, '', 'editor'],
  creditLimit: [null, '', 500],
} as const;

type Attribute = keyof typeof VALUES;

/** Everywhere in a resource where a provider can put one of our attributes. */
function placements(name: Attribute, value: unknown): readonly object[] {
  return [
    { [name]: value },
    { [name.toUpperCase()]: value },
    { [`${CORE}:${name}`]: value },
    { [ROLLCALL]: { [name]: value } },
    { [ROLLCALL.toUpperCase()]: { [name.toLowerCase()]: value } },
    { [ALIAS]: { [name]: value } },
    { [`${ROLLCALL}:${name}`]: value },
    { [`${ALIAS}:${name}`]: value },
  ];
}

/** The same as paths of a PATCH. */
function paths(name: Attribute): readonly string[] {
  return [name, name.toLowerCase(), `${CORE}:${name}`, `${ROLLCALL}:${name}`, `${ALIAS}:${name}`];
}

function patchesOf(name: Attribute): readonly object[] {
  return [
    ...paths(name).map((path) => ({ op: 'remove', path })),
    ...VALUES[name].flatMap((value) => [
      ...paths(name).flatMap((path) => [
        { op: 'add', path, value },
        { op: 'Replace', path, value },
      ]),
      ...placements(name, value).map((object) => ({ op: 'replace', value: object })),
    ]),
  ];
}

const V2_DETAIL =
  'seatType was sent to a V2 workspace. Remove the seatType attribute from the Profile Editor for your SCIM app and ' +
  'add role instead. Even sending seatType with an empty value causes this error.';

function v1Detail(name: Attribute): string {
  return (
    `${name} was sent to a V1 workspace. Remove the role and creditLimit attributes from the Profile Editor for ` +
    `your SCIM app and add seatType instead. Even sending ${name} with an empty value causes this error.`
  );
}

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.stop();
});

describe.each([
  { version: 'V2', name: 'seatType', detail: V2_DETAIL },
  { version: 'V1', name: 'role', detail: v1Detail('role') },
  { version: 'V1', name: 'creditLimit', detail: v1Detail('creditLimit') },
] as const)('$name sent to a $version workspace', ({ version, name, detail }) => {
  const refusal = { status: 400, body: errorOf(400, detail, 'invalidValue') };
  let scim: ScimClient;
  let memberId: string;

  beforeAll(async () => {
    const seats = version === 'V1' ? { seats: { builder: 5 } } : {};
    const workspace = await app.workspace({ version, scim: true, ...seats });
    scim = app.scim(workspace.workspaceId, workspace.apiKey);
    memberId = (await create(scim, { userName: 'ann@acme.test', displayName: 'Ann' })).id;
  });

  test.each(VALUES[name].flatMap((value) => placements(name, value)))('POST %o', async (object) => {
    const { status, body } = await scim.post('/Users', {
      schemas: [CORE],
      userName: 'bob@acme.test',
      ...object,
    });
    expect({ status, body }).toEqual(refusal);
    expect(await scim.get(matching('userName eq "bob@acme.test"'))).toMatchObject({
      status: 200,
      body: { totalResults: 0 },
    });
  });

  test.each(VALUES[name].flatMap((value) => placements(name, value)))('PUT %o', async (object) => {
    const before = await read(scim, memberId);
    const { status, body } = await scim.put(`/Users/${memberId}`, {
      ...before,
      displayName: 'Bob',
      ...object,
    });
    expect({ status, body }).toEqual(refusal);
    expect(await read(scim, memberId)).toEqual(before);
  });

  test.each(patchesOf(name))('PATCH %o', async (operation) => {
    const before = await read(scim, memberId);
    const { status, body } = await scim.patch(`/Users/${memberId}`, {
      schemas: [PATCH_OP],
      Operations: [{ op: 'replace', path: 'displayName', value: 'Bob' }, operation],
    });
    expect({ status, body }).toEqual(refusal);
    expect(await read(scim, memberId)).toEqual(before);
  });

  test('no answer contains it', async () => {
    const answers = [await scim.get('/Users'), await scim.get(`/Users/${memberId}`)];
    for (const { body } of answers) {
      expect(JSON.stringify(body)).not.toMatch(new RegExp(`"${name}"`, 'i'));
    }
  });
});
