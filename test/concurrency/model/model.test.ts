import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../app.js';
import { expectInvariants } from '../../invariants.js';
import { rollcallServer, type ServerProcess } from '../../process.js';
import { unexplained } from '../../replay.js';
import { type Command, commandsOf } from './commands.js';
import { Driver, type Place } from './driver.js';

/**
 * Commands that are drawn from a seed, from both doors, in several processes at once; afterwards every invariant holds, and
 * the audit log explains every row. RACE_SECONDS and RACE_SEED set how long and which.
 */

const SECONDS = Number(process.env.RACE_SECONDS ?? 15);
const SEED = Number(process.env.RACE_SEED ?? Date.now() % 1_000_000);
const AT_ONCE = 8;
/** How often everything stands still and is checked. */
const ROUND_SECONDS = 5;

let app: TestApp;
let servers: ServerProcess[];
const places: Place[] = [];

beforeAll(async () => {
  app = await startTestApp();
  for (const version of ['V1', 'V2'] as const) {
    const { workspaceId, apiKey } = await app.workspace({
      version,
      brake: false,
      ...(version === 'V1' ? { seats: { starter: 3, builder: 3, pro: 3 } } : { credits: 400 }),
    });
    const made = { memberIds: new Map(), groupIds: new Map(), keyIds: [], invitations: [] };
    places.push({ workspaceId, version, apiKey, ...made });
  }
  const environment = { DATABASE_URL: app.databaseUrl, OPERATOR_TOKEN: app.operatorToken };
  servers = await Promise.all([rollcallServer(environment), rollcallServer(environment)]);
});

afterAll(async () => {
  for (const server of servers) server.signal('SIGTERM');
  await Promise.all(servers.map(({ ended }) => ended));
  await app.stop();
});

test(
  'races of both doors, in three processes: every invariant holds, and audit explains every row',
  async () => {
    const driver = new Driver(app, [app.url, ...servers.map(({ url }) => url)], places);
    const commands = commandsOf(SEED);
    const counts = new Map<string, number>();
    const last: string[] = [];
    const end = Date.now() + SECONDS * 1000;
    const told = () =>
      `seed ${SEED}: RACE_SEED=${SEED} RACE_SECONDS=${SECONDS}; the last commands:\n${last.join('\n')}`;
    const worker = async (until: number) => {
      while (Date.now() < until) {
        const { value } = commands.next();
        const outcome = await driver.run(value as Command);
        if (outcome === null) continue;
        last.push(`${JSON.stringify(value)} -> ${outcome}`);
        if (last.length > 40) last.shift();
        counts.set(`${value.kind}: ${outcome}`, (counts.get(`${value.kind}: ${outcome}`) ?? 0) + 1);
      }
    };
    do {
      const until = Math.min(end, Date.now() + ROUND_SECONDS * 1000);
      try {
        await Promise.all(Array.from({ length: AT_ONCE }, () => worker(until)));
        await expectInvariants(app);
        const ids = places.map(({ workspaceId }) => workspaceId);
        expect(await unexplained(app, ids)).toEqual([]);
      } catch (error) {
        throw new Error(told(), { cause: error });
      }
    } while (Date.now() < end);
    if (process.env.RACE_SECONDS !== undefined) console.info(Object.fromEntries([...counts].sort()));
    // What is never done races with nothing.
    const done = [...counts.keys()].filter((key) => /: (done|20\d)$/.test(key)).length;
    expect(done).toBeGreaterThan(15);
  },
  (SECONDS + 120) * 1000,
);
