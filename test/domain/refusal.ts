import { DomainError } from '../../src/domain/errors.js';

/** The refusal of a rule as a plain object. Any other error, or no error, fails the test. */
export function refusalOf(attempt: () => unknown): object {
  try {
    attempt();
  } catch (error) {
    if (error instanceof DomainError) return { code: error.code, message: error.message, ...error.details };
    throw error;
  }
  throw new Error('nothing was refused');
}
