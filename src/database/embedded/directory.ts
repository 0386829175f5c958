import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isSystemError } from './error.js';

/**
 * Makes a directory, and those above it, unless it is there. Node's own recursive mkdir tries for ever, at full speed,
 * where nobody can make anything, as in /proc.
 * @throws the system's error, EEXIST when a file is in the way
 */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (isSystemError(error, 'EEXIST') && (await stat(path)).isDirectory()) return;
    const above = dirname(path);
    if (!isSystemError(error, 'ENOENT') || above === path) throw error;
    await makeDirectory(above);
    await mkdir(path);
  }
}
