import { afterAll, beforeAll, expect, test } from 'vitest';
import { foldedText } from '../../src/domain/canonical.js';
import { startTestApp, type TestApp } from '../app.js';

/** A filter of profiles means the same in the database and over a User, for every letter. */

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.stop();
});

test('text_folded in SQL is foldedText in JavaScript, for every character', async () => {
  const characters: string[] = [];
  for (let code = 1; code <= 0x10ffff; code += 1) {
    const character = String.fromCodePoint(code);
    if (!/[\p{Cn}\p{Co}\p{Cs}]/u.test(character)) characters.push(character);
  }
  const rows = await app.sql(
    `select t.character from unnest($1::text[], $2::text[]) t(character, folded)
     where unicode_assigned(t.character) and text_folded(t.character) <> t.folded`,
    [characters, characters.map(foldedText)],
  );
  expect(rows).toEqual([]);
});

test.each(['ΟΔΥΣΣΕΥΣ', 'İstanbul', 'Kelvin \u212A', 'Mu\u0308ller', 'STRASSE ẞ', '\u01C4', '"=\u0338"'])(
  'so it is for %s',
  async (text) => {
    const [row] = await app.sql<{ folded: string }>('select text_folded($1) as folded', [text]);
    expect(row?.folded).toBe(foldedText(text));
  },
);

test.each([
  ['of ASCII', { displayName: 'Ann "Ace" O\'HARA\u0001', Nested: [{ Value: 'X@ACME.test' }] }],
  ['of other letters', { displayName: 'Mu\u0308ller ÄÖ \u212A' }],
])('profile_folded in SQL is text_folded of the JSON of a profile %s', async (_, profile) => {
  const [row] = await app.sql<{ fast: object; folded: object }>(
    'select profile_folded($1::jsonb) as fast, text_folded($1::jsonb::text)::jsonb as folded',
    [JSON.stringify(profile)],
  );
  expect(row?.fast).toEqual(row?.folded);
});
