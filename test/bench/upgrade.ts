import { Worker } from 'node:worker_threads';
import type { DatabaseTarget } from '../../src/database/orm.ts';
import { pgOptions } from './database.ts';
import { fill, MEMBER, PREVIOUS_RELEASE, WORKSPACE } from './previous-release.ts';
import { connect, migrate } from './product.ts';
import { table, whole } from './table.ts';
import type { Read } from './upgrade-reader.ts';

/** A read that waits longer is a failure of the service. */
const LONGEST_WAIT_MS = 1000;

/**
 * Upgrades a database of the previous release while its tables are read, and prints how long that took and how long the
 * reads waited.
 * @returns whether no read waited for longer than a second
 */
export async function measureUpgrade(target: DatabaseTarget, members: number): Promise<boolean> {
  const orm = await connect(target, 4);
  try {
    await orm.migrator.up({ to: PREVIOUS_RELEASE });
    await fill(pgOptions(target), members);
    const reads: Read[] = [];
    const reader = new Worker(new URL('./upgrade-reader.ts', import.meta.url), {
      workerData: { options: { ...pgOptions(target) }, workspaceId: WORKSPACE, memberId: MEMBER },
    });
    reader.on('message', (read: Read) => reads.push(read));
    const steps: Step[] = [];
    orm.migrator.on('migrating', ({ name }) => {
      steps.push({ name, startedAt: Date.now(), endedAt: Number.POSITIVE_INFINITY });
    });
    orm.migrator.on('migrated', () => {
      Object.assign(steps.at(-1) ?? {}, { endedAt: Date.now() });
    });
    try {
      await migrate(orm);
    } finally {
      await reader.terminate();
    }
    console.log(
      table(
        ['migration', 'table', 'seconds', 'longest wait, ms'],
        steps.map((step) => row(step, reads)),
      ),
    );
    return reads.every(({ milliseconds }) => milliseconds <= LONGEST_WAIT_MS);
  } finally {
    await orm.close();
  }
}

interface Step {
  readonly name: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** A read belongs to the migration during which it began to wait. */
function row({ name, startedAt, endedAt }: Step, reads: readonly Read[]): string[] {
  const during = reads.filter((read) => read.startedAt >= startedAt && read.startedAt < endedAt);
  const longest = during.toSorted((one, other) => other.milliseconds - one.milliseconds)[0];
  const seconds = ((endedAt - startedAt) / 1000).toFixed(1);
  return [name.replace('Migration', ''), longest?.table ?? '', seconds, whole(longest?.milliseconds ?? 0)];
}
