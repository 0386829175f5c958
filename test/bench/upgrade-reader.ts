import { setTimeout as wait } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import pg from 'pg';

/** Reads one table after the other for as long as the database is upgraded, in a thread that does nothing else. */

/** A read, and how long it waited. */
export interface Read {
  readonly table: string;
  readonly startedAt: number;
  readonly milliseconds: number;
}

const {
  options,
  workspaceId,
  memberId,
}: { options: pg.ClientConfig; workspaceId: string; memberId: string } = workerData;

/** Columns that both releases have; each reads a few rows by an index. */
const READS: Readonly<Record<string, readonly [text: string, values: readonly string[]]>> = {
  account: ['select id from account where id = $1', [memberId]],
  audit_entry: [
    'select id from audit_entry where workspace_id = $1 order by id desc limit 20',
    [workspaceId],
  ],
  member: [
    'select id, version, profile from member where workspace_id = $1 and id >= $2 order by id limit 20',
    [workspaceId, memberId],
  ],
  member_group: ['select id from member_group where workspace_id = $1 order by id limit 20', [workspaceId]],
  membership: ['select role from membership where member_id = $1 and ended_at is null', [memberId]],
  session: ['select id, expires_at from session where account_id = $1', [memberId]],
  workspace: ['select version from workspace where id = $1', [workspaceId]],
};

const PAUSE_MS = 10;
/** Shorter waits are not worth a message. */
const NOTICED_MS = 20;

await Promise.all(Object.entries(READS).map(([table, [text, values]]) => readOnAndOn(table, text, values)));

async function readOnAndOn(table: string, text: string, values: readonly string[]): Promise<void> {
  const client = new pg.Client(options);
  // The database is dropped at the end.
  client.on('error', () => undefined);
  await client.connect();
  for (;;) {
    const startedAt = performance.timeOrigin + performance.now();
    await client.query(text, [...values]);
    const milliseconds = performance.timeOrigin + performance.now() - startedAt;
    if (milliseconds > NOTICED_MS) parentPort?.postMessage({ table, startedAt, milliseconds } satisfies Read);
    await wait(PAUSE_MS);
  }
}
