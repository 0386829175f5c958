import { setTimeout as wait } from 'node:timers/promises';
import type { TestApp } from '../../app.js';

/** A row of the log, by its columns. */
export type Row = Readonly<Record<string, unknown>>;

/** Rule 53: an entry is in the log a second after the answer. Loaded machines that run tests get more. */
const PATIENCE_MS = 10_000;

/** Asks again until the answer is the expected one, or for long enough. */
export async function eventually<Answer>(
  ask: () => Promise<Answer>,
  isRight: (answer: Answer) => boolean,
): Promise<Answer> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (isRight(answer) || Date.now() > end) return answer;
    await wait(20);
  }
}

/** The entries that meet a condition, in their order, once there are that many. */
export function logged(
  app: TestApp,
  condition: string,
  values: readonly unknown[],
  count: number,
): Promise<Row[]> {
  return eventually(
    () => app.sql<Row>(`select * from scim_request where ${condition} order by id`, values),
    (rows) => rows.length >= count,
  );
}
