import { CommanderError } from 'commander';
import { MissingDatabaseError } from '../database/open.js';
import { DomainError } from '../domain/errors.js';
import { failureText } from '../server/failure.js';
import { program } from './program.js';
import { CommandFailure, PROCESS_TERMINAL, type Terminal } from './terminal.js';

/**
 * Runs `rollcall` with these arguments, and explains a failure in one sentence on standard error.
 * @returns the exit code
 */
export async function runCommand(
  args: readonly string[],
  terminal: Terminal = PROCESS_TERMINAL,
): Promise<number> {
  try {
    await program(terminal).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // commander has printed the error in the arguments, or the help.
    if (error instanceof CommanderError) return error.exitCode;
    if (!(error instanceof CommandFailure)) terminal.err(`${explain(error)}\n`);
    return 1;
  }
}

/** The command-line options for attribute names in the services' messages. */
const OPTIONS: ReadonlyMap<string, string> = new Map([
  ['createAccount', '--create-account'],
  ['email', '--email'],
  ['monthlyCredits', '--credits'],
  ['ownerEmail', '--owner'],
  ['scimEnabled', '--scim'],
  ['workspaceId', '--workspace'],
]);

function explain(error: unknown): string {
  if (error instanceof MissingDatabaseError) {
    return `${error.message} To create a new database here, add --init.`;
  }
  const text = failureText(error);
  return error instanceof DomainError ? text.replace(/\w+/g, (name) => OPTIONS.get(name) ?? name) : text;
}
