import { STOP_SIGNALS } from '../server/stop-signals.js';
import { CommandFailure, type Terminal } from './terminal.js';

/**
 * Runs work that cleans up when the process is told to end. A second signal ends the process at once.
 * @param work gets a signal that stops it
 * @throws CommandFailure when it was stopped; what `work` throws otherwise
 */
export async function interruptible(
  terminal: Terminal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  const stop = () => {
    for (const name of STOP_SIGNALS) process.off(name, stop);
    controller.abort();
  };
  for (const name of STOP_SIGNALS) process.on(name, stop);
  try {
    await work(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    terminal.err('Stopped. Nothing is left of it.\n');
    throw new CommandFailure();
  } finally {
    for (const name of STOP_SIGNALS) process.off(name, stop);
  }
}
