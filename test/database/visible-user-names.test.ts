import fc from 'fast-check';
import { toUnicode } from 'tr46';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { canonicalUserName } from '../../src/domain/canonical.js';
import { startTestApp, type TestApp } from '../app.js';

/** Domains are stored in ASCII (rule 15a) and compared with look-alikes as people see them. */

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.stop();
});

async function visible(names: readonly string[]): Promise<string[]> {
  const rows = await app.sql<{ visible: string }>(
    'select visible_user_name(t.name) as visible from unnest($1::text[]) with ordinality t(name, place) order by place',
    [names],
  );
  return rows.map((row) => row.visible);
}

test('visible_user_name in SQL decodes domains as UTS #46 does', async () => {
  const label = fc.oneof(
    fc.string({
      unit: fc.constantFrom('a', 'z', '9', '-', 'ü', 'ß', 'а', 'я', '東', '京', 'ا', 'ب', '\u{10330}'),
      maxLength: 20,
    }),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
  );
  const domains = fc.sample(fc.array(label, { minLength: 1, maxLength: 3 }), 3000);
  const names = domains
    .map((labels) => canonicalUserName(`xn--ann@${labels.join('.')}.test`))
    .filter((name) => name.includes('@xn--') || name.includes('.xn--'));
  expect(names.length).toBeGreaterThan(500);
  const expected = names.map((name) => {
    const at = name.indexOf('@') + 1;
    return name.slice(0, at) + toUnicode(name.slice(at)).domain;
  });
  expect(await visible(names)).toEqual(expected);
});

test.each([
  'xn--ann',
  'ann@acme.test',
  'xn--ann@acme.test',
  'a@xn--',
  'a@xn---',
  'a@xn--99999999999999999999999',
  'a@xn--zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz',
  'a@xn--ab_c',
  '@xn--\u0430.test',
])('%s remains as it is', async (name) => {
  expect(await visible([name])).toEqual([name]);
});
