/** What a command reads and writes besides the database. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>> | undefined;
  /** Writes to standard output. */
  out(text: string): void;
  /** Writes to standard error. */
  err(text: string): void;
}

/** The terminal of this process; its environment is the one that the configuration reads. */
export const PROCESS_TERMINAL: Terminal = {
  environment: undefined,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
};

/** A command has failed and has already said why. */
export class CommandFailure extends Error {}
