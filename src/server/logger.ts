import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from './config.js';

/**
 * Logs to standard output. When that is closed (EIO: its terminal is gone) log lines are dropped: pino's own stream
 * would retry for ever and keep the server from stopping.
 */
export function createLogger({ logLevel }: Pick<Config, 'logLevel'>): Logger {
  for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
  return pino({ level: logLevel }, together(process.stdout));
}

/** Writes the lines of one turn of the event loop together, because the system call costs more than the line. */
function together(output: NodeJS.WritableStream): DestinationStream {
  let lines = '';
  const flush = () => {
    if (lines !== '') output.write(lines);
    lines = '';
  };
  process.on('exit', flush);
  return {
    write(line) {
      if (lines === '') setImmediate(flush);
      lines += line;
    },
  };
}
