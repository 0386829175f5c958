import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** Issue 4: breaking changes against the last commit are reported. On a repository of git's own making. */

const SCRIPT = fileURLToPath(new URL('schema-changes.ts', import.meta.url));

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'schema-changes-'));
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

const write = (text: string) => writeFile(join(directory, 'schema.graphql'), text);
/** A hook of git's that runs the tests would send git to the wrong repository; settings of the user's do not count. */
const surroundings = () => ({ cwd: directory, env: { PATH: process.env.PATH, HOME: directory } });
const git = (...words: string[]) =>
  execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@acme.test', ...words], {
    ...surroundings(),
    stdio: 'ignore',
  });
const report = () => execFileSync(process.execPath, [SCRIPT], { ...surroundings(), encoding: 'utf8' });

test('lists breaking, risky and safe changes; of uncommitted and committed schemas, and without a history', async () => {
  await write('type Query { a: Int b: E } enum E { X }');
  expect(report()).toBe(
    'Changes of schema.graphql since the last commit: there is no earlier commit here to compare with.\n',
  );
  git('init');
  git('add', '.');
  git('commit', '-m', 'First');
  expect(report()).toBe(
    'Changes of schema.graphql in the last commit: there is no earlier commit here to compare with.\n',
  );
  await write('type Query { b: E c: F } enum E { X Y } type F { d: Int }');
  const changes = `
  breaking: operations that worked may fail
    Field 'a' was removed from object type 'Query'
  dangerous: clients may meet what they do not expect
    Enum value 'Y' was added to enum 'E'
  safe
    Type 'F' was added
    Field 'c' was added to object type 'Query'
`;
  expect(report()).toBe(`Changes of schema.graphql since the last commit: 4${changes}`);
  git('commit', '-am', 'Second');
  expect(report()).toBe(`Changes of schema.graphql in the last commit: 4${changes}`);
  git('commit', '--allow-empty', '-m', 'Third');
  expect(report()).toBe('Changes of schema.graphql in the last commit: no changes\n');
});
