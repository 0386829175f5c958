import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { graphqlClient, startTestApp, type TestApp } from '../../app.js';
import { testEnvironment } from '../sso/setting.js';
import { nextAddress } from './operations.js';

/** What a workspace may have sent to strangers in an hour: mails of invitations, and DNS requests for their domains. */

const INVITATIONS = 14;
const DOMAIN_CHECKS = 3;
const LIMITS = { invitations: INVITATIONS, domainChecks: DOMAIN_CHECKS };

let app: TestApp;
let beside: Awaited<ReturnType<TestApp['beside']>>;
let workspaceId: string;
let asked: string[];

beforeAll(async () => {
  const sso = testEnvironment({
    resolveTxt: async (domain) => {
      asked.push(domain);
      return [];
    },
  });
  app = await startTestApp({ ...LIMITS, sso });
  beside = await app.beside({ ...LIMITS, sso });
});

afterAll(async () => {
  await beside.stop();
  await app.stop();
});

beforeEach(async () => {
  ({ workspaceId } = await app.workspace({ version: 'V2' }));
  asked = [];
});

interface Refused {
  readonly message: string;
  readonly extensions: { readonly code: string; readonly retryAfterSeconds?: number };
}

const TOO_MANY = 'This workspace has sent as many invitations as it may in an hour.';

/** Sends a mutation to each of two processes in turn. @returns its payload, the code of its refusal, or the limit's words */
async function send(name: string, selection: string, input: object, workspace = workspaceId) {
  sent += 1;
  const client = graphqlClient(sent % 2 === 0 ? app.url : beside.url);
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`;
  const { data, errors } = await client(
    app.operatorToken,
    `mutation ($input: ${type}) { ${name}(input: $input) { ${selection} } }`,
    { input: { workspaceId: workspace, ...input } },
  );
  if (errors === undefined) return data[name];
  const [{ message, extensions }] = errors as [Refused];
  if (extensions.code !== 'RATE_LIMITED') return extensions.code;
  expect(extensions.retryAfterSeconds).toBeGreaterThan(0);
  return message;
}

let sent = 0;

const invite = (email = nextAddress(), workspace = workspaceId) =>
  send('invitationCreate', 'invitation { id }', { email }, workspace);
const inviteFrom = (rows: number, dryRun = false) => {
  const csv = ['email', ...Array.from({ length: rows }, () => nextAddress())].join('\n');
  return send('invitationsCreateFromCsv', 'invitedCount', { csv, dryRun });
};

test('a workspace sends so many invitations, one by one and from files; another workspace is not affected', async () => {
  for (let made = 0; made < 5; made += 1) expect(await invite()).toMatchObject({ invitation: {} });
  expect(await inviteFrom(INVITATIONS, true)).toEqual({ invitedCount: INVITATIONS });
  expect(await inviteFrom(INVITATIONS - 4)).toBe(TOO_MANY);
  expect(await inviteFrom(INVITATIONS - 5)).toEqual({ invitedCount: INVITATIONS - 5 });
  expect(await invite()).toBe(TOO_MANY);
  const { workspaceId: elsewhere } = await app.workspace({ version: 'V2' });
  expect(await invite(undefined, elsewhere)).toMatchObject({ invitation: {} });
});

test('nobody gets more than ten invitations of a workspace, sent again or made again', async () => {
  const email = nextAddress();
  const { invitation } = await invite(email);
  const again = () => send('invitationResend', 'invitation { id }', { invitationId: invitation.id });
  for (let resent = 0; resent < 10; resent += 1) expect(await again()).toEqual({ invitation });
  expect(await again()).toBe('This person has been sent too many invitations of this workspace.');
});

test('ids in upper case count as the same ones', async () => {
  const email = nextAddress();
  const { invitation } = await invite(email);
  const id = { invitationId: invitation.id };
  for (let resent = 0; resent < 10; resent += 1) await send('invitationResend', 'invitation { id }', id);
  const upper = [workspaceId.toUpperCase(), { invitationId: invitation.id.toUpperCase() }] as const;
  expect(await send('invitationResend', 'invitation { id }', id, upper[0])).toContain('too many invitations');
  expect(await send('invitationResend', 'invitation { id }', upper[1])).toContain('too many invitations');
});

test('another workspace cannot use up what an invitation may be sent again', async () => {
  const { invitation } = await invite();
  const { workspaceId: elsewhere } = await app.workspace({ version: 'V2' });
  const resend = (workspace: string) =>
    send('invitationResend', 'invitation { id }', { invitationId: invitation.id }, workspace);
  for (let tried = 0; tried < 11; tried += 1) await resend(elsewhere);
  expect(await resend(workspaceId)).toEqual({ invitation });
});

test('a workspace asks DNS so many times for its domains', async () => {
  await send('ssoConnectionSet', 'connection { id }', {
    provider: 'OKTA',
    oktaDomain: 'acme.okta.com',
    clientId: '0oa1',
    clientSecret: 'S3CRET',
  });
  const { domain } = await send('ssoDomainAdd', 'domain { id }', { domain: 'acme.test' });
  const verify = () => send('ssoDomainVerify', 'domain { id }', { domainId: domain.id });
  for (let checked = 0; checked < DOMAIN_CHECKS; checked += 1) expect(await verify()).toBe('INVALID_INPUT');
  expect(await verify()).toBe('This workspace has checked domains as often as it may in an hour.');
  expect(asked).toHaveLength(DOMAIN_CHECKS);
});
