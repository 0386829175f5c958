import type { Arena, Contender } from './contenders.ts';
import { GROUP_ID } from './history.ts';
import { sequentialScans } from './plans.ts';
import { median } from './rounds.ts';
import { type ScreenQuery, screenQueries } from './screens.ts';
import { table } from './table.ts';

const RUNS = 5;
/** How long each of the queries may take, at one connection. */
const BUDGET_MS = 50;

/**
 * Measures the queries of the dashboard's screens, one at a time, and looks at the plans of all statements.
 * @param smallest the times with the fewest members, by query; a first run fills it
 * @returns whether all answers were right, and no plan reads a large table as a whole
 */
export async function measureQueries(
  { servers: [server] }: Contender,
  { target, seeded }: Arena,
  smallest: Map<string, number>,
): Promise<boolean> {
  const rows: string[][] = [];
  let isRight = true;
  for (const query of await screenQueries(seeded, GROUP_ID)) {
    const times: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const { milliseconds, errors } = await ask(server.url, seeded.ownerToken, query);
      times.push(milliseconds);
      if (errors === undefined) continue;
      isRight = false;
      console.log(`${query.name}: ${JSON.stringify(errors).slice(0, 300)}`);
      break;
    }
    const time = median(times);
    const first = smallest.get(query.name) ?? time;
    smallest.set(query.name, first);
    rows.push([query.name, time.toFixed(1), time <= BUDGET_MS ? 'met' : 'missed', (time / first).toFixed(1)]);
  }
  console.log(`${table(['query', 'ms', `${BUDGET_MS} ms`, '÷ smallest'], rows)}\n`);
  const findings = await sequentialScans(target, await server.statements(), seeded.workspaceId);
  for (const { statement, table } of findings) {
    console.log(`Reads all of ${table}: ${statement.replaceAll(/\s+/g, ' ').slice(0, 500)}`);
  }
  if (findings.length === 0) console.log('No plan reads a large table from its beginning to its end.');
  return isRight && findings.length === 0;
}

async function ask(
  url: string,
  token: string,
  { operationName, query, variables }: ScreenQuery,
): Promise<{ readonly milliseconds: number; readonly errors: unknown }> {
  const begin = performance.now();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { Authorization: token, 'Content-Type': 'application/json' },
    body: JSON.stringify({ operationName, query, variables }),
  });
  const answer: { readonly errors?: unknown } = JSON.parse(await response.text());
  return { milliseconds: performance.now() - begin, errors: answer.errors };
}
