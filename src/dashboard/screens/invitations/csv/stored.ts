import type { CsvRecord } from './file.js';
import type { RowVerdict } from './run.js';

/** The invitations of a file, as far as they have come. */
export interface Inviting {
  readonly id: string;
  readonly workspaceId: string;
  readonly header: string;
  /** The rows that are left to invite. */
  readonly left: readonly CsvRecord[];
  /** The rows about which all is known, those that were refused at the check among them. */
  readonly verdicts: readonly RowVerdict[];
  /** Whether the answer about the first rows that are left may have been lost. */
  readonly isAgain: boolean;
}

const PREFIX = 'rollcall.inviting.';

/**
 * Keeps the state until the tab is closed, so that a reload loses nothing. Where the browser has no room for it, the work
 * goes on and ends with the page.
 */
export function keep(inviting: Inviting): void {
  try {
    sessionStorage.setItem(PREFIX + inviting.id, JSON.stringify(inviting));
  } catch {
    sessionStorage.removeItem(PREFIX + inviting.id);
  }
}

export function forget(id: string): void {
  sessionStorage.removeItem(PREFIX + id);
}

/** Whether a reload has interrupted anything. */
export function hasKept(): boolean {
  return Object.keys(sessionStorage).some((key) => key.startsWith(PREFIX));
}

/** The jobs that a reload interrupted, and those that ended and were not dismissed. */
export function kept(): readonly Inviting[] {
  return Object.entries(sessionStorage)
    .filter(([key]) => key.startsWith(PREFIX))
    .map(([, text]): Inviting => JSON.parse(String(text)));
}
