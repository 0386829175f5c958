import { vi } from 'vitest';
import { PreparingClient } from '../src/database/preparing-client.js';

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
    return { answer, statements: watched.mock.calls.length };
  } finally {
    watched.mockRestore();
  }
}
