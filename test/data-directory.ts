import { chmodSync, cpSync } from 'node:fs';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes an empty directory that the user of a PostgreSQL server can enter. */
export async function emptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-test-'));
  await chmod(directory, 0o755);
  return directory;
}

/** Copies the cluster of a data directory whose server is stopped. */
export function copyCluster(from: string, to: string): void {
  const cluster = join(to, 'postgres');
  cpSync(join(from, 'postgres'), cluster, { recursive: true });
  // PostgreSQL refuses a directory that others can read.
  chmodSync(cluster, 0o700);
}
