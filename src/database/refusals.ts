import { DomainError } from '../domain/errors.js';

/**
 * @throws what the statement throws; DomainError INVALID_INPUT for NUL in a text, REMOVALS_PAUSED for a removal that
 *   engages the brake
 */
export async function refusingIn<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    throw refusalOr(error);
  }
}

/**
 * NUL is the only character that PostgreSQL's text cannot contain, so it came from the client. RC429 is raised by the
 * trigger that counts removals by identity providers.
 */
function refusalOr(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === '22021') return new DomainError('INVALID_INPUT', 'Text cannot contain the character NUL.');
  return code === 'RC429' ? removalsPaused() : error;
}

function removalsPaused(): DomainError {
  return new DomainError(
    'REMOVALS_PAUSED',
    'Removals are paused: too many members were removed in a short time.',
    {
      hint: 'An owner or admin of the workspace can release the brake, or undo the removals. Try again in 5 minutes.',
    },
  );
}
