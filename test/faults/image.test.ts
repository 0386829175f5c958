import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTestDatabase, databaseUrl, type TestDatabase } from '../database.js';
import { freePort } from '../ports.js';

/** The commands of docker/Dockerfile, run as the image runs them: production, and a file system that is read-only. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let dockerfile: string;
let database: TestDatabase;
let environment: Readonly<Record<string, string>>;

beforeAll(async () => {
  dockerfile = await readFile(new URL('../../docker/Dockerfile', import.meta.url), 'utf8');
  database = await createTestDatabase();
  const port = String(await freePort());
  environment = {
    PATH: process.env.PATH ?? '',
    NODE_ENV: 'production',
    PORT: port,
    DATABASE_URL: databaseUrl(database),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    SECRETS_KEY: Buffer.alloc(32, 1).toString('base64'),
    LOG_LEVEL: 'silent',
    DRAIN_SECONDS: '0',
  };
});

afterAll(() => database.drop());

/** The arguments of `node` in an instruction of the image. */
function argumentsOf(instruction: RegExp): string[] {
  const [node, ...args]: string[] = JSON.parse(instruction.exec(dockerfile)?.[1] ?? '[]');
  expect(node).toBe('node');
  return args;
}

function node(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, args, {
    cwd: ROOT,
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

test('serves without writing a file, is healthy, and ends at SIGTERM', async () => {
  // Node's permission model refuses every write, as a read-only file system does.
  const server = node(['--permission', '--allow-fs-read=*', ...argumentsOf(/^CMD (\[.*\])$/m)]);
  const ended = once(server, 'exit');
  try {
    const health = argumentsOf(/^HEALTHCHECK .*\\\n {2}CMD (\[.*\])$/m);
    await vi.waitFor(
      async () => {
        const [code] = await once(node(health), 'exit');
        expect(code).toBe(0);
      },
      { timeout: 30_000, interval: 200 },
    );
  } finally {
    server.kill('SIGTERM');
  }
  expect(await ended).toEqual([0, null]);
});

test('runs as a user without rights', () => {
  const [, image = ''] = dockerfile.split(/^FROM .*\n/m).slice(1);
  expect(image).toMatch(/^USER node$/m);
});
