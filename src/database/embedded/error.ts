/**
 * The embedded server cannot be started. The message says why and what to do, for the person who starts the program.
 */
export class EmbeddedPostgresError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmbeddedPostgresError';
  }
}

/** Whether `error` comes from the operating system (`ENOENT`, `EACCES`, …), optionally with one of these codes. */
export function isSystemError(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return false;
  return codes.length === 0 || (typeof error.code === 'string' && codes.includes(error.code));
}

const ELSEWHERE = 'Name another directory, or set DATABASE_URL to a PostgreSQL of your own.';

/** Explains a failed file operation below the data directory in a sentence. Returns other errors as they are. */
export function explainDirectoryError(error: unknown, dataDir: string): unknown {
  if (!isSystemError(error)) return error;
  const explained = (what: string) => new EmbeddedPostgresError(`${what} ${ELSEWHERE}`, { cause: error });
  switch (error.code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return explained(`The data directory ${dataDir} is not writable (${error.message}).`);
    case 'ENOTDIR':
    case 'EEXIST':
      return explained(`The data directory ${dataDir} can't be created: a file is in its way.`);
    case 'ENOSPC':
    case 'EDQUOT':
      return explained(`The disk that holds the data directory ${dataDir} is full.`);
    default:
      return explained(`The data directory ${dataDir} can't be used (${error.message}).`);
  }
}
