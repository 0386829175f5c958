import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { done, nextAddress, REQUEST_ID, UUID } from '../graphql/operations.js';

/** Issue 4: the audit log "export as JSON lines for a SIEM, resumable by cursor"; rule 28. */

let app: TestApp;
let workspace: TestWorkspace;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.stop();
});

beforeEach(async () => {
  workspace = await app.workspace({ version: 'V2', scim: true });
});

interface Line {
  readonly id: string;
  readonly action: string;
  readonly cursor: string;
}

async function answerTo(query: Record<string, string> = {}, credential = workspace.apiKey) {
  const address = `${app.url}/exports/workspaces/${workspace.workspaceId}/audit.jsonl?${new URLSearchParams(query)}`;
  return fetch(address, { headers: { Authorization: credential } });
}

async function linesOf(query: Record<string, string> = {}): Promise<Line[]> {
  const answer = await answerTo(query);
  expect(answer.status).toBe(200);
  const text = await answer.text();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

const add = (userName = nextAddress()) =>
  done(app, app.operatorToken, 'memberAdd', { workspaceId: workspace.workspaceId, userName });

/** All entries in the order of their ids, which is that of the log. */
async function idsInLog(): Promise<string[]> {
  const rows = await app.sql<{ id: string }>(
    'select id from audit_entry where workspace_id = $1 order by id',
    [workspace.workspaceId],
  );
  return rows.map(({ id }) => id);
}

test('writes a line for every entry, oldest first, with its cursor', async () => {
  const { member } = await add('ann@acme.test');
  const answer = await answerTo();
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="audit .*\.jsonl"$/);
  const text = await answer.text();
  expect(text.endsWith('\n')).toBe(true);
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ id }) => id)).toEqual(await idsInLog());
  expect(lines.at(-1)).toEqual({
    id: UUID,
    workspaceId: workspace.workspaceId,
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    actorType: 'OPERATOR',
    actorId: null,
    actorLabel: 'operator',
    channel: 'GRAPHQL',
    action: 'member.add',
    targetType: 'member',
    targetId: member.id,
    targetLabel: 'ann@acme.test',
    changes: expect.objectContaining({ active: { before: null, after: true } }),
    requestId: REQUEST_ID,
    cursor: expect.stringMatching(/^[\w-]+$/),
  });
});

test('after a cursor writes the newer entries, or an empty file', async () => {
  const first = await linesOf();
  const after = first.at(-1)?.cursor ?? '';
  expect(await linesOf({ after })).toEqual([]);
  await add();
  await add();
  const since = await linesOf({ after });
  expect(since.map(({ action }) => action)).toEqual(['member.add', 'member.add']);
  expect([...first, ...since].map(({ id }) => id)).toEqual(await idsInLog());
  expect(await linesOf({ after: since[0]?.cursor ?? '' })).toEqual(since.slice(1));
});

test('filters as GraphQL does', async () => {
  await add();
  await app.key(workspace.workspaceId, ['AUDIT_READ']);
  const filter = JSON.stringify({ actions: ['apiKey.create'], channels: ['SYSTEM'] });
  const lines = await linesOf({ filter });
  expect(lines.map(({ action }) => action)).toEqual(['apiKey.create', 'apiKey.create']);
});

test('several thousand come in batches, each once', async () => {
  await app.sql(
    `insert into audit_entry (id, workspace_id, at, actor_type, actor_label, channel, action, target_type, target_id,
       target_label, changes, request_id)
     select uuidv7(), $1::uuid, now(), 'SYSTEM', 'system', 'SYSTEM', 'member.update', 'member', gen_random_uuid(), 'x', '{}', 'r'
     from generate_series(1, 3210)`,
    [workspace.workspaceId],
  );
  const ids = (await linesOf()).map(({ id }) => id);
  expect(ids.toSorted()).toEqual(await idsInLog());
});

describe('while others write', () => {
  test('delivers an entry that is committed after later ones, and none twice', async () => {
    const seen = await linesOf();
    // As a transaction that takes its time: its entry has the earlier id and the earlier time.
    const late = app.sql(
      `with entry as (
         insert into audit_entry (id, workspace_id, at, actor_type, actor_label, channel, action, target_type, target_id,
           target_label, changes, request_id)
         values (uuidv7(), $1, now(), 'SYSTEM', 'system', 'SYSTEM', 'member.update', 'member', gen_random_uuid(), 'late', '{}', 'r')
         returning id)
       select pg_sleep(1.5), id from entry`,
      [workspace.workspaceId],
    );
    await expect
      .poll(async () =>
        app.sql(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep' and backend_xid is not null`,
        ),
      )
      .toHaveLength(1);
    await add();
    // Entries that were committed in the meantime wait for transactions that began earlier.
    expect(await linesOf({ after: seen.at(-1)?.cursor ?? '' })).toEqual([]);
    await late;
    const since = await linesOf({ after: seen.at(-1)?.cursor ?? '' });
    expect([...seen, ...since].map(({ id }) => id)).toEqual(await idsInLog());
  });

  test('delivers every entry exactly once to a client that polls', async () => {
    const seen: Line[] = [];
    let writing = true;
    const poll = async () => {
      const last = seen.at(-1)?.cursor;
      seen.push(...(await linesOf(last === undefined ? {} : { after: last })));
    };
    const poller = (async () => {
      while (writing) await poll();
    })();
    const scim = app.scim(workspace.workspaceId, workspace.apiKey);
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let turn = 0; turn < 15; turn += 1) {
          const { body } = await scim.post('/Users', { userName: nextAddress() });
          await scim.patch(`/Users/${body.id}`, {
            Operations: [{ op: 'replace', value: { active: false } }],
          });
        }
      }),
    );
    writing = false;
    await poller;
    await poll();
    const ids = seen.map(({ id }) => id);
    expect(ids).toHaveLength(new Set(ids).size);
    expect(ids.toSorted()).toEqual(await idsInLog());
  });
});

describe('is refused', () => {
  const hint = expect.any(String);

  test.each([
    ['after', 'nonsense', 'after is not a cursor of this export.'],
    ['after', Buffer.from('["x","y"]').toString('base64url'), 'after is not a cursor of this export.'],
    ['filter', '{"actions":["member.fly"]}', 'There is no action "member.fly".'],
    ['from', '1', 'There is no parameter from.'],
  ])('%s=%s', async (name, value, message) => {
    const answer = await answerTo({ [name]: value });
    expect(answer.status).toBe(400);
    const attribute = name === 'filter' ? 'filter.actions' : name;
    const requestId = REQUEST_ID;
    expect(await answer.json()).toEqual({
      error: { code: 'INVALID_INPUT', message, attribute, hint, requestId },
    });
  });

  test('to a key without AUDIT_READ (rule 26), and to another workspace, as if the log did not exist', async () => {
    const key = await app.key(workspace.workspaceId, ['MEMBERS_READ']);
    expect((await answerTo({}, key)).status).toBe(403);
    const other = await app.workspace({ version: 'V2' });
    expect((await answerTo({}, other.apiKey)).status).toBe(404);
  });
});
