import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { type Contender, OUR_FLAGS } from './contenders.ts';
import { median } from './rounds.ts';
import { table, whole } from './table.ts';

/** What is measured beside operations. */

const IMPORT_CONNECTIONS = 8;

/** Adds that many members to each of the servers, as an identity provider imports a directory. */
export async function importMembers(contenders: readonly Contender[], amount: number): Promise<boolean> {
  const rows: string[][] = [];
  let isRight = true;
  for (const {
    name,
    servers: [server],
    operations,
  } of contenders) {
    const create = operations.find((operation) => operation.name === 'create');
    if (create === undefined) continue;
    const began = performance.now();
    let answered = began;
    const load = autocannon({
      url: server.url,
      connections: IMPORT_CONNECTIONS,
      amount,
      setupClient: (client) => client.setRequests(create.requests(0, 1)),
    });
    load.on('response', () => {
      answered = performance.now();
    });
    const result = await load;
    const seconds = (answered - began) / 1000;
    if (name === 'ours' && result['2xx'] !== amount) isRight = false;
    rows.push([name, whole(result['2xx']), seconds.toFixed(1), whole(result['2xx'] / seconds)]);
  }
  console.log(table(['server', 'members', 'seconds', 'members/s'], rows));
  return isRight;
}

const SAMPLES = 20;
const SOAK_CONNECTIONS = 32;

/** Everything at once, each connection one operation; the memory must not grow on the way. */
export async function soak({ servers: [server], operations }: Contender, seconds: number): Promise<boolean> {
  let connection = 0;
  const load = autocannon({
    url: server.url,
    connections: SOAK_CONNECTIONS,
    duration: seconds,
    setupClient(client) {
      const operation = operations[connection % operations.length];
      client.setRequests(operation?.requests(connection, SOAK_CONNECTIONS) ?? []);
      connection += 1;
    },
  });
  const rows: string[][] = [];
  for (let sample = 1; sample <= SAMPLES; sample += 1) {
    await wait((seconds * 1000) / SAMPLES);
    const { memory } = await server.usage();
    rows.push([String(Math.round((seconds * sample) / SAMPLES)), whole(memory)]);
  }
  const { non2xx, errors, timeouts, ...result } = await load;
  console.log(table(['second', 'MB'], rows));
  console.log(`${whole(result['2xx'] / result.duration)} requests/s, ${non2xx + errors + timeouts} errors`);
  return non2xx + errors + timeouts === 0;
}

const STARTS = 5;
const SETTLED_MS = 3000;
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** From `node dist/main.js` to the first answer, with the embedded PostgreSQL's own start; the database is there. */
export async function startTimes(): Promise<boolean> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  try {
    await chmod(dataDir, 0o755);
    await started(dataDir);
    const starts: Start[] = [];
    for (let start = 0; start < STARTS; start += 1) starts.push(await started(dataDir));
    const rows = [...starts.map(shown), shown(medianOf(starts))];
    console.log(table(['start', '', 'ms to ready', 'MB idle'], rows.map(numbered)));
    return true;
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

interface Start {
  /** Milliseconds until the first request is answered. */
  readonly ready: number;
  /** Megabytes that are resident a while later. */
  readonly memory: number;
}

async function started(dataDir: string): Promise<Start> {
  const begin = performance.now();
  const server = spawn(process.execPath, [...OUR_FLAGS, MAIN], {
    env: { ...process.env, PORT: '0', ROLLCALL_DATA_DIR: dataDir, LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  server.stdout.setEncoding('utf8');
  for await (const text of server.stdout.iterator({ destroyOnReturn: false })) {
    printed += text;
    if (/ready at \S+\n/.test(printed)) break;
  }
  const [, url = ''] = /ready at (\S+)/.exec(printed) ?? [];
  await fetch(`${url}/healthz`);
  const ready = performance.now() - begin;
  await wait(SETTLED_MS);
  const memory = await residentOf(server.pid ?? 0);
  const exit = once(server, 'exit');
  server.kill('SIGTERM');
  await exit;
  return { ready, memory };
}

/** Megabytes, as the operating system sees them. */
async function residentOf(pid: number): Promise<number> {
  const ps = spawn('ps', ['-o', 'rss=', '-p', String(pid)], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  for await (const part of ps.stdout) text += part;
  return (Number(text) * 1024) / 1e6;
}

function medianOf(starts: readonly Start[]): Start {
  return {
    ready: median(starts.map(({ ready }) => ready)),
    memory: median(starts.map(({ memory }) => memory)),
  };
}

function shown({ ready, memory }: Start): string[] {
  return [whole(ready), whole(memory)];
}

function numbered(cells: readonly string[], index: number): string[] {
  return [index === STARTS ? 'median' : String(index + 1), '', ...cells];
}
