import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ScimClient, startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { countingStatements } from '../../statements.js';
import { becomeRole, create, read, type User } from './resources.js';

/**
 * A process caches members that it has just read, which saves a read. Nothing is answered or written that rests on a
 * stale row (rules 21, 27).
 */

let app: TestApp;
let workspace: TestWorkspace;
let scim: ScimClient;
let user: User;
let made = 0;

beforeAll(async () => {
  // The log writes in the background, which would be counted as well.
  app = await startTestApp({ provisioningLogDays: 0 });
  workspace = await app.workspace({ version: 'V2' });
  scim = app.scim(workspace.workspaceId, workspace.apiKey);
});

afterAll(async () => {
  await app.stop();
});

beforeEach(async () => {
  made += 1;
  user = await create(scim, { userName: `ann${made}@acme.test`, displayName: 'Ann' });
  // Neither the member nor the key is forgotten for being slow here.
  vi.spyOn(performance, 'now').mockReturnValue(performance.now());
  await read(scim, user.id);
});

afterEach(() => {
  vi.restoreAllMocks();
});

function activate(active: boolean) {
  return scim.patch(`/Users/${user.id}`, { Operations: [{ op: 'replace', value: { active } }] });
}

/** Changes the member as another process would, without a notification. */
async function elsewhere(change: string): Promise<void> {
  await app.sql(`update member set version = version + 1 ${change} where id = $1`, [user.id]);
}

async function lastChanges(): Promise<object> {
  const [entry] = await app.sql<{ changes: object }>(
    'select changes from audit_entry where target_id = $1 order by id desc limit 1',
    [user.id],
  );
  return entry?.changes ?? {};
}

test('a member who was read a moment ago is changed in one statement', async () => {
  const { answer, statements } = await countingStatements(() => activate(false));
  expect(answer).toMatchObject({ status: 200, body: { active: false } });
  expect(statements).toBe(1);
});

test('so are the following changes, back and forth', async () => {
  await activate(false);
  for (const active of [true, false, true]) {
    const { answer, statements } = await countingStatements(() => activate(active));
    expect(answer).toMatchObject({ status: 200, body: { active } });
    expect(statements).toBe(1);
  }
});

describe('a member who was changed elsewhere in the meantime', () => {
  test('is changed from the current state', async () => {
    await elsewhere(', profile = profile || \'{"displayName": "Anna"}\'');
    const { status, body } = await activate(false);
    expect({ status, body }).toMatchObject({ status: 200, body: { active: false, displayName: 'Anna' } });
    expect(await lastChanges()).toEqual({
      active: { before: true, after: false },
      role: { before: 'VIEWER', after: null },
    });
    expect(await read(scim, user.id)).toEqual(body);
  });

  test('is not treated as in the former state', async () => {
    await app.sql('update membership set ended_at = now() where member_id = $1', [user.id]);
    await elsewhere('');
    expect(await activate(true)).toMatchObject({ status: 200, body: { active: true } });
    const memberships = await app.sql('select 1 from membership where member_id = $1 and ended_at is null', [
      user.id,
    ]);
    expect(memberships).toHaveLength(1);
  });

  test('is refused by the current state', async () => {
    await becomeRole(app, user.id, 'OWNER');
    await elsewhere('');
    expect(await activate(false)).toMatchObject({ status: 403 });
    expect(await read(scim, user.id)).toMatchObject({ active: true });
  });

  test('is not changed by a request that requires the former version', async () => {
    const { meta } = await read(scim, user.id);
    await elsewhere('');
    const headers = { 'If-Match': meta.version };
    const body = { Operations: [{ op: 'replace', value: { active: false } }] };
    expect(await scim.patch(`/Users/${user.id}`, body, headers)).toMatchObject({ status: 412 });
  });

  test('is not found when deleted', async () => {
    await app.sql('delete from member where id = $1', [user.id]);
    expect(await activate(false)).toMatchObject({ status: 404 });
  });
});

test('no member is changed through another workspace', async () => {
  const other = await app.workspace({ version: 'V2' });
  const stranger = app.scim(other.workspaceId, other.apiKey);
  const body = { Operations: [{ op: 'replace', value: { active: false } }] };
  expect(await stranger.patch(`/Users/${user.id}`, body)).toMatchObject({ status: 404 });
  expect(await read(scim, user.id)).toMatchObject({ active: true });
});
