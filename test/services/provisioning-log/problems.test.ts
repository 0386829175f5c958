import type { MikroORM } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Database } from '../../../src/database/database.js';
import { connect } from '../../../src/database/orm.js';
import { declaredStatements } from '../../../src/database/statement.js';
import { newId } from '../../../src/domain/ids.js';
import type { ScimEvent } from '../../../src/domain/provisioning-log.js';
import { NO_HINTS } from '../../../src/services/context/activity-hints.js';
import { localContext } from '../../../src/services/context/system.js';
import { ProvisioningLog } from '../../../src/services/provisioning-log/recorder.js';
import { create as createWorkspace } from '../../../src/services/workspaces/commands.js';
import { createTestDatabase, type TestDatabase } from '../../database.js';
import { scimEvent } from './scim-event.js';

/** Which problems the successes of a batch end (rule 56). */

let testDatabase: TestDatabase;
let orm: MikroORM;
let database: Database;
let recorder: ProvisioningLog;
let workspaceId: string;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  orm = await connect(testDatabase.address, 5);
  database = await Database.over(orm);
});

beforeEach(async () => {
  const { workspace } = await createWorkspace(localContext(database, 'SYSTEM'), {
    name: 'Acme',
    version: 'V2',
    plan: 'ENTERPRISE',
    scimEnabled: true,
    ownerEmail: `${newId()}@acme.test`,
  });
  workspaceId = workspace.id;
  recorder = new ProvisioningLog(database, {
    days: 30,
    hints: NO_HINTS,
    onFault: (error) => expect(error).toBeUndefined(),
  });
});

afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

/** Records an accepted request to create a member or group, with what else is said of it. */
function record(type: 'member' | 'group', name: string, more: Partial<ScimEvent> = {}): void {
  const operation = type === 'member' ? 'USER_CREATE' : 'GROUP_CREATE';
  const event = scimEvent({ operation, target: { type, id: null, name }, ...more });
  recorder.record(event, { workspaceId, apiKeyId: null, apiKeyLabel: null });
}

const REFUSED = { status: 400, code: 'INVALID_INPUT' } as const;

async function subjects(): Promise<string[]> {
  const rows = await database.rows<{ subject: string }>(
    'select subject from scim_problem where workspace_id = $1 order by 1',
    [workspaceId],
  );
  return rows.map(({ subject }) => subject);
}

test('a success ends no problem of a subject whose name begins alike', async () => {
  for (const name of ['Sales', 'Sales EMEA']) record('group', name, REFUSED);
  const notices = [{ code: 'ATTRIBUTE_IGNORED', attribute: 'rolle', closest: 'role' }] as const;
  for (const name of ['ann', 'ann lee']) record('member', name, { notices });
  await recorder.flush();
  expect(await subjects()).toEqual([
    'groupName:sales',
    'groupName:sales emea',
    'name:ann lee rolle',
    'name:ann rolle',
  ]);
  record('group', 'Sales');
  record('member', 'ann');
  await recorder.stop();
  expect(await subjects()).toEqual(['groupName:sales emea', 'name:ann lee rolle']);
});

test('a problem counts the refusals for its present reason, in one batch and over several', async () => {
  const OTHER = { status: 400, code: 'CREDIT_LIMIT_NOT_ALLOWED' } as const;
  for (const refusal of [REFUSED, REFUSED, OTHER]) record('member', 'ann', refusal);
  await recorder.flush();
  const problems = () =>
    database.rows('select code, times from scim_problem where workspace_id = $1', [workspaceId]);
  expect(await problems()).toEqual([{ code: OTHER.code, times: 1 }]);
  record('member', 'ann', OTHER);
  await recorder.flush();
  expect(await problems()).toEqual([{ code: OTHER.code, times: 2 }]);
  record('member', 'ann', REFUSED);
  await recorder.stop();
  expect(await problems()).toEqual([{ code: REFUSED.code, times: 1 }]);
});

test("a client's success ends its own problems with keys", async () => {
  for (const client of ['OKTA', 'ENTRA'] as const)
    recorder.recordKeyFault({
      workspaceId,
      credential: undefined,
      at: new Date(),
      client,
      method: 'GET',
      network: '203.0.113.0/24',
      requestId: newId(),
    });
  await recorder.flush();
  expect(await subjects()).toEqual(['key:ENTRA:203.0.113.0/24', 'key:OKTA:203.0.113.0/24']);
  record('member', 'ann');
  await recorder.stop();
  expect(await subjects()).toEqual(['key:ENTRA:203.0.113.0/24']);
});

const PROBLEMS = 5_000;
const SUCCESSES = 500;

test('successes are not compared with every problem of the workspace', async () => {
  await database.rows(
    `insert into scim_problem (workspace_id, subject, severity, id, code, since, last_at, times, client, operation, request_id)
     select $1, 'name:user' || n, 'REFUSAL', $2::uuid, 'INVALID_INPUT', now(), now(), 1, 'OKTA', 'USER_CREATE', $2::uuid
     from generate_series(1, $3::integer) n`,
    [workspaceId, newId(), PROBLEMS],
  );
  const END = declaredStatements().find(({ name }) => name === 'provisioningLog.endProblems');
  const numbers = Array.from({ length: SUCCESSES }, (_, number) => number + 1);
  const [explained] = await database.rows<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    `explain (analyze, format json) ${END?.text}`,
    [
      numbers.map(() => workspaceId),
      numbers.map((number) => `name:user${number}`),
      numbers.map(() => newId()),
      numbers.map(() => new Date()),
    ],
  );
  expect(await subjects()).toHaveLength(PROBLEMS - SUCCESSES);
  expect(rowsIn(explained?.['QUERY PLAN'][0].Plan)).toBeLessThan(5 * (PROBLEMS + SUCCESSES));
});

interface PlanNode {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Join Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** The number of rows that all nodes of a plan have read and compared. */
function rowsIn(node: PlanNode | undefined): number {
  if (node === undefined) return 0;
  const each =
    node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Join Filter'] ?? 0);
  return (node.Plans ?? []).reduce((sum, plan) => sum + rowsIn(plan), each * node['Actual Loops']);
}
