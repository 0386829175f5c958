import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MOST_OF_HOLDER } from '../../../src/services/live/activity.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { done, nextAddress, person } from '../graphql/operations.js';
import { activity, openStream, provisioning, reading, type TestStream } from './stream.js';

/** Rule 54: owners, admins, operators and keys with AUDIT_READ may follow, and no longer than they may. */

let app: TestApp;
let other: Awaited<ReturnType<TestApp['beside']>>;
let workspace: TestWorkspace;
let workspaceId: string;
/** The time of the other process. */
let now = Date.now();
const opened: TestStream[] = [];

beforeAll(async () => {
  app = await startTestApp();
  other = await app.beside({ clock: () => new Date(now) });
});

afterAll(async () => {
  await other.stop();
  await app.stop();
});

beforeEach(async () => {
  now = Date.now();
  workspace = await app.workspace({ version: 'V2' });
  workspaceId = workspace.workspaceId;
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((stream) => stream.close()));
});

async function open(credential: string | undefined, request = activity(workspaceId)): Promise<TestStream> {
  const stream = await openStream(other.url, credential, request);
  opened.push(stream);
  return stream;
}

async function add(): Promise<string> {
  const userName = nextAddress();
  const input = { workspaceId, userName, access: { roleAccess: { role: 'VIEWER' } } };
  await done(app, app.operatorToken, 'memberAdd', input);
  return userName;
}

/** The only answer of a stream that is refused or ends, before it is complete. */
function refusal(code: string) {
  return [
    {
      event: 'next',
      data: { errors: [expect.objectContaining({ extensions: expect.objectContaining({ code }) })] },
    },
    { event: 'complete', data: null },
  ];
}

describe.each([
  ['workspaceActivity', activity],
  ['scimActivity', provisioning],
] as const)('%s', (_name, request) => {
  test.each([
    ['nobody', 'UNAUTHENTICATED', async () => undefined],
    [
      'a viewer',
      'FORBIDDEN',
      async () => (await person(app, workspace, { roleAccess: { role: 'VIEWER' } })).token,
    ],
    ['a key without the scope', 'FORBIDDEN', () => app.key(workspaceId, ['SCIM', 'MEMBERS_READ'])],
    [
      'an owner of another workspace',
      'NOT_FOUND',
      async () => app.session((await app.workspace({ version: 'V2' })).ownerEmail),
    ],
    ['a key of another workspace', 'NOT_FOUND', async () => (await app.workspace({ version: 'V2' })).apiKey],
  ])('%s is refused', async (_who, code, credential) => {
    const stream = await open(await credential(), request(workspaceId));
    expect(await stream.rest()).toMatchObject(refusal(code));
  });

  test('an entry of another workspace is no place to continue from', async () => {
    const stranger = await app.workspace({ version: 'V2' });
    const [entry] = await app.sql<{ id: string }>(
      'select id from audit_entry where workspace_id = $1 limit 1',
      [stranger.workspaceId],
    );
    for (const after of [entry?.id, 'nonsense']) {
      const stream = await open(workspace.apiKey, request(workspaceId, after));
      expect(await stream.rest()).toMatchObject(refusal('INVALID_INPUT'));
    }
  });
});

describe('a stream ends when its caller', () => {
  let owners: TestStream;

  beforeEach(async () => {
    owners = await open(await app.session(workspace.ownerEmail));
  });

  /** Changes after which the stream is over, while the owner's goes on. */
  async function expectEnd(stream: TestStream, code: string): Promise<void> {
    expect(await stream.rest()).toMatchObject(refusal(code));
    expect((await owners.next())?.data.data.workspaceActivity).toMatchObject({ action: expect.anything() });
  }

  test('is no admin any more: the entry that says so is not sent', async () => {
    const admin = await person(app, workspace, { roleAccess: { role: 'ADMIN' } });
    const stream = await open(admin.token);
    await done(app, app.operatorToken, 'memberSetAccess', {
      workspaceId,
      memberId: admin.memberId,
      access: { roleAccess: { role: 'VIEWER' } },
    });
    await expectEnd(stream, 'FORBIDDEN');
  });

  test('is no admin any more: of provisioning too', async () => {
    const admin = await person(app, workspace, { roleAccess: { role: 'ADMIN' } });
    const stream = await open(admin.token, provisioning(workspaceId));
    await done(app, app.operatorToken, 'memberRemove', { workspaceId, memberId: admin.memberId });
    await expectEnd(stream, 'NOT_FOUND');
  });

  test('is a key that is disabled', async () => {
    const key = await done(app, app.operatorToken, 'apiKeyCreate', {
      workspaceId,
      name: 'Live',
      scopes: ['AUDIT_READ'],
    });
    const stream = await open(key.secret);
    await done(app, app.operatorToken, 'apiKeyUpdate', {
      workspaceId,
      apiKeyId: key.apiKey.id,
      enabled: false,
    });
    await expectEnd(stream, 'UNAUTHENTICATED');
  });

  test('is a session that ends', async () => {
    const admin = await person(app, workspace, { roleAccess: { role: 'ADMIN' } });
    const stream = await open(admin.token);
    const answer = await app.graphql(
      admin.token,
      'mutation { sessionsEnd(input: { keepCurrent: false }) { ended } }',
    );
    expect(answer).toMatchObject({ data: { sessionsEnd: { ended: expect.any(Number) } } });
    expect(await stream.rest()).toMatchObject(refusal('UNAUTHENTICATED'));
  });

  test('is a session that has expired, before anything else is sent', async () => {
    const admin = await person(app, workspace, { roleAccess: { role: 'ADMIN' } });
    const stream = await open(admin.token);
    now += 8 * 24 * 3_600_000;
    // A change of the key reaches every stream, as the check every half minute does.
    await done(app, app.operatorToken, 'workspaceUpdate', { workspaceId, name: 'Acme, renamed' });
    expect(await stream.rest()).toMatchObject(refusal('UNAUTHENTICATED'));
  });
});

describe('a stream ends on time, without any change, when', () => {
  test('its key expires (rule 25)', async () => {
    const key = await done(app, app.operatorToken, 'apiKeyCreate', {
      workspaceId,
      name: 'Short',
      scopes: ['AUDIT_READ'],
      expiresAt: new Date(Date.now() + 1_500).toISOString(),
    });
    const began = performance.now();
    const stream = await open(key.secret);
    expect(await stream.rest()).toMatchObject(refusal('UNAUTHENTICATED'));
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('its session reaches its absolute end (rule 33)', async () => {
    const admin = await person(app, workspace, { roleAccess: { role: 'ADMIN' } });
    await app.sql(
      'update session s set expires_at = $1 from account a where a.id = s.account_id and a.email = $2',
      [new Date(now + 1_500), admin.email],
    );
    const stream = await open(admin.token);
    now += 2_000;
    expect(await stream.rest()).toMatchObject(refusal('UNAUTHENTICATED'));
  });
});

test('a stream is no use of its session', async () => {
  const admin = await person(app, workspace, { roleAccess: { role: 'ADMIN' } });
  const stream = await open(admin.token);
  const used = () =>
    app.sql('select last_used_at from session s join account a on a.id = s.account_id where a.email = $1', [
      admin.email,
    ]);
  const before = await used();
  now += 3_600_000;
  await done(app, app.operatorToken, 'workspaceUpdate', { workspaceId, name: 'Acme, renamed' });
  expect((await stream.next())?.data.data.workspaceActivity.action).toBe('workspace.update');
  expect(await used()).toEqual(before);
});

test('a key has a number of streams at once, and an ended one makes room', async () => {
  const streams = await Promise.all(Array.from({ length: MOST_OF_HOLDER }, () => open(workspace.apiKey)));
  expect(await (await open(workspace.apiKey)).rest()).toMatchObject(refusal('RATE_LIMITED'));
  // Another key has its own.
  const others = await open(await app.key(workspaceId, ['AUDIT_READ']));
  await streams[0]?.close();
  await expect
    .poll(async () => {
      const stream = await open(workspace.apiKey);
      const first = Promise.race([stream.next(), others.next()]);
      await add();
      return (await first)?.data.errors;
    })
    .toBeUndefined();
});

describe('rule 36: with the session cookie', () => {
  const sent = async (init: RequestInit, path = '') => {
    const headers = { Cookie: `rollcall=${await app.session(workspace.ownerEmail)}`, ...init.headers };
    return fetch(`${other.url}/graphql/stream${path}`, { ...init, headers });
  };
  const body = () => JSON.stringify(activity(workspaceId));

  test.each([
    ['no Origin', { 'Content-Type': 'application/json' }],
    ["another site's Origin", { 'Content-Type': 'application/json', Origin: 'https://evil.test' }],
    ['a type that forms have', { 'Content-Type': 'text/plain' }],
  ])('POST with %s is refused', async (_what, headers) => {
    const response = await sent({ method: 'POST', headers, body: body() });
    expect([response.status, await response.json()]).toMatchObject([
      403,
      { errors: [{ extensions: { code: 'FORBIDDEN' } }] },
    ]);
  });

  test('POST with our Origin is answered', async () => {
    const headers = { 'Content-Type': 'application/json', Origin: other.url };
    const stream = reading(await sent({ method: 'POST', headers, body: body() }));
    opened.push(stream);
    const userName = await add();
    expect((await stream.next())?.data.data.workspaceActivity.targetLabel).toBe(userName);
  });

  test('GET is refused', async () => {
    const response = await sent({}, `?query=${encodeURIComponent('subscription { x }')}`);
    expect(response.status).toBe(403);
  });
});
