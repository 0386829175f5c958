import { readFileSync, writeFileSync } from 'node:fs';
import { withTables } from './settings-tables.ts';

/** `npm run settings`: writes the tables of docs/operators/configure.md. Run it where package.json is, as npm does. */

const PAGE = 'docs/operators/configure.md';

const { SETTINGS }: typeof import('../../src/server/settings/settings.ts') = await import(
  new URL('../../dist/server/settings/settings.js', import.meta.url).href
);
writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8'), SETTINGS));
