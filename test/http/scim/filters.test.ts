import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/profile.js';
import { parseFilter } from '../../../src/scim/filter/parser.js';
import { type ScimClient, startTestApp, type TestApp } from '../../app.js';
import { evaluate } from './evaluate.js';
import { create, ENTERPRISE, matching, ROLLCALL } from './resources.js';

/** Spec scim, "Filters": compiled to SQL, with the meaning that the RFC gives them for the resources in answers. */

let app: TestApp;
const scim: Record<'V1' | 'V2', ScimClient> = Object.create(null);
const users: Record<'V1' | 'V2', JsonObject[]> = { V1: [], V2: [] };

const WORDS = ['a', 'B', 'ab', 'Ba', 'abc'] as const;
const TYPES = ['work', 'home'] as const;
const MEMBERS = 40;

/** Somebody of whom much or little is known; the same in every run. */
function person(version: 'V1' | 'V2', index: number): object {
  const some = <Value>(values: readonly Value[], salt: number): Value | undefined =>
    (index * 7 + salt * 3) % 4 === 0 ? undefined : values[(index * 5 + salt) % values.length];
  const value = (salt: number) => ({
    value: `${some(WORDS, salt) ?? 'x'}${index % 3}@acme.test`,
    ...(index % 2 === 0 ? { type: some(TYPES, salt) ?? 'other' } : {}),
    ...(salt === 1 && index % 5 > 0 ? { primary: true } : {}),
  });
  return {
    userName: `${WORDS[index % WORDS.length]}${index}@acme.test`,
    externalId: some(WORDS, 1),
    displayName: some(WORDS, 2),
    title: some(WORDS, 3),
    profileUrl: some(['https://a.test', 'https://A.test'], 4),
    name: { givenName: some(WORDS, 5), familyName: some(WORDS, 6) },
    emails: index % 4 === 0 ? [] : [value(1), value(2)].slice(0, (index % 2) + 1),
    addresses: some([[{ locality: 'a', type: 'work' }], [{ locality: 'B' }]], 7),
    [ENTERPRISE]: { department: some(WORDS, 8), manager: some([{ value: '7' }, { displayName: 'ab' }], 9) },
    ...(version === 'V1' ? { seatType: some(['pro', 'builder'], 10) } : {}),
    ...(version === 'V2' ? { [ROLLCALL]: { role: 'editor', creditLimit: some([5, 50], 11) } } : {}),
    active: index % 6 > 0,
  };
}

beforeAll(async () => {
  app = await startTestApp();
  for (const version of ['V1', 'V2'] as const) {
    const seats = version === 'V1' ? { pro: MEMBERS, builder: MEMBERS } : {};
    const workspace = await app.workspace({ version, seats });
    const client = app.scim(workspace.workspaceId, workspace.apiKey);
    scim[version] = client;
    for (let index = 0; index < MEMBERS; index += 1)
      await create(client, JSON.parse(JSON.stringify(person(version, index))));
    const { body } = await client.get('/Users?count=200');
    expect(body.totalResults).toBe(MEMBERS + 1);
    users[version] = body.Resources;
  }
});

afterAll(async () => {
  await app.stop();
});

const word = fc
  .constantFrom(...WORDS, 'acme', 'work', 'https://a.test', '7', '0@acme.test')
  .map((text) => JSON.stringify(text));

const TEXTS = [
  'userName',
  'externalId',
  'displayName',
  'title',
  'profileUrl',
  'name.givenName',
  'NAME.familyName',
  'emails',
  'emails.value',
  'emails.type',
  'addresses.locality',
  `${ENTERPRISE}:department`,
  `${ENTERPRISE}:manager.value`,
  `${ENTERPRISE}:manager.displayName`,
];

const onText = fc
  .tuple(fc.constantFrom(...TEXTS), fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'EQ'), word)
  .map((parts) => parts.join(' '));

const presence = fc
  .tuple(
    fc.constantFrom(...TEXTS, 'name', 'addresses', `${ENTERPRISE}:manager`, 'active', 'nickName'),
    fc.constantFrom('pr', 'eq null', 'ne null'),
  )
  .map((parts) => parts.join(' '))
  // `emails eq null` compares its values, and a manager has none of its own.
  .filter((filter) => !/^(emails|addresses|name|\S*manager) (eq|ne)/.test(filter));

const onOthers = (version: 'V1' | 'V2') =>
  fc.constantFrom(
    'active eq true',
    'active ne true',
    'active eq "False"',
    'emails.primary eq true',
    'meta.created gt "2020-01-01T00:00:00Z"',
    'meta.lastModified lt "2020-01-01T00:00:00Z"',
    ...(version === 'V1'
      ? ['seatType eq "PRO"', 'seatType pr', 'not (seatType co "u")', 'seatType ne "builder"']
      : [
          'role eq "editor"',
          'role sw "ed"',
          'creditLimit gt 5',
          'creditLimit pr',
          `${ROLLCALL}:creditLimit le 5`,
        ]),
  );

const inValue: fc.Arbitrary<string> = fc.letrec((tie) => ({
  leaf: fc
    .oneof(
      fc.tuple(fc.constantFrom('value', 'type', 'display'), fc.constantFrom('eq', 'ne', 'co', 'sw'), word),
      fc.tuple(fc.constantFrom('primary'), fc.constantFrom('eq', 'ne'), fc.constantFrom('true', 'false')),
      fc.tuple(fc.constantFrom('value', 'type', 'primary'), fc.constantFrom('pr', 'eq null')),
    )
    .map((parts) => parts.join(' ')),
  filter: fc.oneof(
    { depthSize: 'small' },
    tie('leaf'),
    fc
      .tuple(tie('filter'), fc.constantFrom('and', 'or'), tie('filter'))
      .map((parts) => `(${parts.join(' ')})`),
    tie('filter').map((filter) => `not (${filter})`),
  ),
})).filter as fc.Arbitrary<string>;

function filters(version: 'V1' | 'V2'): fc.Arbitrary<string> {
  return fc.letrec((tie) => ({
    filter: fc.oneof(
      { depthSize: 'small' },
      onText,
      presence,
      onOthers(version),
      inValue.map((filter) => `emails[${filter}]`),
      fc
        .tuple(tie('filter'), fc.constantFrom('and', 'or', 'AND'), tie('filter'))
        .map((parts) => `(${parts.join(' ')})`),
      tie('filter').map((filter) => `not (${filter})`),
    ),
  })).filter as fc.Arbitrary<string>;
}

describe.each(['V1', 'V2'] as const)('%s', (version) => {
  test('a filter finds the same members as a plain evaluation over all resources', async () => {
    await fc.assert(
      fc.asyncProperty(filters(version), async (filter) => {
        fc.pre(filter.length < 1000);
        const { status, body } = await scim[version].get(`${matching(filter)}&count=200`);
        expect({ filter, status }).toEqual({ filter, status: 200 });
        const found = body.Resources.map(({ userName }: { userName: string }) => userName);
        const parsed = parseFilter(filter);
        const expected = users[version]
          .filter((user) => evaluate(parsed, user))
          .map(({ userName }) => userName);
        expect({ filter, found }).toEqual({ filter, found: expected });
        expect(body.totalResults).toBe(expected.length);
      }),
      { numRuns: 300, seed: 20261125 },
    );
  });
});

test('users are found by their groups', async () => {
  const client = scim.V2;
  const [ann, ben, cleo] = users.V2.slice(1);
  const group = async (displayName: string, ...members: (JsonObject | undefined)[]) =>
    (await client.post('/Groups', { displayName, members: members.map((user) => ({ value: user?.id })) }))
      .body;
  const sales = await group('Sales', ann, ben);
  await group('Legal', ben, cleo);
  const found = async (filter: string) => {
    const { status, body } = await client.get(matching(filter));
    expect({ filter, status }).toEqual({ filter, status: 200 });
    return body.Resources.map(({ id }: JsonObject) => id);
  };
  expect(await found(`groups.value eq "${sales.id}"`)).toEqual([ann?.id, ben?.id]);
  expect(await found('groups.display eq "legal"')).toEqual([ben?.id, cleo?.id]);
  expect(await found('groups.display eq "legal" and groups.display eq "SALES"')).toEqual([ben?.id]);
  expect(await found('groups[display eq "legal" and display eq "SALES"]')).toEqual([]);
  expect(await found('groups pr')).toEqual([ann?.id, ben?.id, cleo?.id]);
  expect(await found('groups pr and not (groups[display sw "S"])')).toEqual([cleo?.id]);
});
