import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { graphqlClient } from '../app.js';
import { createTestDatabase, type TestDatabase } from '../database.js';
import { literally } from '../http/scim/resources.js';
import { rollcallServer, type ServerProcess } from '../process.js';
import { NOT_RUN } from './not-run.js';
import { type CodeBlock, page, pages, ROOT } from './pages.js';

/**
 * Every command and every GraphQL operation of the documentation, run against a server as it is installed. The shell
 * variables come from the banner, as they do for a reader. A `json` or `text` block behind a command is its output; `…`
 * in it stands for anything.
 */

const PAGES = pages().map(({ path, blocks }) => [path, blocks.filter(isCommand)] as const);

let directory: string;
let testDatabase: TestDatabase;
let starting: Promise<ServerProcess> | undefined;
let server: ServerProcess;
let environment: Readonly<Record<string, string>>;
/** The values that the operations leave to the reader. */
let placeholders: Readonly<Record<string, string>>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollcall-docs-'));
  testDatabase = await createTestDatabase();
  environment = {
    DATABASE_URL: testDatabase.url,
    ROLLCALL_DATA_DIR: join(directory, 'data'),
    METRICS_TOKEN: 'token-of-prometheus',
  };
  starting = rollcallServer({ ...environment, LOG_LEVEL: 'info' });
  server = await starting;
  const [, token = ''] = /^ {2}TOKEN=(\S+)$/m.exec(server.banner) ?? [];
  const [, workspaceId = ''] = /^ {2}WORKSPACE=(\S+)$/m.exec(server.banner) ?? [];
  const input = { workspaceId, name: 'Documented', scopes: ['SCIM'] };
  const ask = graphqlClient(server.url);
  const created = await ask(token, CREATE_KEY, { input });
  const editors = await ask(token, EDITORS, { workspaceId });
  placeholders = {
    WORKSPACE_ID: workspaceId,
    API_KEY_ID: created.data.apiKeyCreate.apiKey.id,
    MEMBER_ID: editors.data.workspace.members.nodes[0].id,
  };
});

const EDITORS = `query ($workspaceId: ID!) {
  workspace(id: $workspaceId) { members(first: 1, filter: { role: { eq: EDITOR } }) { nodes { id } } }
}`;
const CREATE_KEY = 'mutation ($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) { apiKey { id } } }';

afterAll(async () => {
  // A set-up that has timed out leaves a server that is still starting.
  const started = await starting?.catch(() => undefined);
  started?.signal('SIGTERM');
  await started?.ended;
  await testDatabase.drop();
  await rm(directory, { recursive: true, force: true });
});

describe.each(PAGES.filter(([, blocks]) => blocks.length > 0))('%s', (path, blocks) => {
  test('has commands that print what it says', { timeout: 120_000 }, async () => {
    const run = blocks.filter(({ text }) => !NOT_RUN.has(text));
    const outputs = await runInTurn(path, run);
    for (const [index, { text, next }] of run.entries()) {
      const output = outputs[index] ?? '';
      if (next?.language === 'json') {
        expect(JSON.parse(output), text).toEqual(withWildcards(JSON.parse(next.text)));
      } else if (next?.language === 'text') {
        expect(output.trim(), text).toMatch(pattern(next.text));
      } else {
        expect(output, text).not.toMatch(/"errors":|"scim[tT]ype":/);
      }
    }
  });
});

test('README.md shows what the server prints', () => {
  const shown = page('README.md').blocks.find(({ text }) => text.startsWith('Rollcall is ready'))?.text ?? '';
  expect(server.banner.trim()).toMatch(pattern(shown.replaceAll('http://localhost:4000', server.url)));
});

test('docs/operators/monitor.md shows the log line of a request', async () => {
  let log = '';
  server.onOutput((text) => {
    log += text;
  });
  await fetch(`${server.url}/healthz`);
  const written = await vi.waitFor(() => {
    const [line = ''] = /^.*"\/healthz".*$/m.exec(log) ?? [];
    return JSON.parse(line);
  });
  const example = page('docs/operators/monitor.md').blocks.find(({ text }) => text.includes('"requestId"'));
  // A request without a credential has no actor.
  expect(Object.keys({ ...written, actor: 'API_KEY' })).toEqual(Object.keys(JSON.parse(example?.text ?? '')));
});

test('every command that is listed as not run is still in the documentation', () => {
  const commands = new Set(PAGES.flatMap(([, blocks]) => blocks.map(({ text }) => text)));
  expect([...NOT_RUN.keys()].filter((text) => !commands.has(text))).toEqual([]);
});

test('every code block has a known language', () => {
  const documented = pages().filter(({ path }) => path !== 'ARCHITECTURE.md');
  const languages = new Set(documented.flatMap(({ blocks }) => blocks.map(({ language }) => language)));
  expect([...languages].sort()).toEqual(['graphql', 'ini', 'js', 'json', 'sh', 'text']);
});

/**
 * Runs the blocks of a page in one shell, so that a variable that one of them sets is set in the next one.
 * @returns what each of them wrote to standard output
 * @throws Error with the block and its output when one fails
 */
async function runInTurn(path: string, blocks: readonly CodeBlock[]): Promise<string[]> {
  const place = await mkdtemp(join(directory, 'page-'));
  const outputOf = (index: number) => join(place, `${index}.out`);
  const steps = await Promise.all(
    blocks.map(async ({ language, text }, index) => {
      const command =
        language === 'graphql' ? await graphqlCommand(join(place, `${index}.json`), text) : text;
      return `{\n${command}\n} > '${outputOf(index)}'\n`;
    }),
  );
  const script = [
    'set -euo pipefail',
    // An answer that is a refusal ends the script.
    'curl() { command curl --fail-with-body --silent --show-error "$@"; }',
    // The program that npx runs in the project, without the second that npx takes.
    `npx() { shift; node '${join(ROOT, 'dist/cli/main.js')}' "$@"; }`,
    ...[...server.banner.matchAll(/^ {2}([A-Z]+=\S+)$/gm)].map(([, assignment]) => assignment),
    ...steps,
  ];
  const child = spawn('bash', ['-c', script.join('\n')], {
    cwd: ROOT,
    env: {
      ...environment,
      PATH: [join(ROOT, 'node_modules/.bin'), process.env.PATH].join(delimiter),
      HOME: process.env.HOME,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  const outputs = await Promise.all(
    blocks.map((_block, index) => readFile(outputOf(index), 'utf8').catch(() => undefined)),
  );
  const done = outputs.filter((output) => output !== undefined);
  if (code !== 0) {
    throw new Error(
      `${path}: exit code ${code} of\n${blocks[done.length - 1]?.text}\n${done.at(-1)}\n${stderr}`,
    );
  }
  return done;
}

/** A command that sends an operation as an operator. */
async function graphqlCommand(file: string, operation: string): Promise<string> {
  const query = operation.replace(/\b[A-Z_]+_ID\b/g, (name) => placeholders[name] ?? name);
  await writeFile(file, JSON.stringify({ query }));
  return `curl $URL/graphql -H "Authorization: $TOKEN" -H 'Content-Type: application/json' -d @'${file}'`;
}

/** The same, with every text that holds `…` matching whatever fits. */
function withWildcards(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('…') ? expect.stringMatching(pattern(value)) : value;
  if (Array.isArray(value)) return value.map(withWildcards);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withWildcards(part)]));
}

function pattern(text: string): RegExp {
  const parts = text.trim().split('…');
  return new RegExp(`^${parts.map(literally).join('[^]*')}$`);
}

function isCommand({ language }: CodeBlock): boolean {
  return language === 'sh' || language === 'graphql';
}
