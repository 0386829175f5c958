import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { expectInvariants } from '../../invariants.js';
import { countingStatements } from '../../statements.js';
import {
  auditSize,
  done,
  mutate,
  nextAddress,
  person,
  refusals,
  refused,
  roleAccess,
  seatAccess,
} from './operations.js';

/** Rule 22: "in bulk (CSV: email required, role or seat optional, each row judged on its own)". */

let app: TestApp;
let v1: TestWorkspace;
let v2: TestWorkspace;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.stop();
});

beforeEach(async () => {
  v1 = await app.workspace({ version: 'V1', seats: { pro: 1 } });
  v2 = await app.workspace({ version: 'V2' });
});

afterEach(async () => {
  await expectInvariants(app);
});

const importing = ({ workspaceId }: TestWorkspace, csv: string, dryRun = false) =>
  done(app, app.operatorToken, 'invitationsCreateFromCsv', { workspaceId, csv, dryRun });

const invited = (row: number, email: string, role: string | null, access: object | null) => ({
  row,
  email,
  token: expect.stringMatching(/^rollcall_invitation_/),
  url: null,
  invitation: expect.objectContaining({ email, role, access, status: 'PENDING', kind: 'EMAIL', maxUses: 1 }),
  refusal: null,
});

const wrong = (
  row: number,
  email: string,
  code: string,
  attribute: string | null,
  message: string,
  hint: string | null,
) => ({
  row,
  email,
  token: null,
  url: null,
  invitation: null,
  refusal: { code, message, path: attribute === null ? null : [attribute], hint, seat: null },
});

const EVERY_ROW = 'Every row needs an address, such as ann@example.com.';

test('a file with every kind of mistake: correct rows are invited, and each other row has its reason', async () => {
  const { email: member } = await person(app, v2);
  const pending = nextAddress();
  await done(app, app.operatorToken, 'invitationCreate', { workspaceId: v2.workspaceId, email: pending });
  const [ann, ben, cleo, dan] = [nextAddress(), nextAddress(), nextAddress(), nextAddress()];
  const csv = [
    '\uFEFFName;Role;EMAIL;seat',
    `"Lee; Ann";Editor;${ann};`,
    '',
    `Ben;;"${ben}"`,
    'nobody;editor;;',
    'who;editor;who at acme;',
    `again;viewer;${ann.toUpperCase()};`,
    `member;viewer;${member};`,
    `pending;viewer;${pending};`,
    `owner;owner;${nextAddress()};`,
    `boss;boss;boss@acme.test;`,
    `seat;;seat@acme.test;pro`,
    `"quote;editor;quote@acme.test;`,
    `many;editor;many@acme.test;;;x`,
    `Cleo; ADMIN ;${cleo};`,
    `Dan;viewer;${dan};`,
  ].join('\r\n');
  const { results, ...counts } = await importing(v2, csv);
  expect(counts).toEqual({ invitedCount: 4, refusedCount: 10, ignoredColumns: ['Name'] });
  expect(results).toEqual([
    invited(2, ann, 'EDITOR', roleAccess('EDITOR')),
    invited(4, ben, null, null),
    wrong(5, '', 'INVALID_INPUT', 'email', 'email is empty.', EVERY_ROW),
    wrong(
      6,
      'who at acme',
      'INVALID_INPUT',
      'email',
      'email is not an e-mail address: who at acme',
      EVERY_ROW,
    ),
    wrong(
      7,
      ann.toUpperCase(),
      'INVALID_INPUT',
      'email',
      `${ann.toUpperCase()} is in the file already, on line 2.`,
      'Take one of the two lines out.',
    ),
    wrong(
      8,
      member,
      'ALREADY_A_MEMBER',
      'email',
      `${member} is already a member of this workspace.`,
      'Nothing is to be done. To give them other access, change the member.',
    ),
    wrong(
      9,
      pending,
      'ALREADY_INVITED',
      'email',
      `${pending} has been invited already, and has not accepted yet.`,
      'Send that invitation again, or revoke it and invite anew.',
    ),
    wrong(
      10,
      expect.any(String) as unknown as string,
      'ROLE_NOT_ASSIGNABLE',
      'role',
      'The role owner cannot be assigned.',
      'Use admin, editor or viewer.',
    ),
    wrong(11, 'boss@acme.test', 'INVALID_INPUT', 'role', 'role must be admin, editor or viewer.', null),
    wrong(
      12,
      'seat@acme.test',
      'WRONG_WORKSPACE_VERSION',
      'seat',
      'seat does not exist on a V2 workspace, and seat is "pro" here.',
      'Leave seat empty, and put what to give into the column role.',
    ),
    wrong(
      13,
      '',
      'INVALID_INPUT',
      'csv',
      'The quotes of this line do not match.',
      'Put a field into quotes as a whole, and write a quote inside of it twice.',
    ),
    wrong(
      14,
      'many@acme.test',
      'INVALID_INPUT',
      'csv',
      'This line has 6 fields, and the header names 4.',
      'Put a field that has the separator in it into quotes.',
    ),
    invited(15, cleo, 'ADMIN', roleAccess('ADMIN')),
    invited(16, dan, 'VIEWER', roleAccess('VIEWER')),
  ]);
  // The invited people can accept.
  const { token: session } = await done(app, app.operatorToken, 'sessionCreate', {
    email: cleo,
    createAccount: true,
  });
  const { token } = results.find(({ email }: { email: string }) => email === cleo);
  expect((await done(app, session, 'invitationAccept', { token })).member.role).toBe('ADMIN');
});

test('V1: seats in any case, or none; no seat is taken', async () => {
  const people = Array.from({ length: 5 }, () => nextAddress());
  const [ann = '', ben = '', cleo = '', dan = '', eve = ''] = people;
  const csv = `email,role,seat\n${ann},,Pro\n${ben},,\n${cleo},,throne\n${dan},editor,pro\n${eve},,ELITE_2`;
  const { results } = await importing(v1, csv);
  expect(results).toEqual([
    invited(2, ann, 'MEMBER', seatAccess('PRO')),
    invited(3, ben, null, null),
    wrong(
      4,
      cleo,
      'INVALID_INPUT',
      'seat',
      'seat must be one of starter, builder, pro, elite, elite_2, elite_3.',
      null,
    ),
    wrong(
      5,
      dan,
      'WRONG_WORKSPACE_VERSION',
      'role',
      'role does not exist on a V1 workspace, and role is "editor" here.',
      'Leave role empty, and put what to give into the column seat.',
    ),
    invited(6, eve, 'MEMBER', seatAccess('ELITE_2')),
  ]);
  expect(await app.sql('select used from seat_allocation where workspace_id = $1', [v1.workspaceId])).toEqual(
    [{ used: 0 }],
  );
});

test('a dry run returns the same results and writes nothing', async () => {
  const [ann, ben] = [nextAddress(), nextAddress()];
  await done(app, app.operatorToken, 'invitationCreate', { workspaceId: v2.workspaceId, email: ben });
  const size = await auditSize(app, v2.workspaceId);
  const csv = `email,role\n${ann},editor\n${ben},editor\nx,editor`;
  const dry = await importing(v2, csv, true);
  expect(dry).toMatchObject({ invitedCount: 1, refusedCount: 2 });
  expect(dry.results[0]).toEqual({
    row: 2,
    email: ann,
    token: null,
    url: null,
    invitation: null,
    refusal: null,
  });
  expect(await auditSize(app, v2.workspaceId)).toBe(size);
  const real = await importing(v2, csv);
  const errors = ({ results }: { results: { error: object | null }[] }) => results.map(({ error }) => error);
  expect(errors(real)).toEqual(errors(dry));
  expect(real.invitedCount).toBe(1);
});

test('the same file again invites nobody twice, and renews expired invitations', async () => {
  const people = [nextAddress(), nextAddress()];
  const csv = ['email', ...people].join('\n');
  await importing(v2, csv);
  expect(await importing(v2, csv)).toMatchObject({ invitedCount: 0, refusedCount: 2 });
  await app.sql("update invitation set expires_at = sent_at - interval '1 day' where email = $1", [
    people[0],
  ]);
  expect(await importing(v2, csv)).toMatchObject({ invitedCount: 1, refusedCount: 1 });
});

test('5,000 people take few statements, and one audit entry each', async () => {
  const people = Array.from({ length: 5000 }, (_, index) => `many-${index}@acme.test`);
  const size = await auditSize(app, v2.workspaceId);
  const query = `mutation ($input: InvitationsCreateFromCsvInput!) {
    invitationsCreateFromCsv(input: $input) { invitedCount refusedCount } }`;
  const input = {
    workspaceId: v2.workspaceId,
    csv: ['email,role', ...people.map((email) => `${email},editor`)].join('\n'),
  };
  const { answer, statements } = await countingStatements(() =>
    app.graphql(app.operatorToken, query, { input }),
  );
  expect(answer).toEqual({ data: { invitationsCreateFromCsv: { invitedCount: 5000, refusedCount: 0 } } });
  expect(statements).toBeLessThanOrEqual(10);
  expect(await auditSize(app, v2.workspaceId)).toBe(size + 5000);
});

describe('the file as a whole', () => {
  test('is refused when it cannot be read as a list of people', async () => {
    const input = { workspaceId: v2.workspaceId, csv: 'name\nAnn' };
    expect(await mutate(app, app.operatorToken, 'invitationsCreateFromCsv', input)).toEqual(
      refused('invitationsCreateFromCsv', 'INVALID_INPUT', 'The file has no column email.', {
        attribute: 'csv',
        hint: 'The first line names the columns: email and, optionally, role (V2) or seat (V1).',
      }),
    );
  });

  test('is read only for callers who may invite', async () => {
    const name = 'invitationsCreateFromCsv';
    const input = { workspaceId: v2.workspaceId, csv: 'not even a file of people' };
    const editor = await person(app, v2, { roleAccess: { role: 'EDITOR' } });
    expect(await mutate(app, editor.token, name, input)).toEqual(
      refusals.forbidden(name, 'invitation.manage'),
    );
    expect(await mutate(app, v1.apiKey, name, input)).toEqual(refusals.noWorkspace(name));
  });
});
