import { EmbeddedPostgresError } from '../database/embedded/error.js';
import { failureOf } from '../database/failure.js';
import { UnusableDatabaseError } from '../database/migrate.js';
import { DomainError } from '../domain/errors.js';
import { ConfigError } from './config.js';

/** A worker could not start; `message` is the worker's own. */
export class WorkerFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WorkerFailure';
  }
}

/** Explains why a command or the server failed and what to do; unexpected errors come with their stack. */
export function failureText(error: unknown): string {
  if (error instanceof DomainError) return [error.message, error.details.hint].filter(Boolean).join(' ');
  if (
    error instanceof ConfigError ||
    error instanceof EmbeddedPostgresError ||
    error instanceof UnusableDatabaseError ||
    error instanceof WorkerFailure
  ) {
    return error.message;
  }
  if (!(error instanceof Error)) return String(error);
  return portFault(error) ?? databaseFault(error) ?? error.stack ?? error.message;
}

/** Explains an error of listening on a port. */
function portFault(error: Error): string | undefined {
  // In a worker the primary opens the port, and the system call is `bind`.
  const isPortError = 'syscall' in error && (error.syscall === 'listen' || error.syscall === 'bind');
  if (!isPortError || !('code' in error)) return undefined;
  const port = 'port' in error ? error.port : '';
  if (error.code === 'EADDRINUSE')
    return `Port ${port} is taken, perhaps by a Rollcall that is already running. Set PORT to a free one.`;
  if (error.code === 'EACCES')
    return `Port ${port} cannot be used without privileges. Set PORT to one above 1023.`;
  return undefined;
}

/** Network errors on the way to PostgreSQL. */
const UNREACHABLE = /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/;
/** SQLSTATEs of a server that refuses the connection. */
const REFUSED = /^(28\w{3}|3D000|42501|53300|57P03)$/;

/** Explains an error of the configured PostgreSQL; the embedded one raises EmbeddedPostgresError. */
function databaseFault(error: Error): string | undefined {
  const code = 'code' in error ? String(error.code) : '';
  // For a name with several addresses Node raises an aggregate error without a message.
  const reason = error.message === '' ? code : error.message;
  if (UNREACHABLE.test(code)) return `The database cannot be reached (${reason}). Check DATABASE_URL.`;
  if (reason.startsWith('unsupported startup parameter'))
    return (
      `DATABASE_URL is a PgBouncer (${reason}). In transaction mode, set DATABASE_DIRECT_URL to the URL of the server ` +
      'itself; in session mode, add the time-outs to its ignore_startup_parameters.'
    );
  if (REFUSED.test(code)) return `The database refuses the connection (${reason}). Check DATABASE_URL.`;
  const failure = failureOf(error);
  return failure && `The database failed during the start (${failure.reason}). Start again once it works.`;
}
