import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { done, mutate, nextAddress, person } from '../graphql/operations.js';
import { CHROME, Visitor } from './visitor.js';

/** Rules 32 and 35: the workspaces that sessions open, and the callers who list and end them. */
let app: TestApp;
let bank: TestWorkspace;
let hostile: TestWorkspace;
let ann: string;
const seeded: string[] = [];

const SESSIONS = '{ mySessions { method workspaceId lastUsedFrom browser current } }';
const WORKSPACES = '{ viewer { label method workspaces { name role opened signInUrl } } }';

beforeAll(async () => {
  app = await startTestApp({ seededWorkspaceIds: seeded });
});

afterAll(async () => {
  await app.stop();
});

/** Ann owns a workspace of the bank; a hostile customer has made her address its member, and its provider claims it. */
beforeEach(async () => {
  ann = nextAddress();
  bank = await app.workspace({ version: 'V2', ownerEmail: ann });
  hostile = await app.workspace({ version: 'V2' });
  seeded.splice(0, 1, bank.workspaceId);
  await done(app, hostile.apiKey, 'memberAdd', { workspaceId: hostile.workspaceId, userName: ann });
});

async function signedIn(): Promise<Visitor> {
  const browser = new Visitor(app.url, { 'X-Forwarded-For': '::ffff:192.0.2.7' });
  await browser.post('/sign-in/development', { email: ann });
  return browser;
}

describe('rule 32: a session from a provider that claims every address', () => {
  let token: string;

  beforeEach(async () => {
    token = await app.providerSession(ann, hostile.workspaceId);
  });

  test('opens its own workspace only; the other looks like none', async () => {
    const query = 'query ($id: ID!) { workspace(id: $id) { id } }';
    expect(await app.graphql(token, query, { id: hostile.workspaceId })).toEqual({
      data: { workspace: { id: hostile.workspaceId } },
    });
    const [foreign, unknown] = await Promise.all(
      [bank.workspaceId, '01930000-0000-7000-8000-000000000000'].map((id) =>
        app.graphql(token, query, { id }),
      ),
    );
    expect(foreign).toEqual({ data: { workspace: null } });
    expect(foreign).toEqual(unknown);
    expect(await app.graphql(token, '{ workspaces { nodes { id } } }')).toEqual({
      data: { workspaces: { nodes: [{ id: hostile.workspaceId }] } },
    });
  });

  test('changes nothing in the other, with the answer for an unknown one', async () => {
    const refusals = await Promise.all(
      [bank.workspaceId, '01930000-0000-7000-8000-000000000000'].map(async (workspaceId) => {
        const answer = await mutate(app, token, 'memberAdd', { workspaceId, userName: 'eve@evil.test' });
        const [error] = answer.errors ?? [];
        return { ...error, extensions: { ...error.extensions, requestId: null } };
      }),
    );
    expect(refusals[0]).toMatchObject({ extensions: { code: 'NOT_FOUND' } });
    expect(refusals[0]).toEqual(refusals[1]);
  });

  test('does not list the other workspaces', async () => {
    const { data } = await app.graphql(token, WORKSPACES);
    expect(data.viewer).toMatchObject({
      method: 'PROVIDER',
      workspaces: [{ opened: true, signInUrl: null }],
    });
  });

  test("neither lists nor ends the person's other sessions", async () => {
    const browser = await signedIn();
    const [own] = await app.sql<{ id: string }>(
      "select id from session where method = 'DEVELOPMENT' order by id desc limit 1",
    );
    expect((await app.graphql(token, SESSIONS)).data.mySessions).toEqual([
      {
        method: 'PROVIDER',
        workspaceId: hostile.workspaceId,
        lastUsedFrom: '192.0.2.1',
        browser: null,
        current: true,
      },
    ]);
    expect(await mutate(app, token, 'sessionEnd', { sessionId: own?.id })).toMatchObject({
      errors: [{ extensions: { code: 'NOT_FOUND' } }],
    });
    expect(await end(token, false)).toBe(1);
    expect(await browser.graphql(WORKSPACES)).toMatchObject({ data: { viewer: { label: ann } } });
  });

  test('cannot accept invitations to other workspaces', async () => {
    const other = await app.workspace({ version: 'V2' });
    const { token: invitation } = await done(app, app.operatorToken, 'invitationCreate', {
      workspaceId: other.workspaceId,
      email: ann,
    });
    expect(await mutate(app, token, 'invitationAccept', { token: invitation })).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN', signInUrl: '/sign-in?returnTo=/' } }],
    });
  });

  test('lets its customer know that other sessions exist, but not where and when they are used', async () => {
    await signedIn();
    const owner = await app.session(hostile.ownerEmail);
    const { data } = await app.graphql(
      owner,
      `query ($id: ID!, $userName: String!) { workspace(id: $id) { members(filter: { userName: { eq: $userName } }) {
        nodes { sessions { method lastUsedAt lastUsedFrom browser current } } } } }`,
      { id: hostile.workspaceId, userName: ann },
    );
    expect(data.workspace.members.nodes[0].sessions).toEqual([
      { method: 'DEVELOPMENT', lastUsedAt: null, lastUsedFrom: null, browser: null, current: false },
      {
        method: 'PROVIDER',
        lastUsedAt: expect.any(String),
        lastUsedFrom: '192.0.2.1',
        browser: null,
        current: false,
      },
    ]);
  });
});

describe('viewer', () => {
  test('returns the person, the sign-in method, the end of the session, and the workspaces', async () => {
    const browser = await signedIn();
    const names = await app.sql<{ id: string; name: string }>(
      'select id, name from workspace where id = any($1)',
      [[bank.workspaceId, hostile.workspaceId]],
    );
    const nameOf = (id: string) => names.find((row) => row.id === id)?.name;
    const { data } = await browser.graphql(
      '{ viewer { label method expiresAt workspaces { name role opened } } }',
    );
    expect(data.viewer).toMatchObject({ label: ann, method: 'DEVELOPMENT', expiresAt: expect.any(String) });
    expect(data.viewer.workspaces).toHaveLength(2);
    expect(data.viewer.workspaces).toEqual(
      expect.arrayContaining([
        { name: nameOf(bank.workspaceId), role: 'OWNER', opened: true },
        { name: nameOf(hostile.workspaceId), role: 'VIEWER', opened: true },
      ]),
    );
  });

  test('lists a workspace that a removal closed to the session, with how to open it', async () => {
    const browser = await signedIn();
    const [member] = await app.sql<{ id: string }>(
      'select id from member where workspace_id = $1 and user_name = $2',
      [hostile.workspaceId, ann],
    );
    const target = { workspaceId: hostile.workspaceId, memberId: member?.id };
    await done(app, hostile.apiKey, 'memberRemove', target);
    await done(app, hostile.apiKey, 'memberAdd', { workspaceId: hostile.workspaceId, userName: ann });
    const { data } = await browser.graphql('{ viewer { workspaces { role opened signInUrl } } }');
    expect(data.viewer.workspaces).toEqual(
      expect.arrayContaining([
        { role: 'OWNER', opened: true, signInUrl: null },
        { role: null, opened: false, signInUrl: '/sign-in?returnTo=/' },
      ]),
    );
    expect(
      await browser.graphql('query ($id: ID!) { workspace(id: $id) { id } }', { id: hostile.workspaceId }),
    ).toMatchObject({
      data: { workspace: null },
      errors: [{ extensions: { code: 'FORBIDDEN', signInUrl: '/sign-in?returnTo=/' } }],
    });
  });

  test.each(['key', 'operator'])('of a %s has no workspaces and no method', async (kind) => {
    const credential = kind === 'key' ? bank.apiKey : app.operatorToken;
    expect(
      await app.graphql(credential, '{ viewer { method expiresAt workspaces { workspaceId } } }'),
    ).toEqual({
      data: { viewer: { method: null, expiresAt: null, workspaces: [] } },
    });
    expect(await app.graphql(credential, SESSIONS)).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
  });
});

async function end(token: string, keepCurrent: boolean): Promise<number> {
  const { data } = await app.graphql(
    token,
    'mutation ($input: SessionsEndInput!) { sessionsEnd(input: $input) { ended } }',
    { input: { keepCurrent } },
  );
  return data.sessionsEnd.ended;
}

describe("rule 35: the caller's sessions", () => {
  test('are listed with network address and browser, newest first', async () => {
    const minted = await app.session(ann);
    const browser = await signedIn();
    const { data } = await browser.graphql(SESSIONS);
    expect(data.mySessions).toEqual([
      {
        method: 'DEVELOPMENT',
        workspaceId: null,
        lastUsedFrom: '192.0.2.7',
        browser: 'Chrome on Linux',
        current: true,
      },
      { method: 'OPERATOR', workspaceId: null, lastUsedFrom: null, browser: null, current: false },
    ]);
    expect(CHROME).toContain('Chrome');
    expect(minted).toMatch(/^rollcall_session_/);
  });

  test("end: all but the caller's, or all; each is audited with its method", async () => {
    const others = [await app.session(ann), await app.providerSession(ann, hostile.workspaceId)];
    const browser = await signedIn();
    expect(await end(browser.session ?? '', true)).toBe(2);
    for (const token of others)
      expect(await app.graphql(token, SESSIONS)).toMatchObject({
        errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
      });
    expect(await end(browser.session ?? '', false)).toBe(1);
    expect(await browser.graphql(SESSIONS)).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    const entries = await app.sql(
      `select workspace_id as workspace, changes->'method'->>'before' as method from audit_entry
       where action = 'session.end' and target_label = $1 order by changes->'method'->>'before'`,
      [ann],
    );
    expect(entries).toEqual([
      { workspace: null, method: 'DEVELOPMENT' },
      { workspace: null, method: 'OPERATOR' },
      // It opened one workspace alone, to whose audit log the end belongs.
      { workspace: hostile.workspaceId, method: 'PROVIDER' },
    ]);
  });
});

describe('rule 35: memberSessionsEnd', () => {
  const endOf = (
    credential: string,
    memberId: string,
    workspaceId = bank.workspaceId,
    sessionIds: readonly string[] | null = null,
  ) =>
    app.graphql(
      credential,
      'mutation ($input: MemberSessionsEndInput!) { memberSessionsEnd(input: $input) { memberId ended } }',
      { input: { workspaceId, memberId, sessionIds } },
    );

  test('lets an owner end all sessions that open the workspace; in other workspaces they continue', async () => {
    const ben = await person(app, bank);
    await done(app, hostile.apiKey, 'memberAdd', { workspaceId: hostile.workspaceId, userName: ben.email });
    const provider = await app.providerSession(ben.email, bank.workspaceId);
    const owner = await app.session(ann);
    expect(await endOf(owner, ben.memberId)).toEqual({
      data: { memberSessionsEnd: { memberId: ben.memberId, ended: 2 } },
    });
    const query = '{ workspaces { nodes { id } } }';
    expect(await app.graphql(ben.token, query)).toEqual({
      data: { workspaces: { nodes: [{ id: hostile.workspaceId }] } },
    });
    expect(await app.graphql(provider, query)).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect(await endOf(owner, ben.memberId)).toMatchObject({ data: { memberSessionsEnd: { ended: 0 } } });
    const entries = await app.sql(
      "select changes->'method'->>'before' as method from audit_entry where action = 'session.end' and workspace_id = $1 order by 1",
      [bank.workspaceId],
    );
    expect(entries).toEqual([{ method: 'OPERATOR' }, { method: 'PROVIDER' }]);
  });

  test('an owner ends one and leaves the others; ids of other people do nothing', async () => {
    const ben = await person(app, bank);
    const cleo = await person(app, bank);
    const provider = await app.providerSession(ben.email, bank.workspaceId);
    const owner = await app.session(ann);
    const sessionsOf = async (memberId: string): Promise<{ id: string; method: string }[]> => {
      const { data } = await app.graphql(
        owner,
        'query ($id: ID!, $memberId: ID!) { workspace(id: $id) { member(id: $memberId) { sessions { id method } } } }',
        { id: bank.workspaceId, memberId },
      );
      return data.workspace.member.sessions;
    };
    const one = (await sessionsOf(ben.memberId)).find(({ method }) => method === 'PROVIDER');
    const [other] = await sessionsOf(cleo.memberId);
    const ids = [one?.id ?? '', other?.id ?? '', 'no id'];
    expect(await endOf(owner, ben.memberId, bank.workspaceId, ids)).toMatchObject({
      data: { memberSessionsEnd: { ended: 1 } },
    });
    expect((await sessionsOf(ben.memberId)).map(({ method }) => method)).toEqual(['OPERATOR']);
    expect(await sessionsOf(cleo.memberId)).toHaveLength(1);
    expect(await app.graphql(provider, '{ workspaces { nodes { id } } }')).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  test('is refused for everybody else, as abilities say', async () => {
    const ben = await person(app, bank);
    const cleo = await person(app, bank);
    for (const credential of [ben.token, bank.apiKey])
      expect(await endOf(credential, cleo.memberId)).toMatchObject({
        errors: [{ extensions: { code: 'FORBIDDEN' } }],
      });
    const foreign = await app.session(hostile.ownerEmail);
    expect(await endOf(foreign, cleo.memberId)).toMatchObject({
      errors: [{ extensions: { code: 'NOT_FOUND' } }],
    });
    expect(await endOf(foreign, cleo.memberId, hostile.workspaceId)).toMatchObject({
      errors: [{ extensions: { code: 'NOT_FOUND' } }],
    });
    const query = `query ($id: ID!) { workspace(id: $id) { viewerMember { viewerCan { endSessions { allowed refusal { code } } } } } }`;
    const can = async (token: string) =>
      (await app.graphql(token, query, { id: bank.workspaceId })).data.workspace.viewerMember.viewerCan
        .endSessions;
    expect(await can(ben.token)).toEqual({ allowed: false, refusal: { code: 'FORBIDDEN' } });
    expect(await can(await app.session(ann))).toEqual({ allowed: true, refusal: null });
  });
});

test('back-channel logout ends the sessions of the sid or subject, in every process within a second', async () => {
  const other = await app.beside();
  try {
    const [one, two] = [
      await app.providerSession(ann, hostile.workspaceId, 'sid-1'),
      await app.providerSession(ann, hostile.workspaceId, 'sid-2'),
    ];
    const ask = async (token: string) => {
      const browser = new Visitor(other.url);
      browser.cookies.set('rollcall', token);
      return (await browser.graphql('{ viewer { label } }')).errors === undefined;
    };
    expect([await ask(one), await ask(two)]).toEqual([true, true]);
    expect(await app.endSessionsOf({ workspaceId: hostile.workspaceId, sid: 'sid-1' })).toBe(1);
    await expect.poll(() => ask(one), { timeout: 1000, interval: 20 }).toBe(false);
    expect(await ask(two)).toBe(true);
    expect(await app.endSessionsOf({ workspaceId: bank.workspaceId, subject: `subject of ${ann}` })).toBe(0);
    expect(await app.endSessionsOf({ workspaceId: hostile.workspaceId, subject: `subject of ${ann}` })).toBe(
      1,
    );
    await expect.poll(() => ask(two), { timeout: 1000, interval: 20 }).toBe(false);
  } finally {
    await other.stop();
  }
});

test('10,000 sessions of a person, among 10,000 of others, are found by an index', async () => {
  await app.sql(
    `insert into session (id, account_id, method, lookup, hash, created_at, expires_at, last_used_at)
     select gen_random_uuid(), a.id, 'OPERATOR', md5(a.id::text || n), 'x', now(), now() + interval '7 days', now()
     from generate_series(1, 10000) n, account a where a.email in ($1, $2)`,
    [ann, hostile.ownerEmail],
  );
  await app.sql('analyze session');
  const plan = async (text: string) => JSON.stringify(await app.sql(`explain (format json) ${text}`));
  expect(
    await plan("select * from session where lookup = 'abc' and ended_at is null and expires_at > now()"),
  ).toContain('session_lookup_unique');
  expect(
    await plan(
      `select 1 from session_end where session_id = '${bank.workspaceId}' and workspace_id = '${bank.workspaceId}'`,
    ),
  ).toContain('session_end_pkey');
  const bound = `select id from session where workspace_id = '${bank.workspaceId}' and ended_at is null`;
  expect(await plan(`${bound} and provider_subject = 'x'`)).toContain('session_of_subject');
  expect(await plan(`${bound} and provider_sid = 'x'`)).toMatch(/session_of_(sid|subject)/);
  // The person's own list has a limit.
  const token = await app.session(ann);
  expect((await app.graphql(token, SESSIONS)).data.mySessions).toHaveLength(200);
});
