import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Two copies of graphql (its CommonJS and its module build) refuse each other's schemas
  // ("another module or realm"): every import is sent to the one that plain Node loads.
  resolve: { alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/postgres.ts'],
    // Its own choice leaves one core idle, which on two cores is half of them: much of a test is waiting for PostgreSQL.
    maxWorkers: '100%',
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // What a test waits for comes when it comes: how busy the machine is must not decide.
    expect: { poll: { timeout: 15_000 } },
  },
});
