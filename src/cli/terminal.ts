/** The streams and environment of a command. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>> | undefined;
  /** Writes to standard output. */
  out(text: string): void;
  /** Writes to standard error. */
  err(text: string): void;
}

/** The terminal of this process, with the environment that the configuration reads. */
export const PROCESS_TERMINAL: Terminal = {
  environment: undefined,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
};

/** The failure of a command that has already printed the reason. */
export class CommandFailure extends Error {}
