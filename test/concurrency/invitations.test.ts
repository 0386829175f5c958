import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type GraphqlAnswer, startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import { done, expectSeatsToAddUp, mutate, nextAddress } from '../http/graphql/operations.js';
import { expectInvariants } from '../invariants.js';

/** Rule 22, for concurrent changes of an invitation. */

let app: TestApp;
let workspace: TestWorkspace;
let workspaceId: string;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.stop();
});

beforeEach(async () => {
  workspace = await app.workspace({ version: 'V2' });
  workspaceId = workspace.workspaceId;
});

afterEach(async () => {
  await expectInvariants(app);
});

async function sessionOf(email: string): Promise<string> {
  return (await done(app, app.operatorToken, 'sessionCreate', { email, createAccount: true })).token;
}

const operator = (name: 'invitationCreate' | 'invitationLinkCreate', input: object) =>
  done(app, app.operatorToken, name, { workspaceId, ...input });

/** The number of answers with each code; `done` for answers without one. */
function outcomes(answers: readonly GraphqlAnswer[]): Record<string, number> {
  const codes = answers.map(({ errors }) => errors?.[0].extensions.code ?? 'done');
  return Object.fromEntries(codes.map((code) => [code, codes.filter((other) => other === code).length]));
}

function membersNamed(email: string): Promise<object[]> {
  return app.sql(
    `select m.id from member m join membership s on s.member_id = m.id and s.ended_at is null
     where m.workspace_id = $1 and m.user_name = $2`,
    [workspaceId, email],
  );
}

test('a link with one use lets in one of twenty people', async () => {
  const { token, invitation } = await operator('invitationLinkCreate', { maxUses: 1 });
  const sessions = await Promise.all(Array.from({ length: 20 }, () => sessionOf(nextAddress())));
  const answers = await Promise.all(
    sessions.map((session) => mutate(app, session, 'invitationAccept', { token })),
  );
  expect(outcomes(answers)).toEqual({ done: 1, INVITATION_CLOSED: 19 });
  expect(await app.sql('select use_count from invitation where id = $1', [invitation.id])).toEqual([
    { use_count: 1 },
  ]);
});

test('a person who accepts ten times at once is added once', async () => {
  const email = nextAddress();
  const { token } = await operator('invitationCreate', { email });
  const session = await sessionOf(email);
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => mutate(app, session, 'invitationAccept', { token })),
  );
  expect(outcomes(answers)).toEqual({ done: 10 });
  expect(answers.filter(({ data }) => data.invitationAccept.changed)).toHaveLength(1);
  expect(await membersNamed(email)).toHaveLength(1);
});

test('accepting and a SCIM create of the same person at once end with one member', async () => {
  const scim = app.scim(workspaceId, workspace.apiKey);
  for (let round = 0; round < 10; round += 1) {
    const email = nextAddress();
    const { token, invitation } = await operator('invitationCreate', { email });
    const session = await sessionOf(email);
    const [accepted, created] = await Promise.all([
      mutate(app, session, 'invitationAccept', { token }),
      scim.post('/Users', { userName: email }),
    ]);
    const members = await membersNamed(email);
    expect(members).toHaveLength(1);
    // The second request finds the member; accepting is never refused.
    expect(accepted.errors).toBeUndefined();
    expect(accepted.data.invitationAccept.member).toMatchObject(members[0] ?? {});
    const { changed } = accepted.data.invitationAccept;
    expect(created.status).toBe(changed ? 409 : 201);
    const query = 'query ($id: ID!) { node(id: $id) { ... on Invitation { status } } }';
    const { data } = await app.graphql(app.operatorToken, query, { id: invitation.id });
    expect(data.node.status).toBe(changed ? 'ACCEPTED' : 'SUPERSEDED');
  }
});

test('of ten concurrent invitations of the same person, one succeeds', async () => {
  const email = nextAddress();
  const answers = await Promise.all(
    Array.from({ length: 10 }, () =>
      mutate(app, app.operatorToken, 'invitationCreate', { workspaceId, email }),
    ),
  );
  expect(outcomes(answers)).toEqual({ done: 1, ALREADY_INVITED: 9 });
});

test('revoking, resending and accepting an invitation at once have the result of some sequence', async () => {
  for (let round = 0; round < 10; round += 1) {
    const email = nextAddress();
    const { token, invitation } = await operator('invitationCreate', { email });
    const target = { workspaceId, invitationId: invitation.id };
    const session = await sessionOf(email);
    const [revoked, , accepted] = await Promise.all([
      mutate(app, app.operatorToken, 'invitationRevoke', target),
      mutate(app, app.operatorToken, 'invitationResend', target),
      mutate(app, session, 'invitationAccept', { token }),
    ]);
    // Of the revocation and the acceptance exactly one has had its way, unless the token was replaced before.
    const isIn = (await membersNamed(email)).length === 1;
    expect(accepted.errors === undefined).toBe(isIn);
    expect(revoked.errors === undefined).toBe(!isIn);
  }
});

test('files with the same people in different orders, imported at once, invite everybody once', async () => {
  const emails = Array.from({ length: 50 }, () => nextAddress());
  const files = [emails, emails.toReversed(), [...emails.slice(25), ...emails.slice(0, 25)]];
  const answers = await Promise.all(
    files.map((file) =>
      done(app, app.operatorToken, 'invitationsCreateFromCsv', {
        workspaceId,
        csv: ['email', ...file].join('\n'),
      }),
    ),
  );
  const invited = answers.reduce((sum, { invitedCount }) => sum + invitedCount, 0);
  expect(invited).toBe(50);
  const codes = answers.flatMap(({ results }) =>
    results.flatMap(({ refusal }: { refusal: { code: string } | null }) =>
      refusal === null ? [] : [refusal.code],
    ),
  );
  expect(new Set(codes)).toEqual(new Set(['ALREADY_INVITED']));
});

test('a member who is deleted while accepting again is not left half added', async () => {
  for (let round = 0; round < 5; round += 1) {
    const email = nextAddress();
    const { member } = await done(app, app.operatorToken, 'memberAdd', { workspaceId, userName: email });
    await done(app, app.operatorToken, 'memberRemove', { workspaceId, memberId: member.id });
    const { token } = await operator('invitationCreate', { email });
    const session = await sessionOf(email);
    const [deleted, accepted] = await Promise.all([
      mutate(app, app.operatorToken, 'memberDelete', { workspaceId, memberId: member.id }),
      mutate(app, session, 'invitationAccept', { token }),
    ]);
    expect(deleted.errors).toBeUndefined();
    // Either the deletion came first, and the invitation is older (rule 16a); or it has deleted who had come in again.
    expect(accepted.errors?.[0].extensions.code ?? 'done').toMatch(/^(FORBIDDEN|done)$/);
    expect(await membersNamed(email)).toEqual([]);
  }
});

test('V1: of ten invitations to the last seat, one is accepted and nine can be tried again', async () => {
  workspace = await app.workspace({ version: 'V1', seats: { pro: 1 } });
  workspaceId = workspace.workspaceId;
  const invited = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const email = nextAddress();
      const access = { seatAccess: { seatType: 'PRO' } };
      const { token } = await operator('invitationCreate', { email, access });
      return { token, session: await sessionOf(email) };
    }),
  );
  const answers = await Promise.all(
    invited.map(({ token, session }) => mutate(app, session, 'invitationAccept', { token })),
  );
  expect(outcomes(answers)).toEqual({ done: 1, SEAT_UNAVAILABLE: 9 });
  await expectSeatsToAddUp(app, workspaceId);
  const query =
    'query ($id: ID!) { workspace(id: $id) { invitations(filter: {status: {eq: PENDING}}) { totalCount } } }';
  const { data } = await app.graphql(app.operatorToken, query, { id: workspaceId });
  expect(data.workspace.invitations.totalCount).toBe(9);
});
