import { vi } from 'vitest';
import { PreparingClient } from '../src/database/preparing-client.js';

/** Whether a statement tells live subscriptions of an earlier change, which is done in the background (`ActivityHints`). */
function isHint([text]: readonly unknown[]): boolean {
  return typeof text === 'string' && text.includes('from pg_notify(');
}

/**
 * Does something, and counts the SQL that it took: whatever goes to PostgreSQL goes through this method of the pool's
 * clients, which is watched and otherwise left as it is.
 */
export async function countingStatements<Answer>(
  work: () => Promise<Answer>,
): Promise<{ readonly answer: Answer; readonly statements: number }> {
  const watched = vi.spyOn(PreparingClient.prototype, 'query');
  try {
    const answer = await work();
    return { answer, statements: watched.mock.calls.filter((call) => !isHint(call)).length };
  } finally {
    watched.mockRestore();
  }
}
