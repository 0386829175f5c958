import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

/** Tests of pure functions and of the build: no PostgreSQL, no server of ours. */
const UNITS = [
  'test/*.test.ts',
  'test/{auth,build,dashboard,domain,graphql,mail,scim,server,simulator}/**/*.test.ts',
];

/** Tests of pages in a browser, against a server and a database of their own. */
const BROWSER = ['test/browser/**/*.test.ts'];

/** Tests that change what modules hold, and so have a program of their own. */
const ISOLATED = ['test/services/members/new-columns.test.ts'];

export default defineConfig({
  // The CommonJS build of graphql and its module build refuse each other's schemas ("another module or realm"):
  // every import resolves to the build that plain Node loads.
  resolve: { alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }] },
  test: {
    // The default leaves one core idle, which on two cores is half of them; much of a test is waiting for PostgreSQL.
    maxWorkers: '100%',
    // Each worker loads the program once, not once per file. So no file but an isolated one may change what a module holds.
    isolate: false,
    // A busy machine must not fail a test that is only slow.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    projects: [
      { extends: true, test: { name: 'units', include: UNITS, sequence: { groupOrder: 0 } } },
      {
        extends: true,
        test: {
          name: 'server',
          include: ['test/**/*.test.ts'],
          exclude: [...UNITS, ...ISOLATED, ...BROWSER],
          globalSetup: ['test/postgres.ts'],
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: BROWSER,
          globalSetup: ['test/postgres.ts', 'test/browser/unpack.ts'],
          sequence: { groupOrder: 3 },
        },
      },
      {
        extends: true,
        test: {
          name: 'isolated',
          include: ISOLATED,
          isolate: true,
          globalSetup: ['test/postgres.ts'],
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
