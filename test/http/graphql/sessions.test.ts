import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import {
  done,
  type MutationName,
  mutate,
  nextAddress,
  person,
  refused,
  type TestPerson,
  UUID,
} from './operations.js';

let app: TestApp;
let here: TestWorkspace;
let there: TestWorkspace;
let ann: TestPerson;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.stop();
});

/** Ann is an admin here, and a viewer there. */
beforeEach(async () => {
  here = await app.workspace({ version: 'V2' });
  there = await app.workspace({ version: 'V2' });
  ann = await person(app, here, { roleAccess: { role: 'ADMIN' } });
  await done(app, app.operatorToken, 'memberAdd', { workspaceId: there.workspaceId, userName: ann.email });
});

/** The workspaces that a session sees: by id, in the list, and of the viewer. */
async function seen(token: string): Promise<unknown> {
  const query = `query ($here: ID!, $there: ID!) {
    viewer { account { email } }
    here: workspace(id: $here) { id }
    there: workspace(id: $there) { id }
    workspaces { totalCount nodes { id } }
  }`;
  const answer = await app.graphql(token, query, { here: here.workspaceId, there: there.workspaceId });
  if (answer.data === null || answer.data.viewer === undefined) return answer.errors?.[0].extensions.code;
  const ids: string[] = answer.data.workspaces.nodes.map(({ id }: { id: string }) => id);
  expect(answer.data).toEqual({
    viewer: { account: { email: ann.email } },
    here: ids.includes(here.workspaceId) ? { id: here.workspaceId } : null,
    there: ids.includes(there.workspaceId) ? { id: there.workspaceId } : null,
    workspaces: { totalCount: ids.length, nodes: ids.map((id) => ({ id })) },
  });
  return ids;
}

const UNAUTHENTICATED = 'UNAUTHENTICATED';

describe('sessionCreate', () => {
  test('creates a token for 7 days (rule 33) and stores only its hash', async () => {
    const answer = await mutate(app, app.operatorToken, 'sessionCreate', { email: ann.email.toUpperCase() });
    expect(answer).toEqual({
      data: {
        sessionCreate: {
          sessionId: UUID,
          token: expect.stringMatching(/^rollcall_session_[0-9a-f]{16}_[\w-]{43}$/),
          expiresAt: expect.any(String),
        },
      },
    });
    const { sessionId, token, expiresAt } = answer.data.sessionCreate;
    const days = (Date.parse(expiresAt) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(6.9);
    expect(days).toBeLessThanOrEqual(7);
    expect(await app.sql('select hash from session where id = $1', [sessionId])).toEqual([
      { hash: createHash('sha256').update(token).digest('hex') },
    ]);
    expect(JSON.stringify(await app.sql('select s::text from session s'))).not.toContain(token.slice(35));
    expect(await seen(token)).toEqual([here.workspaceId, there.workspaceId]);
  });

  test('refuses a person without an account', async () => {
    expect(await mutate(app, app.operatorToken, 'sessionCreate', { email: nextAddress() })).toEqual(
      refused('sessionCreate', 'NOT_FOUND', 'Nobody on the platform has this address.', {
        attribute: 'email',
        hint: 'Add the person to a workspace first. For somebody who has been invited, set createAccount.',
      }),
    );
    expect(await mutate(app, app.operatorToken, 'sessionCreate', { email: 'ann' })).toEqual(
      refused('sessionCreate', 'INVALID_INPUT', 'email must have the form ann@example.com.', {
        attribute: 'email',
      }),
    );
  });
});

describe('rule 16: the end of a membership', () => {
  const WAYS: readonly [MutationName, object][] = [
    ['memberRemove', {}],
    ['memberProvision', { mode: 'PATCH', active: false }],
    ['memberDelete', {}],
  ];

  test.each(WAYS)('by %s ends the sessions for this workspace only', async (name, input) => {
    const other = await app.session(ann.email);
    expect(await seen(ann.token)).toEqual([here.workspaceId, there.workspaceId]);
    const target = { workspaceId: here.workspaceId, memberId: ann.memberId };
    await done(app, app.operatorToken, name, { ...target, ...input });
    expect(await seen(ann.token)).toEqual([there.workspaceId]);
    expect(await seen(other)).toEqual([there.workspaceId]);
  });

  test.each(WAYS)('by %s ends them also after the person is added again', async (name, input) => {
    const target = { workspaceId: here.workspaceId, memberId: ann.memberId };
    await done(app, app.operatorToken, name, { ...target, ...input });
    const again = { workspaceId: here.workspaceId, userName: ann.email };
    await done(app, app.operatorToken, 'memberAdd', again);
    expect(await seen(ann.token)).toEqual([there.workspaceId]);
    expect(await seen(await app.session(ann.email))).toEqual([here.workspaceId, there.workspaceId]);
  });

  test('by SCIM deactivation ends them too', async () => {
    const answer = await app.scim(here.workspaceId, here.apiKey).delete(`/Users/${ann.memberId}`);
    expect(answer).toMatchObject({ status: 204 });
    expect(await seen(ann.token)).toEqual([there.workspaceId]);
  });

  test('that is refused ends no session', async () => {
    const owner = await app.session(here.ownerEmail);
    const target = { workspaceId: here.workspaceId, memberId: here.ownerMemberId };
    expect(await mutate(app, app.operatorToken, 'memberRemove', target)).toMatchObject({
      errors: [{ extensions: { code: 'LAST_OWNER' } }],
    });
    const query = 'query ($id: ID!) { workspace(id: $id) { id } }';
    expect(await app.graphql(owner, query, { id: here.workspaceId })).toEqual({
      data: { workspace: { id: here.workspaceId } },
    });
  });

  test('ends no session of the person who removes somebody; leaving ends the own ones', async () => {
    const ben = await person(app, here);
    const target = { workspaceId: here.workspaceId };
    await done(app, ann.token, 'memberRemove', { ...target, memberId: ben.memberId });
    expect(await seen(ann.token)).toEqual([here.workspaceId, there.workspaceId]);
    await done(app, ann.token, 'memberRemove', { ...target, memberId: ann.memberId });
    expect(await seen(ann.token)).toEqual([there.workspaceId]);
  });
});

test('a change of role applies at once to an open session', async () => {
  const target = { workspaceId: here.workspaceId, memberId: ann.memberId };
  const query =
    'query ($id: ID!) { workspace(id: $id) { viewerCan { addMember { allowed refusal { code } } } } }';
  const can = async () =>
    (await app.graphql(ann.token, query, { id: here.workspaceId })).data.workspace.viewerCan;
  expect(await can()).toEqual({ addMember: { allowed: true, refusal: null } });
  await done(app, app.operatorToken, 'memberSetAccess', {
    ...target,
    access: { roleAccess: { role: 'VIEWER' } },
  });
  expect(await can()).toEqual({ addMember: { allowed: false, refusal: { code: 'FORBIDDEN' } } });
});

describe('the end of a session', () => {
  test('sessionEnd ends the caller’s own session at once, and no other', async () => {
    const other = await app.session(ann.email);
    await done(app, ann.token, 'sessionEnd', {});
    expect(await seen(ann.token)).toBe(UNAUTHENTICATED);
    expect(await seen(other)).toEqual([here.workspaceId, there.workspaceId]);
  });

  test.each(['the person', 'an operator'])('%s may end another session of the person', async (who) => {
    const { sessionId, token } = await done(app, app.operatorToken, 'sessionCreate', { email: ann.email });
    const credential = who === 'an operator' ? app.operatorToken : ann.token;
    expect(await done(app, credential, 'sessionEnd', { sessionId })).toEqual({ sessionId });
    expect(await seen(token)).toBe(UNAUTHENTICATED);
    expect(await seen(ann.token)).toEqual([here.workspaceId, there.workspaceId]);
  });

  test('ending a session many times at once writes one audit entry', async () => {
    const { sessionId } = await done(app, app.operatorToken, 'sessionCreate', { email: ann.email });
    await Promise.all(
      Array.from({ length: 4 }, () => done(app, app.operatorToken, 'sessionEnd', { sessionId })),
    );
    const entries = await app.sql(
      "select 1 from audit_entry where target_id = $1 and action = 'session.end'",
      [sessionId],
    );
    expect(entries).toHaveLength(1);
  });

  test('a session of another person and an unknown one get the same answer', async () => {
    const { sessionId } = await done(app, app.operatorToken, 'sessionCreate', { email: here.ownerEmail });
    const missing = refused('sessionEnd', 'NOT_FOUND', 'There is no such session.');
    for (const id of [sessionId, '01930000-0000-7000-8000-000000000000', 'mine'])
      expect(await mutate(app, ann.token, 'sessionEnd', { sessionId: id })).toEqual(missing);
  });

  test('a key has no session to end, and an operator must name one', async () => {
    expect(await mutate(app, here.apiKey, 'sessionEnd', {})).toEqual(
      refused('sessionEnd', 'FORBIDDEN', 'An API key has no session to end.'),
    );
    expect(await mutate(app, app.operatorToken, 'sessionEnd', {})).toEqual(
      refused('sessionEnd', 'INVALID_INPUT', 'sessionId is required.', { attribute: 'sessionId' }),
    );
  });

  test('an expired session is refused', async () => {
    const fresh = await app.session(ann.email);
    await app.sql("update session set expires_at = now() - interval '1 second' where lookup = $1", [
      fresh.split('_')[2],
    ]);
    expect(await seen(fresh)).toBe(UNAUTHENTICATED);
  });

  test.each<[string, (token: string) => string]>([
    ['with another ending', (token) => `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`],
    ['that calls itself a key', (token) => token.replace('_session_', '_key_')],
  ])('a token %s is refused', async (_case, changed) => {
    expect(await seen(changed(ann.token))).toBe(UNAUTHENTICATED);
  });
});
