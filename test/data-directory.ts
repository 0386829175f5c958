import { chmodSync, cpSync } from 'node:fs';
import { access, chmod, constants, mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const IN_MEMORY = '/dev/shm';
/** Several times what the clusters of a run take. */
const ENOUGH_BYTES = 8 * 1024 ** 3;

/** Makes an empty directory that the user of a PostgreSQL server can enter. */
export async function emptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(await parentDirectory(), 'rollcall-test-'));
  await chmod(directory, 0o755);
  return directory;
}

/** In memory if there is room: the data of a test need not reach a disk. Containers have little room there. */
async function parentDirectory(): Promise<string> {
  try {
    await access(IN_MEMORY, constants.W_OK);
    const { bavail, bsize } = await statfs(IN_MEMORY);
    return bavail * bsize >= ENOUGH_BYTES ? IN_MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** Copies the cluster of a data directory whose server is stopped. */
export function copyCluster(from: string, to: string): void {
  const cluster = join(to, 'postgres');
  cpSync(join(from, 'postgres'), cluster, { recursive: true });
  // PostgreSQL refuses a directory that others can read.
  chmodSync(cluster, 0o700);
}
