import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ScimAnswer, startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import { createTestDatabase, type TestDatabase } from '../database.js';
import { SHORT_LIMITS } from './own-postgres.js';

/** A row that somebody keeps locked delays nobody but those who need it, and them for a bounded time. */

let testDatabase: TestDatabase;
let app: TestApp;
let locked: TestWorkspace;
let other: TestWorkspace;
let holder: pg.Client;
const episodes: string[] = [];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  app = await startTestApp(
    {
      limits: SHORT_LIMITS,
      poolSize: 12,
      events: {
        onBegin: (kind) => episodes.push(`${kind} begins`),
        onEnd: (kind, { requests }) => episodes.push(`${kind} ends after ${requests}`),
      },
    },
    testDatabase,
  );
  locked = await app.workspace({ version: 'V2' });
  other = await app.workspace({ version: 'V2' });
  holder = new pg.Client(testDatabase.address);
  await holder.connect();
});

afterAll(async () => {
  await holder.end();
  await app.stop();
});

/** Keeps the row of a member locked while `work` runs. */
async function whileLocked<Result>(memberId: string, work: () => Promise<Result>): Promise<Result> {
  await holder.query('begin');
  await holder.query('select 1 from member where id = $1 for update', [memberId]);
  try {
    return await work();
  } finally {
    await holder.query('rollback');
  }
}

function statusesOf(answers: readonly ScimAnswer[]): number[] {
  return [...new Set(answers.map(({ status }) => status))];
}

test('24 changes of a locked member: each is refused with 503 in time, and other members and workspaces do not wait', async () => {
  const scim = app.scim(locked.workspaceId, locked.apiKey);
  const { body: member } = await scim.post('/Users', { userName: 'locked@acme.test' });
  const change = { Operations: [{ op: 'replace', value: { active: false } }] };
  await whileLocked(member.id, async () => {
    let answered = 0;
    const changes = Array.from({ length: 24 }, async () => {
      const answer = await scim.patch(`/Users/${member.id}`, change);
      answered += 1;
      return answer;
    });
    const elsewhere = app.scim(other.workspaceId, other.apiKey);
    for (let index = 0; index < 10; index += 1) {
      const added = await elsewhere.post('/Users', { userName: `person-${index}@other.test` });
      expect(added.status).toBe(201);
    }
    const { body: colleague } = await scim.post('/Users', { userName: 'colleague@acme.test' });
    expect((await scim.patch(`/Users/${colleague.id}`, change)).status).toBe(200);
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
    // None of them had to wait until those were refused.
    expect(answered).toBeLessThan(24);
    const answers = await Promise.all(changes);
    expect(statusesOf(answers)).toEqual([503]);
    expect(answers[0]?.headers.get('retry-after')).toBe('2');
    expect(answers[0]?.body).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '503',
      detail: expect.stringMatching(
        /^This took too long, because the database is busy with other requests\. Try again in 2 seconds\. \(ref .*\)$/,
      ),
    });
  });
  expect(episodes).toEqual(['BUSY begins']);
  expect((await scim.get(`/Users/${member.id}`)).body.active).toBe(true);
  expect((await scim.patch(`/Users/${member.id}`, change)).status).toBe(200);
});

test('GraphQL says UNAVAILABLE, with status 503, Retry-After and retryAfterSeconds', async () => {
  const { ownerMemberId, workspaceId, ownerEmail } = other;
  const session = await app.session(ownerEmail);
  const query = `mutation ($input: MemberUpdateInput!) { memberUpdate(input: $input) { member { id } } }`;
  const input = { workspaceId, memberId: ownerMemberId, profile: { displayName: 'Someone else' } };
  const response = await whileLocked(ownerMemberId, () =>
    fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: session },
      body: JSON.stringify({ query, variables: { input } }),
    }),
  );
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('2');
  expect(await response.json()).toMatchObject({
    data: { memberUpdate: null },
    errors: [{ extensions: { code: 'UNAVAILABLE', retryAfterSeconds: 2, hint: 'Try again in 2 seconds.' } }],
  });
});

test('a statement is cancelled when its client has gone', async () => {
  const scim = app.scim(locked.workspaceId, locked.apiKey);
  const { body: member } = await scim.post('/Users', { userName: 'gone@acme.test' });
  const patient = await startPatient();
  try {
    await whileLocked(member.id, async () => {
      const leaving = new AbortController();
      const left = fetch(`${patient.url}/scim/v2/organizations/${locked.workspaceId}/Users/${member.id}`, {
        method: 'PATCH',
        signal: leaving.signal,
        headers: { Authorization: locked.apiKey, 'Content-Type': 'application/scim+json' },
        body: JSON.stringify({ Operations: [{ op: 'replace', value: { active: false } }] }),
      });
      await expect.poll(waitingStatements).toBe(1);
      leaving.abort();
      await expect(left).rejects.toThrow();
      await expect.poll(waitingStatements).toBe(0);
      // What is cancelled is rolled back; the lock is released only now.
    });
  } finally {
    await patient.stop();
  }
  expect((await scim.get(`/Users/${member.id}`)).body.active).toBe(true);
});

/** A server whose statements would wait for a lock for ever. */
function startPatient() {
  return app.beside({ limits: { ...SHORT_LIMITS, lockMs: 0, statementMs: 0 } });
}

async function waitingStatements(): Promise<number> {
  const [row] = await app.sql<{ count: number }>(
    "select count(*)::integer as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  );
  return row?.count ?? 0;
}

test('a request is refused when its time is over', async () => {
  const hurried = await app.beside({
    limits: { ...SHORT_LIMITS, lockMs: 0, statementMs: 0 },
    requestSeconds: 1,
  });
  const scim = app.scim(locked.workspaceId, locked.apiKey);
  const { body: member } = await scim.post('/Users', { userName: 'late@acme.test' });
  try {
    const response = await whileLocked(member.id, () =>
      fetch(`${hurried.url}/scim/v2/organizations/${locked.workspaceId}/Users/${member.id}`, {
        method: 'PATCH',
        headers: { Authorization: locked.apiKey, 'Content-Type': 'application/scim+json' },
        body: JSON.stringify({ Operations: [{ op: 'replace', value: { active: false } }] }),
      }),
    );
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, expect.any(String)]);
  } finally {
    await hurried.stop();
  }
  expect((await scim.get(`/Users/${member.id}`)).body.active).toBe(true);
});
