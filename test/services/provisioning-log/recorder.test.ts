import type { MikroORM } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Database } from '../../../src/database/database.js';
import { connect } from '../../../src/database/orm.js';
import { newId } from '../../../src/domain/ids.js';
import type { ScimEvent } from '../../../src/domain/provisioning-log.js';
import { NO_HINTS } from '../../../src/services/context/activity-hints.js';
import { localContext } from '../../../src/services/context/system.js';
import { createPartitions } from '../../../src/services/provisioning-log/partitions.js';
import { ProvisioningLog } from '../../../src/services/provisioning-log/recorder.js';
import { create as createWorkspace } from '../../../src/services/workspaces/commands.js';
import { createTestDatabase, type TestDatabase } from '../../database.js';
import { scimEvent } from './scim-event.js';

/** Memory, retention and failures of the log (rules 51 to 53). */

let testDatabase: TestDatabase;
let orm: MikroORM;
let database: Database;
let workspaceId: string;
const faults: unknown[] = [];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  orm = await connect(testDatabase.address, 5);
  database = await Database.over(orm);
});

beforeEach(async () => {
  faults.length = 0;
  const { workspace } = await createWorkspace(localContext(database, 'SYSTEM'), {
    name: 'Acme',
    version: 'V2',
    plan: 'ENTERPRISE',
    scimEnabled: true,
    ownerEmail: `${newId()}@acme.test`,
  });
  workspaceId = workspace.id;
});

afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

function log(days = 30): ProvisioningLog {
  return new ProvisioningLog(database, { days, hints: NO_HINTS, onFault: (error) => faults.push(error) });
}

function event(at = new Date()): ScimEvent {
  return scimEvent({ at, method: 'GET', operation: 'USER_SEARCH', status: 200 });
}

const key = () => ({ workspaceId, apiKeyId: newId(), apiKeyLabel: 'Okta' });

async function kept(): Promise<{ entries: number; requests: number; dropped: number }> {
  const [row] = await database.rows<{ entries: number; requests: number; dropped: number }>(
    `select (select count(*)::integer from scim_request where workspace_id = $1) as entries,
       coalesce(sum(requests), 0)::integer as requests, coalesce(sum(dropped), 0)::integer as dropped
     from scim_request_count where workspace_id = $1`,
    [workspaceId],
  );
  return row ?? { entries: 0, requests: 0, dropped: 0 };
}

test('rule 53: an entry that PostgreSQL cannot store is dropped and counted, and the others are written', async () => {
  const recorder = log();
  const from = key();
  for (let sent = 0; sent < 1100; sent += 1) {
    recorder.record(event(), from);
    if (sent % 500 === 7) recorder.record({ ...event(), attribute: 'half \ud800', status: 400 }, from);
  }
  await recorder.flush();
  expect(recorder.waiting).toBe(0);
  await recorder.stop();
  expect(await kept()).toEqual({ entries: 1100, requests: 1100, dropped: 3 });
  expect(faults).toHaveLength(3);
});

test('rule 53: entries beyond the memory limit are dropped and counted', async () => {
  const recorder = log();
  const from = key();
  for (let sent = 0; sent < 10_250; sent += 1) recorder.record(event(), from);
  await recorder.stop();
  expect(await kept()).toEqual({ entries: 10_000, requests: 10_000, dropped: 250 });
  expect(faults).toEqual([]);
});

test('rule 52: reads beyond ten of a key share an entry, which counts them', async () => {
  const recorder = log();
  const from = key();
  const described = { ...event(), target: { type: 'member', id: newId(), name: 'ann@acme.test' } } as const;
  const by = (method: string) =>
    ({
      method,
      operation: 'USER_SEARCH',
      client: 'OKTA',
      describe: () => ({ ...described, method }),
    }) as const;
  for (let sent = 0; sent < 1_000; sent += 1) recorder.recordRead(by('GET'), from);
  for (let sent = 0; sent < 20; sent += 1) recorder.recordRead(by('POST'), from);
  recorder.record({ ...event(), operation: 'USER_UPDATE' }, from);
  await recorder.flush();
  recorder.recordRead(by('GET'), from);
  await recorder.stop();
  expect(await kept()).toEqual({ entries: 14, requests: 1_022, dropped: 0 });
  const shared = await database.rows(
    'select method, target_id, target_name, times from scim_request where workspace_id = $1 and times > 1 order by id',
    [workspaceId],
  );
  expect(shared).toEqual([
    { method: 'GET', target_id: null, target_name: null, times: 990 },
    { method: 'POST', target_id: null, target_name: null, times: 20 },
  ]);
  const [connection] = await database.rows<{ client: string }>(
    'select client from scim_connection where workspace_id = $1 and last_success_at is not null',
    [workspaceId],
  );
  expect(connection).toEqual({ client: 'OKTA' });
});

test('entries of a batch are logged in the order of their answers, whatever they have in common', async () => {
  const recorder = log();
  const from = key();
  const statuses = [200, 400, 200, 404, 400, 200];
  for (const status of statuses) recorder.record({ ...event(), status }, from);
  await recorder.stop();
  const logged = await database.rows<{ status: number }>(
    'select status from scim_request where workspace_id = $1 order by id',
    [workspaceId],
  );
  expect(logged.map(({ status }) => status)).toEqual(statuses);
});

test('requests that differ in time, target and id alone share a row, up to a hundred of one day', async () => {
  const recorder = log();
  const from = key();
  const created = (at: Date) => ({ ...event(at), operation: 'USER_CREATE' as const, requestId: newId() });
  const midnight = new Date(new Date().setUTCHours(0, 0, 0, 0)).getTime();
  for (let count = 0; count < 250; count += 1) recorder.record(created(new Date(midnight + count)), from);
  for (let count = 1; count <= 3; count += 1) recorder.record(created(new Date(midnight - count)), from);
  recorder.record(created(new Date(midnight)), key());
  await recorder.stop();
  const sets = await database.rows(
    `select cardinality(places) as requests, s.last_at - s.at < interval '1 second' as "isShort"
     from scim_request_set s where workspace_id = $1 order by batch_id, place`,
    [workspaceId],
  );
  expect(sets).toEqual([100, 100, 50, 3, 1].map((requests) => ({ requests, isShort: true })));
  const requests = await database.rows<{ id: string; request_id: string }>(
    'select id, request_id from scim_request where workspace_id = $1',
    [workspaceId],
  );
  expect(new Set(requests.map(({ id }) => id)).size).toBe(254);
  expect(new Set(requests.map(({ request_id }) => request_id)).size).toBe(254);
});

test('ids are in the order in which processes write', async () => {
  const [first, second] = [log(), log()];
  const from = key();
  for (let round = 0; round < 3; round += 1) {
    second.record({ ...event(), status: 200 + round }, from);
    first.record({ ...event(), status: 300 + round }, from);
    await first.flush();
    await second.flush();
  }
  const statuses = await database.rows<{ status: number }>(
    'select status from scim_request where workspace_id = $1 order by id',
    [workspaceId],
  );
  expect(statuses.map(({ status }) => status)).toEqual([300, 200, 301, 201, 302, 202]);
});

test('rule 52: the partitions of expired days are dropped', async () => {
  const old = '2020-01-01';
  await createPartitions(database, [old]);
  const partitions = () =>
    database.rows<{ name: string }>(
      `select c.relname::text as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
       where i.inhparent = 'scim_request_set'::regclass order by 1`,
      [],
    );
  expect((await partitions()).map(({ name }) => name)).toContain('scim_request_set_20200101');
  const recorder = log();
  recorder.record(event(), key());
  await recorder.stop();
  expect((await partitions()).map(({ name }) => name)).not.toContain('scim_request_set_20200101');
  expect(await kept()).toMatchObject({ entries: 1 });
});

test('ANALYZE reads of the lists of a partition only the one in which requests are searched', async () => {
  await createPartitions(database, ['2030-02-01']);
  const analyzed = await database.rows<{ name: string }>(
    `select attname::text as name from pg_attribute a join pg_type t on t.oid = a.atttypid
     where attrelid = 'scim_request_set_20300201'::regclass and typcategory = 'A' and attstattarget is distinct from 0`,
    [],
  );
  expect(analyzed).toEqual([{ name: 'target_ids' }]);
});

test('several processes create the partition of a day at once', async () => {
  await Promise.all(
    Array.from({ length: 4 }, () => createPartitions(database, ['2030-01-01', '2030-01-02'])),
  );
  const names = await database.rows(
    `select 1 from pg_class where relname in ('scim_request_set_20300101', 'scim_request_set_20300102')`,
    [],
  );
  expect(names).toHaveLength(2);
});

test('entries that could not be written are written later', async () => {
  const recorder = log();
  recorder.record(event(), key());
  await database.rows('alter table scim_request_count rename to scim_request_count_away', []);
  await expect(recorder.flush()).rejects.toThrow();
  await database.rows('alter table scim_request_count_away rename to scim_request_count', []);
  await recorder.stop();
  expect(await kept()).toEqual({ entries: 1, requests: 1, dropped: 0 });
});

test('rule 56: a refusal that is written after the success that followed it is not a problem', async () => {
  const first = log();
  const second = log();
  const target = { type: 'member', id: null, name: 'ann@acme.test' } as const;
  const refused = {
    ...event(),
    operation: 'USER_CREATE',
    target,
    status: 400,
    code: 'INVALID_INPUT',
  } as const;
  first.record(refused, key());
  const later = new Date(refused.at.getTime() + 1);
  second.record({ ...event(), at: later, operation: 'USER_CREATE', target, status: 201 }, key());
  await second.stop();
  await first.stop();
  expect(await database.rows('select 1 from scim_problem where workspace_id = $1', [workspaceId])).toEqual(
    [],
  );
});
