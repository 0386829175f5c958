import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig, requireServable } from '../../src/server/config.js';
import type { Setting } from '../../src/server/settings/setting.js';
import { SETTINGS } from '../../src/server/settings/settings.js';
import { page, ROOT } from './pages.js';
import { withTables } from './settings-tables.js';

/** docs/operators/configure.md and docker/compose.yaml against the declarations of the settings. */

const CONFIGURE = page('docs/operators/configure.md');
const DECLARED: readonly Setting<unknown>[] = Object.values(SETTINGS);
const NAMES = DECLARED.map(({ name }) => name).sort();

test('the tables are what `npm run settings` writes', () => {
  expect(withTables(CONFIGURE.text, SETTINGS)).toBe(CONFIGURE.text);
});

test('the program reads the declared settings and no others', () => {
  expect(settingsRead()).toEqual(NAMES);
});

test.each(DECLARED.map((setting) => [setting.name, setting] as const))(
  '%s: setting the default is the same as not setting it',
  (name, { defaults }) => {
    for (const mode of ['development', 'production'] as const) {
      const fallback = defaults[mode];
      const environment = name === 'NODE_ENV' ? {} : { NODE_ENV: mode };
      if (fallback === undefined || name === 'ROLLCALL_DATA_DIR') continue;
      expect(readConfig({}, { ...environment, [name]: fallback })).toEqual(readConfig({}, environment));
    }
  },
);

test('the default of ROLLCALL_DATA_DIR is below the program', () => {
  expect(readConfig({}, {}).dataDir).toBe(join(ROOT, SETTINGS.dataDir.defaults.development ?? ''));
});

test('the example has every setting, and a server takes it', () => {
  const example = CONFIGURE.blocks.find(({ language }) => language === 'ini')?.text ?? '';
  const settings = Object.fromEntries(
    example.split('\n').map((line) => [line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)]),
  );
  expect(Object.keys(settings).sort()).toEqual(NAMES);
  const config = readConfig({}, settings);
  expect(config).toMatchObject({ development: false, playground: false });
  requireServable(config);
});

test('an empty value means the default, as compose.yaml needs', () => {
  const empty = Object.fromEntries(NAMES.map((name) => [name, '']));
  expect(readConfig({}, empty)).toEqual(readConfig({}, {}));
});

describe('compose.yaml', () => {
  /** Settings that the image or compose.yaml decides. */
  const DECIDED = ['DATABASE_URL', 'EMBEDDED_DATABASE', 'NODE_ENV', 'PORT', 'ROLLCALL_DATA_DIR'];
  const { services } = parse(readFileSync(join(ROOT, 'docker/compose.yaml'), 'utf8'));
  const passed: Readonly<Record<string, string>> = services.rollcall.environment;

  test('passes every setting to the server, and asks for those that it needs', () => {
    const expected = DECLARED.filter(({ name }) => !DECIDED.includes(name)).map(({ name, needed }) =>
      needed === undefined && name !== 'OPERATOR_TOKEN'
        ? [name, `\${${name}:-}`]
        : [name, expect.stringContaining(`\${${name}:?set ${name}`)],
    );
    const { DATABASE_URL, ...others } = passed;
    expect(others).toEqual(Object.fromEntries(expected));
    expect(DATABASE_URL).toMatch(/^postgresql:/);
  });
});

/** The names that `readConfig` looks up, sorted; not npm's own, nor the files that every setting may come from. */
function settingsRead(): string[] {
  const names = new Set<string>();
  const watched = new Proxy<Record<string, string>>(
    {},
    {
      get: (_target, name) => {
        names.add(String(name));
        return undefined;
      },
    },
  );
  readConfig({}, watched);
  return [...names].filter((name) => !name.startsWith('npm_') && !name.endsWith('_FILE')).sort();
}
