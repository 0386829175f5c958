import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

/** Settings that the image or compose.yaml itself decides. */
const DECIDED = ['NODE_ENV', 'PORT', 'ROLLCALL_DATA_DIR'];

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

test('compose.yaml passes on every setting that the configuration reads', async () => {
  const [config, compose] = await Promise.all([read('src/server/config.ts'), read('docker/compose.yaml')]);
  const settings = [...config.matchAll(/\b(?:read(?:<[^(]*>)?|seconds)\(\s*'([A-Z_]+)'/g)].map(
    ([, name = '']) => name,
  );
  expect(settings).toContain('DATABASE_URL');
  const [, rollcall = ''] = compose.split('\n  rollcall:\n');
  const passed = [...rollcall.matchAll(/^ {6}([A-Z_]+):/gm)].map(([, name = '']) => name);
  expect(passed.sort()).toEqual(settings.filter((name) => !DECIDED.includes(name)).sort());
});
