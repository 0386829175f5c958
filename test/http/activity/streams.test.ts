import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { done, nextAddress } from '../graphql/operations.js';
import { activity, openStream, provisioning, type StreamRequest, type TestStream } from './stream.js';

/** Subscriptions over two processes that serve one database. */

let app: TestApp;
let other: Awaited<ReturnType<TestApp['beside']>>;
let workspace: TestWorkspace;
const opened: TestStream[] = [];

beforeAll(async () => {
  app = await startTestApp();
  other = await app.beside();
});

afterAll(async () => {
  await other.stop();
  await app.stop();
});

beforeEach(async () => {
  workspace = await app.workspace({ version: 'V2' });
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((stream) => stream.close()));
});

/** Opens a stream at the other process. */
async function open(
  request: StreamRequest,
  credential: string | undefined = workspace.apiKey,
  headers?: Readonly<Record<string, string>>,
): Promise<TestStream> {
  const stream = await openStream(other.url, credential, request, headers);
  opened.push(stream);
  return stream;
}

/** Adds a member at the first process. @returns its address */
async function add(target = workspace): Promise<string> {
  const userName = nextAddress();
  const input = { workspaceId: target.workspaceId, userName, access: { roleAccess: { role: 'VIEWER' } } };
  await done(app, app.operatorToken, 'memberAdd', input);
  return userName;
}

/** The ids of a workspace's audit log in the order in which they were written. */
async function written(): Promise<string[]> {
  const rows = await app.sql<{ id: string }>(
    'select id from audit_entry where workspace_id = $1 order by logged_at, id',
    [workspace.workspaceId],
  );
  return rows.map(({ id }) => id);
}

const label = (event: Awaited<ReturnType<TestStream['next']>>) =>
  event?.data?.data?.workspaceActivity?.targetLabel;

describe('workspaceActivity', () => {
  test('sends the changes that another process commits, with the id to continue from', async () => {
    const stream = await open(activity(workspace.workspaceId));
    expect(stream.response.status).toBe(200);
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const userName = await add();
    const event = await stream.next();
    expect(event).toMatchObject({
      event: 'next',
      id: event?.data.data.workspaceActivity.id,
      data: {
        data: { workspaceActivity: { action: 'member.add', targetType: 'member', targetLabel: userName } },
      },
    });
  });

  test('sends nothing of another workspace, and nothing from before', async () => {
    await add();
    const stranger = await app.workspace({ version: 'V2' });
    const stream = await open(activity(workspace.workspaceId));
    await add(stranger);
    const userName = await add();
    expect(label(await stream.next())).toBe(userName);
  });

  test('begins now, whatever transaction is still open (rule 54)', async () => {
    const stranger = await app.workspace({ version: 'V2' });
    const late = (workspaceId: string) =>
      app.sql(
        `with entry as (
           insert into audit_entry (id, workspace_id, at, actor_type, actor_label, channel, action, target_type, target_id,
             target_label, changes, request_id)
           values (uuidv7(), $1, now(), 'SYSTEM', 'system', 'SYSTEM', 'member.update', 'member', gen_random_uuid(), 'late', '{}', 'r')
           returning id)
         select pg_sleep(3), id from entry`,
        [workspaceId],
      );
    const writing = Promise.all([late(stranger.workspaceId), late(workspace.workspaceId)]);
    await expect
      .poll(() =>
        app.sql(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep' and backend_xid is not null`,
        ),
      )
      .toHaveLength(2);
    await add();
    const stream = await open(activity(workspace.workspaceId));
    // The stream has begun when it is at its place, which nothing tells.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const userName = await add();
    await writing;
    // What the open transaction commits afterwards is not missed.
    expect((await stream.take(2)).map(label)).toEqual(['late', userName]);
  });

  test('continues behind `after`, and `Last-Event-ID` takes precedence', async () => {
    const names = [await add(), await add(), await add()];
    const [created = '', first = ''] = (await written()).slice(-4);
    const after = await open(activity(workspace.workspaceId, created));
    expect((await after.take(3)).map(label)).toEqual(names);
    const again = await open(activity(workspace.workspaceId, created), workspace.apiKey, {
      'Last-Event-ID': first,
    });
    expect((await again.take(2)).map(label)).toEqual(names.slice(1));
    names.push(await add());
    expect(label(await after.next())).toBe(names[3]);
    expect(label(await again.next())).toBe(names[3]);
  });

  test('continues over more entries than one page, in the order in which they were written', async () => {
    await app.sql(
      `insert into audit_entry (id, workspace_id, at, actor_type, actor_label, channel, action, target_type, target_id, target_label, changes, request_id)
       select gen_random_uuid(), $1, now(), 'SYSTEM', 'system', 'SYSTEM', 'member.update', 'member', $1, 'n' || n, '{}', 'none'
       from generate_series(1, 1000) n`,
      [workspace.workspaceId],
    );
    const ids = await written();
    const stream = await open(activity(workspace.workspaceId, ids[0]));
    const events = await stream.take(ids.length - 1);
    expect(events.map((event) => event?.id)).toEqual(ids.slice(1));
  });

  test('a client that loses its connection again and again gets every entry exactly once', async () => {
    const earlier = await written();
    const adding = Promise.all(
      Array.from({ length: 6 }, async () => {
        for (let time = 0; time < 8; time += 1) await add();
      }),
    );
    const received: (string | undefined)[] = [];
    let last = earlier.at(-1);
    while (received.length < 48) {
      const stream = await open(activity(workspace.workspaceId, last));
      for (const event of await stream.take(Math.min(5, 48 - received.length))) {
        received.push(event?.id);
        last = event?.id;
      }
      await stream.close();
    }
    await adding;
    expect(received).toEqual((await written()).slice(earlier.length));
  });

  test('holds back what follows an entry whose transaction has not ended, and misses none', async () => {
    const stream = await open(activity(workspace.workspaceId));
    let late = '';
    let early = '';
    await app.database.transaction(async (tx) => {
      const [row] = await tx.rows<{ id: string }>(
        `insert into audit_entry (id, workspace_id, at, actor_type, actor_label, channel, action, target_type, target_id, target_label, changes, request_id)
         values (gen_random_uuid(), $1, now(), 'SYSTEM', 'system', 'SYSTEM', 'member.update', 'member', $1, 'late', '{}', 'none') returning id`,
        [workspace.workspaceId],
      );
      late = row?.id ?? '';
      early = await add();
    });
    const events = await stream.take(2);
    expect(events.map(label)).toEqual(['late', early]);
    expect(events[0]?.id).toBe(late);
  });

  test('sends what was written while no process could tell the other', async () => {
    const stream = await open(activity(workspace.workspaceId));
    await app.sql(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    const names: string[] = [];
    await expect
      .poll(async () => {
        names.push(await add());
        return names.length;
      })
      .toBeGreaterThan(0);
    expect(label(await stream.next())).toBe(names[0]);
  });

  test('compression does not hold events back', async () => {
    const stream = await open(activity(workspace.workspaceId), workspace.apiKey, {
      'Accept-Encoding': 'gzip',
    });
    expect(stream.response.headers.get('content-encoding')).toBeNull();
    const userName = await add();
    expect(label(await stream.next())).toBe(userName);
  });

  test('resolves what an entry is about as it is now, anew for every entry', async () => {
    const { workspaceId } = workspace;
    const stream = await open({
      query: `subscription { workspaceActivity(workspaceId: "${workspaceId}") {
        action target { ... on Member { active version } } actor { __typename }
      } }`,
    });
    const userName = await add();
    expect(await stream.next()).toMatchObject({
      data: { data: { workspaceActivity: { action: 'member.add', target: { active: true, version: 1 } } } },
    });
    const answer = await app.graphql(
      app.operatorToken,
      'query ($id: ID!, $userName: String!) { workspace(id: $id) { member(userName: $userName) { id } } }',
      { id: workspaceId, userName },
    );
    await done(app, app.operatorToken, 'memberRemove', {
      workspaceId,
      memberId: answer.data.workspace.member.id,
    });
    expect(await stream.next()).toMatchObject({
      data: {
        data: { workspaceActivity: { action: 'member.remove', target: { active: false, version: 2 } } },
      },
    });
  });
});

describe('scimActivity', () => {
  const userOf = (userName: string, role: string) => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName,
    role,
  });

  test('rules 49, 57, 58: sends requests as they are recorded, refusals with code, reference and fix', async () => {
    const stream = await open(provisioning(workspace.workspaceId));
    const scim = app.scim(workspace.workspaceId, workspace.apiKey);
    const [good, bad] = [nextAddress(), nextAddress()];
    await scim.post('/Users', userOf(good, 'VIEWER'));
    const refused = await scim.post('/Users', userOf(bad, 'OWNER'));
    const [accepted, refusal] = await stream.take(2);
    expect(accepted?.data.data.scimActivity).toMatchObject({
      operation: 'USER_CREATE',
      targetName: good,
      status: 201,
      code: null,
      fix: null,
    });
    const { reference, ...entry } = refusal?.data.data.scimActivity ?? {};
    expect(entry).toMatchObject({
      targetName: bad,
      status: refused.status,
      code: 'ROLE_NOT_ASSIGNABLE',
      fix: { summary: expect.stringMatching(/\w/) },
    });
    expect(refused.body.detail).toContain(reference);
    const again = await open(provisioning(workspace.workspaceId, accepted?.id));
    expect((await again.next())?.id).toBe(refusal?.id);
  });

  test('rule 51: sends the first of several requests with a disabled key', async () => {
    const stream = await open(provisioning(workspace.workspaceId));
    const scim = app.scim(workspace.workspaceId, 'rollcall_key_0123456789abcdef_nothing');
    for (let time = 0; time < 3; time += 1) expect((await scim.get('/Users')).status).toBe(401);
    const event = await stream.next();
    expect(event?.data.data.scimActivity).toMatchObject({ operation: 'AUTHENTICATE', code: 'KEY_UNKNOWN' });
  });
});
