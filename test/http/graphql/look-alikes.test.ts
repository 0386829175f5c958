import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GraphqlAnswer, startTestApp, type TestApp } from '../../app.js';

/** Whoever adds or invites somebody is warned of another active member who looks the same (Unicode TR39); nothing is refused. */

let app: TestApp;
let workspaceId: string;
let existing: string;

beforeAll(async () => {
  app = await startTestApp();
  ({ workspaceId } = await app.workspace({ version: 'V2' }));
  existing = await added('paypal@acme.test');
});

afterAll(() => app.stop());

/** A Cyrillic letter. */
const IMPOSTOR = 'p\u0430ypal@acme.test';

/** Sends a mutation to the workspace, and gives its payload. */
async function payload(
  field: string,
  selection: string,
  input: object,
  { credential = app.operatorToken, workspace = workspaceId } = {},
): Promise<GraphqlAnswer['data']> {
  const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input!`;
  const document = `mutation ($input: ${type}) { ${field}(input: $input) { ${selection} } }`;
  const answer = await app.graphql(credential, document, { input: { workspaceId: workspace, ...input } });
  expect(answer).toEqual({ data: { [field]: expect.anything() } });
  return answer.data[field];
}

const LOOK_ALIKE = 'lookAlike { id userName }';
const PAYPAL = () => ({ id: existing, userName: 'paypal@acme.test' });

async function added(userName: string): Promise<string> {
  return (await payload('memberAdd', 'member { id }', { userName })).member.id;
}

/** Adds somebody, removes them again, and gives the warning. */
async function warningOf(userName: string, options = {}): Promise<unknown> {
  const { member, lookAlike } = await payload(
    'memberAdd',
    `member { id } ${LOOK_ALIKE}`,
    { userName },
    options,
  );
  await payload('memberRemove', 'changed', { memberId: member.id }, options);
  return lookAlike;
}

describe('memberAdd', () => {
  test.each([
    ['a Cyrillic letter', IMPOSTOR],
    ['a Cyrillic letter in the domain', 'paypal@\u0430cme.test'],
    ['a digit', 'paypa1@acme.test'],
  ])('%s: adds, and names the other member', async (_name, userName) => {
    expect(await warningOf(userName)).toEqual(PAYPAL());
  });

  test('the genuine address after an impostor with another domain: names the impostor', async () => {
    const impostor = await added('dora@\u0430cme.test');
    expect(await warningOf('dora@acme.test')).toEqual({ id: impostor, userName: 'dora@\u0430cme.test' });
  });

  test('another name: no warning', async () => {
    expect(await warningOf('paypen@acme.test')).toBeNull();
  });

  test('somebody who looks like an inactive member only: no warning', async () => {
    const memberId = await added('gone@acme.test');
    await payload('memberRemove', 'changed', { memberId });
    expect(await warningOf('g\u043ene@acme.test')).toBeNull();
  });

  test('an API key that may add members sees the warning', async () => {
    const credential = await app.key(workspaceId, ['MEMBERS_WRITE']);
    expect(await warningOf(IMPOSTOR, { credential })).toEqual(PAYPAL());
  });

  test('a member of another workspace is never named', async () => {
    const { workspaceId: workspace } = await app.workspace({ version: 'V2' });
    expect(await warningOf(IMPOSTOR, { workspace })).toBeNull();
  });
});

test('memberUpdate and memberProvision warn of the new userName', async () => {
  const memberId = await added('ann@acme.test');
  const selection = `changed ${LOOK_ALIKE}`;
  expect(
    await payload('memberUpdate', selection, { memberId, userName: 'p\u0430yp\u0430l@acme.test' }),
  ).toEqual({
    changed: true,
    lookAlike: PAYPAL(),
  });
  const patch = { memberId, mode: 'PATCH', userName: '\u{1d429}aypal@acme.test' };
  expect(await payload('memberProvision', selection, patch)).toEqual({ changed: true, lookAlike: PAYPAL() });
  expect(await payload('memberUpdate', selection, { memberId, userName: 'ann@acme.test' })).toEqual({
    changed: true,
    lookAlike: null,
  });
});

test('invitationCreate warns, and the invitation is made', async () => {
  const selection = `invitation { status } ${LOOK_ALIKE}`;
  expect(await payload('invitationCreate', selection, { email: IMPOSTOR })).toEqual({
    invitation: { status: 'PENDING' },
    lookAlike: PAYPAL(),
  });
  expect(await payload('invitationCreate', selection, { email: 'ben@acme.test' })).toEqual({
    invitation: { status: 'PENDING' },
    lookAlike: null,
  });
});

test.each([true, false])('every row of a CSV file has its warning (dryRun: %s)', async (dryRun) => {
  const csv = ['email', 'paypa1@acme.test', 'cleo@acme.test', 'paypal@acme.test'].join('\n');
  const selection = `invitedCount results { email refusal { code } ${LOOK_ALIKE} }`;
  expect(await payload('invitationsCreateFromCsv', selection, { csv, dryRun })).toEqual({
    invitedCount: 2,
    results: [
      { email: 'paypa1@acme.test', refusal: null, lookAlike: PAYPAL() },
      { email: 'cleo@acme.test', refusal: null, lookAlike: null },
      { email: 'paypal@acme.test', refusal: { code: 'ALREADY_A_MEMBER' }, lookAlike: null },
    ],
  });
});
