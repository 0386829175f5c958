import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests of pure functions and of the build: no PostgreSQL, no server of ours. */
const UNITS = [
  'test/*.test.ts',
  'test/{auth,build,dashboard,domain,graphql,mail,scim,server,simulator}/**/*.test.ts',
];

/** Tests of pages in a browser, against a server and a database of their own. */
const BROWSER = ['test/browser/**/*.test.ts'];

/** Tests that change what modules hold, and so have a program of their own. */
const ISOLATED = ['test/services/members/new-columns.test.ts'];

/** A worker loads the program anew for another project, so the files of one project follow each other. */
const PROJECTS = ['units', 'server', 'isolated', 'browser'];

/** Tests of outages wait more than they compute, and take long for their size: they begin early, beside others. */
function place({ project, moduleId }: TestSpecification): number {
  return PROJECTS.indexOf(project.name) - (moduleId.includes('/test/faults/') ? 0.5 : 0);
}

class Sequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  // The CommonJS build of graphql and its module build refuse each other's schemas ("another module or realm"):
  // every import resolves to the build that plain Node loads.
  resolve: { alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }] },
  test: {
    // One more than there are cores: tests wait for PostgreSQL, for processes and for time-outs.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: Sequencer },
    // Each worker loads the program once, not once per file. So no file but an isolated one may change what a module holds.
    isolate: false,
    // A busy machine must not fail a test that is only slow.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    projects: [
      { extends: true, test: { name: 'units', include: UNITS } },
      {
        extends: true,
        test: {
          name: 'server',
          include: ['test/**/*.test.ts'],
          exclude: [...UNITS, ...ISOLATED, ...BROWSER],
          globalSetup: ['test/postgres.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: BROWSER,
          globalSetup: ['test/postgres.ts', 'test/browser/unpack.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'isolated',
          include: ISOLATED,
          isolate: true,
          globalSetup: ['test/postgres.ts'],
        },
      },
    ],
  },
});
