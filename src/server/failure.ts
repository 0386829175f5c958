import { EmbeddedPostgresError } from '../database/embedded.js';
import { DomainError } from '../domain/errors.js';
import { ConfigError } from './config.js';

/** A worker could not start; `message` has its own words. */
export class WorkerFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WorkerFailure';
  }
}

/** Why a command or the server failed, in words that say what to do; a stack only for what nobody foresaw. */
export function failureText(error: unknown): string {
  if (error instanceof DomainError) return [error.message, error.details.hint].filter(Boolean).join(' ');
  if (
    error instanceof ConfigError ||
    error instanceof EmbeddedPostgresError ||
    error instanceof WorkerFailure
  ) {
    return error.message;
  }
  if (!(error instanceof Error)) return String(error);
  return portFault(error) ?? databaseFault(error) ?? error.stack ?? error.message;
}

/** What the operating system says of a port. */
function portFault(error: Error): string | undefined {
  // A worker asks the first process for the port, and the fault has another name then.
  const concerns = 'syscall' in error && (error.syscall === 'listen' || error.syscall === 'bind');
  if (!concerns || !('code' in error)) return undefined;
  const port = 'port' in error ? error.port : '';
  if (error.code === 'EADDRINUSE')
    return `Port ${port} is taken, perhaps by a Rollcall that is already running. Set PORT to a free one.`;
  if (error.code === 'EACCES') return `Port ${port} may not be used. Set PORT to one above 1023.`;
  return undefined;
}

/** Network faults on the way to PostgreSQL, and the SQLSTATEs of a server that does not let us in. */
const UNREACHABLE = /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/;
const NOT_LET_IN = /^(28\w{3}|3D000|42501|53300|57P03)$/;

/** The embedded server has words of its own, so these are about a PostgreSQL that somebody has configured. */
function databaseFault(error: Error): string | undefined {
  const code = 'code' in error ? String(error.code) : '';
  // For a name with several addresses Node gives an error without a message around one for each.
  const told = error.message === '' ? code : error.message;
  if (UNREACHABLE.test(code)) return `The database cannot be reached (${told}). Check DATABASE_URL.`;
  if (NOT_LET_IN.test(code)) return `The database does not let us in (${told}). Check DATABASE_URL.`;
  return undefined;
}
