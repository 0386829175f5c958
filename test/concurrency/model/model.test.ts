import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../app.js';
import { expectInvariants } from '../../invariants.js';
import { rollcallServer, type ServerProcess } from '../../process.js';
import { unexplained } from '../../replay.js';
import { type Command, commandsOf } from './commands.js';
import { Driver, type Place } from './driver.js';

/**
 * Commands that are drawn from a seed, from both doors, in several processes at once; afterwards every invariant holds, and
 * the audit log explains every row. docs/developers/contributing.md names the environment variables.
 */

const { RACE_SECONDS, RACE_SEED, RACE_REPLAY, CI = '' } = process.env;
const SECONDS = Number(RACE_SECONDS ?? (['', 'false', '0'].includes(CI) ? 10 : 60));
const SEED = Number(RACE_SEED ?? Date.now() % 1_000_000);
const AT_ONCE = 8;
/** How often everything stands still and is checked. */
const ROUND_SECONDS = 5;

/** A command that was run, with what came of it; or that everything was checked. */
type Step = { readonly command: Command; outcome?: string | null } | 'check';

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
    const made = { memberIds: new Map(), groupIds: new Map(), keys: [], invitations: [] };
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
    const steps: Step[] = [];
    const worker = async (next: () => Command | undefined) => {
      for (let command = next(); command !== undefined; command = next()) {
        const step: Step = { command };
        steps.push(step);
        step.outcome = await driver.run(command);
      }
    };
    try {
      for (const next of RACE_REPLAY === undefined ? rounds() : recordedRounds(RACE_REPLAY)) {
        await Promise.all(Array.from({ length: AT_ONCE }, () => worker(next)));
        steps.push('check');
        await expectInvariants(app);
        const ids = places.map(({ workspaceId }) => workspaceId);
        expect(await unexplained(app, ids)).toEqual([]);
      }
    } catch (error) {
      throw new Error(report(steps), { cause: error });
    }
    const counts = countsOf(steps);
    if (RACE_SECONDS !== undefined) console.info(counts);
    // What is never done races with nothing.
    const done = Object.keys(counts).filter((key) => /: (done|20\d)$/.test(key));
    if (RACE_REPLAY === undefined) expect(done.length).toBeGreaterThan(15);
  },
  (SECONDS + 120) * 1000,
);

type Next = () => Command | undefined;

/** The commands of the seed, round after round until the time is over. */
function* rounds(): Generator<Next> {
  const commands = commandsOf(SEED);
  const end = Date.now() + SECONDS * 1000;
  do {
    const until = Math.min(end, Date.now() + ROUND_SECONDS * 1000);
    yield () => (Date.now() < until ? commands.next().value : undefined);
  } while (Date.now() < end);
}

/** The commands of a file that `report` has written, begun in the same order, with the checks between them. */
function* recordedRounds(file: string): Generator<Next> {
  const steps: Step[] = JSON.parse(readFileSync(file, 'utf8'));
  for (; steps.length > 0; steps.shift())
    yield () => {
      const [step = 'check'] = steps;
      if (step === 'check') return undefined;
      steps.shift();
      return step.command;
    };
}

/** Keeps what was done. @returns how to do it again */
function report(steps: readonly Step[]): string {
  const file = resolve(`test-output/race-${SEED}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `[\n${steps.map((step) => JSON.stringify(step)).join(',\n')}\n]\n`);
  const last = steps.slice(-40).map((step) => JSON.stringify(step));
  return `seed ${SEED}. To run the same commands again, to this point:
  RACE_REPLAY=${file} npx vitest run test/concurrency/model
To run commands of the same seed for some time:
  RACE_SEED=${SEED} RACE_SECONDS=600 npx vitest run test/concurrency/model
The last ones:
${last.join('\n')}`;
}

function countsOf(steps: readonly Step[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const step of steps) {
    if (step === 'check' || step.outcome == null) continue;
    const key = `${step.command.kind}: ${step.outcome}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).sort());
}
