import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isAddress } from '../../src/domain/address.js';
import { canonicalName, canonicalUserName } from '../../src/domain/canonical.js';
import { isVisible } from '../../src/domain/text.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import { done, mutate, nextAddress } from '../http/graphql/operations.js';
import { CORE, PATCH_OP } from '../http/scim/resources.js';
import { expectInvariants } from '../invariants.js';

/** Rule 15a: every interface decides in the same way whether two spellings are the same person or group. */

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await expectInvariants(app);
  await app.stop();
});

const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const users = ({ workspaceId, apiKey }: TestWorkspace) => app.scim(workspaceId, apiKey);
const filtered = (path: string, attribute: string, text: string) =>
  `${path}?filter=${encodeURIComponent(`${attribute} eq ${JSON.stringify(text)}`)}`;

const query = async (workspaceId: string, selection: string, text: string, type = 'String!') => {
  const { data, errors } = await app.graphql(
    app.operatorToken,
    `query ($id: ID!, $text: ${type}) { workspace(id: $id) { ${selection} } }`,
    { id: workspaceId, text },
  );
  expect(errors).toBeUndefined();
  return data.workspace;
};

type Interface = (workspace: TestWorkspace, text: string) => Promise<boolean>;

/** Each returns whether its interface treats the text as the existing person. */
const PEOPLE_INTERFACES: Readonly<Record<string, Interface>> = {
  'SCIM POST': async (workspace, userName) => {
    const { status, body } = await users(workspace).post('/Users', { schemas: [CORE], userName });
    expect([201, 409]).toContain(status);
    if (status === 201) await users(workspace).delete(`/Users/${body.id}`);
    return status === 409;
  },
  'SCIM PATCH of somebody else': async (workspace, userName) => {
    const { body } = await users(workspace).post('/Users', { schemas: [CORE], userName: nextAddress() });
    const Operations = [{ op: 'replace', path: 'userName', value: userName }];
    const { status } = await users(workspace).patch(`/Users/${body.id}`, { schemas: [PATCH_OP], Operations });
    await users(workspace).delete(`/Users/${body.id}`);
    expect([200, 409]).toContain(status);
    return status === 409;
  },
  'SCIM filter': async (workspace, userName) => {
    const { status, body } = await users(workspace).get(filtered('/Users', 'userName', userName));
    expect(status).toBe(200);
    return body.totalResults === 1;
  },
  memberAdd: async ({ workspaceId }, userName) => {
    const { data, errors } = await mutate(app, app.operatorToken, 'memberAdd', { workspaceId, userName });
    if (errors !== undefined) return errors[0].extensions.code === 'ALREADY_A_MEMBER';
    await done(app, app.operatorToken, 'memberDelete', { workspaceId, memberId: data.memberAdd.member.id });
    return false;
  },
  'member(userName:)': async ({ workspaceId }, text) =>
    (await query(workspaceId, 'member(userName: $text) { id }', text)).member !== null,
  'members(filter: eq)': async ({ workspaceId }, text) =>
    (await query(workspaceId, 'members(filter: { userName: { eq: $text } }) { totalCount }', text)).members
      .totalCount === 1,
  'members(filter: in)': async ({ workspaceId }, text) =>
    (await query(workspaceId, 'members(filter: { userName: { in: [$text] } }) { totalCount }', text)).members
      .totalCount === 1,
  sessionCreate: async ({ workspaceId }, email) => {
    const { token } = await done(app, app.operatorToken, 'sessionCreate', { email, createAccount: true });
    const { data } = await app.graphql(token, 'query ($id: ID!) { workspace(id: $id) { id } }', {
      id: workspaceId,
    });
    return data.workspace !== null;
  },
  invitationCreate: async ({ workspaceId }, email) => {
    const { data, errors } = await mutate(app, app.operatorToken, 'invitationCreate', { workspaceId, email });
    if (errors !== undefined) return errors[0].extensions.code === 'ALREADY_A_MEMBER';
    const invitationId = data.invitationCreate.invitation.id;
    await done(app, app.operatorToken, 'invitationRevoke', { workspaceId, invitationId });
    return false;
  },
  invitationsCreateFromCsv: async ({ workspaceId }, email) => {
    const csv = `email\n"${email.replaceAll('"', '""')}"`;
    const { results } = await done(app, app.operatorToken, 'invitationsCreateFromCsv', {
      workspaceId,
      csv,
      dryRun: true,
    });
    return results[0].refusal?.code === 'ALREADY_A_MEMBER';
  },
};

const GROUP_INTERFACES: Readonly<Record<string, Interface>> = {
  'SCIM POST': async (workspace, displayName) => {
    const { status, body } = await users(workspace).post('/Groups', { schemas: [GROUP], displayName });
    expect([201, 409]).toContain(status);
    if (status === 201) await users(workspace).delete(`/Groups/${body.id}`);
    return status === 409;
  },
  'SCIM filter': async (workspace, displayName) =>
    (await users(workspace).get(filtered('/Groups', 'displayName', displayName))).body.totalResults === 1,
  groupCreate: async ({ workspaceId }, displayName) => {
    const { data, errors } = await mutate(app, app.operatorToken, 'groupCreate', {
      workspaceId,
      displayName,
    });
    if (errors !== undefined) return errors[0].extensions.code === 'ALREADY_A_GROUP';
    await done(app, app.operatorToken, 'groupDelete', { workspaceId, groupId: data.groupCreate.group.id });
    return false;
  },
  'group(displayName:)': async ({ workspaceId }, text) =>
    (await query(workspaceId, 'group(displayName: $text) { id }', text)).group !== null,
};

/** Letters in which spellings, alphabets and cases meet. */
const LETTERS = 'aAkK\u212aiI\u0130\u0131üÜsSſß\u03a3\u03c3\u03c2ａＡéе@.';
const word = fc.string({
  unit: fc.constantFrom(...LETTERS.replace(/[@.]/g, ''), 'u\u0308'),
  minLength: 1,
  maxLength: 3,
});

const ADDRESS = fc
  .tuple(word, fc.constantFrom('', '.', '+x'), word)
  .map(([local, tag, domain]) => `${local}${tag}@${domain}.test`)
  .filter((text) => isAddress(text) && isVisible(text));

/** Another spelling of a text, which may be the same person, or nearly so. */
const respelling = (text: string) =>
  fc.constantFrom(
    text,
    text.toUpperCase(),
    text.toLowerCase(),
    text.normalize('NFD'),
    text.normalize('NFC'),
    text.normalize('NFKC'),
    ` ${text}\u00a0`,
    text.replaceAll('a', 'ａ'),
    text.replaceAll('k', '\u212a'),
    text.replaceAll('i', '\u0131'),
    text.replaceAll('e', '\u0435'),
    text.replace('@', '＠'),
  );

const PAIR = ADDRESS.chain((text) => fc.tuple(fc.constant(text), fc.oneof(respelling(text), ADDRESS)));

describe('two spellings are the same person exactly when their canonical forms are equal', () => {
  test('in every interface', async () => {
    await fc.assert(
      fc.asyncProperty(PAIR, async ([first, second]) => {
        fc.pre(isAddress(second));
        const workspace = await app.workspace({ version: 'V2' });
        const { status, body } = await users(workspace).post('/Users', { schemas: [CORE], userName: first });
        expect({ status, userName: body.userName }).toEqual({ status: 201, userName: first });
        const isSame = canonicalUserName(first) === canonicalUserName(second);
        const answers: Record<string, boolean> = {};
        for (const [name, send] of Object.entries(PEOPLE_INTERFACES))
          answers[name] = await send(workspace, second);
        expect(answers).toEqual(
          Object.fromEntries(Object.keys(PEOPLE_INTERFACES).map((name) => [name, isSame])),
        );
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});

describe('two names are the same group exactly when their canonical forms are equal', () => {
  test('in every interface', async () => {
    const name = fc.tuple(word, fc.constantFrom(' ', '\u2003', ''), word).map((parts) => parts.join(''));
    const pair = name.chain((text) => fc.tuple(fc.constant(text), fc.oneof(respelling(text), name)));
    await fc.assert(
      fc.asyncProperty(pair, async ([first, second]) => {
        const workspace = await app.workspace({ version: 'V2' });
        const answer = await users(workspace).post('/Groups', { schemas: [GROUP], displayName: first });
        expect(answer.status).toBe(201);
        const isSame = canonicalName(first) === canonicalName(second);
        const answers: Record<string, boolean> = {};
        for (const [name, ask] of Object.entries(GROUP_INTERFACES))
          answers[name] = await ask(workspace, second);
        expect(answers).toEqual(
          Object.fromEntries(Object.keys(GROUP_INTERFACES).map((name) => [name, isSame])),
        );
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});

const CASES: readonly [string, string, string, boolean][] = [
  ['case 2: Kelvin sign', '\u212aelvin@t.test', 'kelvin@t.test', true],
  ['case 2: capital I with a dot', '\u0130da@t.test', 'ida@t.test', false],
  ['case 3: NFC and NFD', 'm\u00fcller@t.test', 'mu\u0308ller@t.test', true],
  ['case 3: full-width letters', 'ａｎｎ@t.test', 'ann@t.test', true],
  ['case 6: blanks around', 'a@t.test ', '\u00a0a@t.test', true],
  ['domains', 'x@m\u00fcller.test', 'x@XN--MLLER-KVA.test', true],
];

describe('one person or two', () => {
  test.each(CASES)('%s: %j, %j', async (_case, first, second, isSame) => {
    const workspace = await app.workspace({ version: 'V2' });
    expect((await users(workspace).post('/Users', { schemas: [CORE], userName: first })).status).toBe(201);
    for (const [name, send] of Object.entries(PEOPLE_INTERFACES))
      expect([name, await send(workspace, second)]).toEqual([name, isSame]);
  });
});

test('case 3: the original spelling is kept for display', async () => {
  const workspace = await app.workspace({ version: 'V2' });
  const { body } = await users(workspace).post('/Users', {
    schemas: [CORE],
    userName: 'Mu\u0308ller@Ü.test',
  });
  expect(body.userName).toBe('Mu\u0308ller@Ü.test');
  expect(
    (await users(workspace).get(filtered('/Users', 'userName', 'M\u00dcLLER@xn--tda.test'))).body,
  ).toMatchObject({
    Resources: [{ id: body.id, userName: 'Mu\u0308ller@Ü.test' }],
  });
});

describe('parts of a userName', () => {
  test.each([
    'userName sw "MU\u0308"',
    'userName co "ÜLLER@"',
    'userName ew "@Ü.test"',
    'userName sw "ｍü"',
    'not (userName ne "mu\u0308ller@ü.test")',
  ])('%s', async (filter) => {
    const workspace = await app.workspace({ version: 'V2' });
    await users(workspace).post('/Users', { schemas: [CORE], userName: 'Müller@ü.test' });
    const { body } = await users(workspace).get(`/Users?filter=${encodeURIComponent(filter)}`);
    expect(body.totalResults).toBe(1);
  });
});

test('case 4: a member who already has such a name can be deactivated by an echo', async () => {
  const workspace = await app.workspace({ version: 'V2' });
  const { body } = await users(workspace).post('/Users', { schemas: [CORE], userName: nextAddress() });
  await app.sql(
    "update member set user_name = 'a\u200b@t.test', canonical_user_name = 'a\u200b@t.test' where id = $1",
    [body.id],
  );
  const { body: echo } = await users(workspace).get(`/Users/${body.id}`);
  expect(echo.userName).toBe('a\u200b@t.test');
  expect(await users(workspace).put(`/Users/${body.id}`, echo)).toMatchObject({ status: 200, body: echo });
  expect(await users(workspace).put(`/Users/${body.id}`, { ...echo, active: false })).toMatchObject({
    status: 200,
    body: { active: false },
  });
});

describe('case 5: the message names the attribute whose value is taken', () => {
  test.each([
    [
      'userName',
      (taken: string) => ({ userName: taken.toUpperCase() }),
      (taken: string) => `${taken.toUpperCase()} is already a member`,
    ],
    [
      'emails',
      (taken: string) => ({ userName: 'fresh', emails: [{ value: taken }] }),
      (taken: string) => `The e-mail address ${taken} is that of another member of this workspace.`,
    ],
  ])('%s', async (_attribute, attributes, detail) => {
    const workspace = await app.workspace({ version: 'V2' });
    const taken = nextAddress();
    await users(workspace).post('/Users', { schemas: [CORE], userName: taken });
    expect(await users(workspace).post('/Users', { schemas: [CORE], ...attributes(taken) })).toMatchObject({
      status: 409,
      body: { scimType: 'uniqueness', detail: expect.stringContaining(detail(taken)) },
    });
  });
});

describe('case 7', () => {
  const LONG = `${'a'.repeat(249)}@t.test`;

  test.each([
    [LONG, 'has 256 characters, and an e-mail address has at most 254.'],
    ['mailto:x@t.test', 'must be the address alone, without "mailto:".'],
  ])('%j', async (email, fault) => {
    const workspace = await app.workspace({ version: 'V2' });
    const { workspaceId } = workspace;
    expect(await mutate(app, app.operatorToken, 'invitationCreate', { workspaceId, email })).toMatchObject({
      errors: [{ message: `email ${fault}`, extensions: { code: 'INVALID_INPUT', path: ['email'] } }],
    });
    const { results } = await done(app, app.operatorToken, 'invitationsCreateFromCsv', {
      workspaceId,
      csv: `email\n${email}`,
    });
    expect(results).toMatchObject([{ refusal: { message: `email ${fault}` } }]);
    expect(await users(workspace).post('/Users', { schemas: [CORE], userName: email })).toMatchObject({
      status: 400,
      body: { scimType: 'invalidValue', detail: expect.stringContaining(`userName ${fault}`) },
    });
  });
});
