import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const POLL_MS = 50;

/**
 * Waits until no other process holds the lock, and takes it. The lock is a file with the holder's process id; that of
 * a process that has ended is removed.
 * @param onWait called once when another process holds the lock
 * @returns the function that gives the lock back
 */
export async function takeLock(file: string, onWait: () => void): Promise<() => void> {
  for (let waited = false; ; waited = true) {
    mkdirSync(dirname(file), { recursive: true });
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    if (isHeld(file)) {
      if (!waited) onWait();
      await wait(POLL_MS);
    }
  }
}

/** Whether a living process holds the lock. */
export function isHeld(file: string): boolean {
  const content = contentOf(file);
  if (content === undefined) return false;
  // The holder has created the file and not yet written its process id.
  if (content === '') return true;
  try {
    process.kill(Number(content), 0);
    return true;
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) return true;
    removeStale(file, content);
    return false;
  }
}

/** Removes the lock of a process that has ended, unless another process has taken the lock in the meantime. */
function removeStale(file: string, content: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    if (contentOf(aside) !== content) linkSync(aside, file);
  } catch (error) {
    if (!hasCode(error, 'ENOENT') && !hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
