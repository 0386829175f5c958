import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logTransport } from '../../../src/mail/log.js';
import { smtpTransport } from '../../../src/mail/smtp.js';
import { graphqlClient, startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { parts, startSmtpServer, type TestSmtpServer } from '../../mail/smtp-server.js';
import { done, nextAddress } from './operations.js';

/** Invitations as they arrive: over SMTP, at a real server. */

let smtp: TestSmtpServer;
let app: TestApp;
let workspace: TestWorkspace;

beforeAll(async () => {
  smtp = await startSmtpServer();
  app = await startTestApp({
    mailTransport: smtpTransport(smtp.url, 'Rollcall <rollcall@acme.test>'),
    invitationUrl: 'https://app.acme.test/join#{token}',
  });
  workspace = await app.workspace({ version: 'V2' });
});

afterAll(async () => {
  await app.stop();
  await smtp.close();
});

interface Delivery {
  readonly delivery: string;
  readonly deliveryError: string | null;
}

/** The delivery of the mail, once it is known. */
async function deliveryOf(id: string): Promise<Delivery> {
  const query = 'query ($id: ID!) { node(id: $id) { ... on Invitation { delivery deliveryError } } }';
  let found: Delivery | undefined;
  await expect
    .poll(async () => {
      found = (await app.graphql(app.operatorToken, query, { id })).data.node;
      return found?.delivery;
    })
    .not.toBe('QUEUED');
  return found ?? { delivery: '', deliveryError: null };
}

const mailsTo = (email: string) => smtp.received.filter(({ to }) => to.includes(email));

async function invite(email: string, credential = app.operatorToken) {
  return done(app, credential, 'invitationCreate', { workspaceId: workspace.workspaceId, email });
}

test('the mail has the link and the token, and each can be accepted', async () => {
  const email = nextAddress();
  const owner = await app.session(workspace.ownerEmail);
  const { invitation, token, url } = await invite(email, owner);
  expect(invitation).toMatchObject({ delivery: 'QUEUED', deliveryError: null });
  expect(url).toBe(`https://app.acme.test/join#${token}`);
  expect(await deliveryOf(invitation.id)).toEqual({ delivery: 'SENT', deliveryError: null });
  const mails = mailsTo(email);
  expect(mails).toEqual([{ from: 'rollcall@acme.test', to: [email], source: expect.any(String) }]);
  const { headers, text, html } = parts(mails[0] ?? { from: '', to: [], source: '' });
  expect(headers).toContain('From: Rollcall <rollcall@acme.test>');
  expect(headers).toContain(`To: ${email}`);
  expect(headers).toMatch(/^Subject: Invitation to Acme 1$/m);
  expect(text).toContain(`${workspace.ownerEmail} invites you to the workspace Acme 1.`);
  expect(text).toContain(`Accept the invitation: ${url}`);
  expect(html).toContain(`<a href="${url}">Accept the invitation</a>`);
  expect(smtp.logins).toContain('rollcall');
  const [mailed = ''] = /rollcall_invitation_[0-9a-f]{16}_[\w-]{43}/.exec(text) ?? [];
  const session = await done(app, app.operatorToken, 'sessionCreate', { email, createAccount: true });
  await done(app, session.token, 'invitationAccept', { token: mailed });
});

test('a refused mail keeps the invitation, gives the reason, and can be sent again', async () => {
  const email = `refused-${nextAddress()}`;
  const { invitation } = await invite(email);
  const { delivery, deliveryError } = await deliveryOf(invitation.id);
  expect(delivery).toBe('FAILED');
  expect(deliveryError).toMatch(/No such mailbox/);
  expect(deliveryError).not.toMatch(/\p{Cc}/u);
  const target = { workspaceId: workspace.workspaceId, invitationId: invitation.id };
  const again = await done(app, app.operatorToken, 'invitationResend', target);
  expect(again.invitation).toMatchObject({ status: 'PENDING', delivery: 'QUEUED', deliveryError: null });
  expect(await deliveryOf(invitation.id)).toMatchObject({ delivery: 'FAILED' });
});

describe('invitationsResendUndelivered', () => {
  test('sends the pending invitations whose mail failed, with new tokens; others keep theirs', async () => {
    const { workspaceId } = await app.workspace({ version: 'V2' });
    const arrived = nextAddress();
    const [lost, refused] = [nextAddress(), `refused-${nextAddress()}`];
    const { results } = await done(app, app.operatorToken, 'invitationsCreateFromCsv', {
      workspaceId,
      csv: ['email', arrived, lost, refused, `refused-${nextAddress()}`].join('\n'),
    });
    const ids: string[] = results.map(({ invitation }: { invitation: { id: string } }) => invitation.id);
    for (const id of ids) await deliveryOf(id);
    // A server that crashed left this one in its queue.
    await app.sql(
      `update invitation set delivery = 'QUEUED', sent_at = sent_at - interval '61 minutes' where id = $1`,
      [ids[1]],
    );
    expect((await deliveryOf(ids[1] ?? '')).deliveryError).toMatch(/^The server has stopped/);
    await done(app, app.operatorToken, 'invitationRevoke', { workspaceId, invitationId: ids[3] });

    const again = () => done(app, app.operatorToken, 'invitationsResendUndelivered', { workspaceId });
    expect(await again()).toEqual({ resentCount: 2 });
    expect(await deliveryOf(ids[1] ?? '')).toEqual({ delivery: 'SENT', deliveryError: null });
    expect(await deliveryOf(ids[2] ?? '')).toMatchObject({ delivery: 'FAILED' });
    expect(mailsTo(arrived)).toHaveLength(1);
    const [first, second] = mailsTo(lost).map((mail) => parts(mail).text);
    expect(first).toContain(results[1].token);
    expect(second).not.toContain(results[1].token);
    expect(await again()).toEqual({ resentCount: 1 });
    const resent = await app.sql<{ id: string }>(
      `select target_id as id from audit_entry where workspace_id = $1 and action = 'invitation.resend'`,
      [workspaceId],
    );
    expect(resent.map(({ id }) => id).sort()).toEqual([ids[1], ids[2], ids[2]].sort());
  });

  test('sends 500 at a time', async () => {
    const { workspaceId } = await app.workspace({ version: 'V2' });
    const emails = Array.from({ length: 501 }, () => nextAddress());
    await done(app, app.operatorToken, 'invitationsCreateFromCsv', {
      workspaceId,
      csv: ['email', ...emails].join('\n'),
    });
    const queued = `select 1 from invitation where workspace_id = $1 and delivery = 'QUEUED'`;
    await expect.poll(() => app.sql(queued, [workspaceId]), { timeout: 20_000 }).toEqual([]);
    await app.sql(`update invitation set delivery = 'FAILED' where workspace_id = $1`, [workspaceId]);
    const again = () => done(app, app.operatorToken, 'invitationsResendUndelivered', { workspaceId });
    expect(await again()).toEqual({ resentCount: 500 });
    expect(await again()).toEqual({ resentCount: 1 });
    expect(await again()).toEqual({ resentCount: 0 });
  });

  test('is refused where no mail can be sent', async () => {
    const { invitation } = await invite(`refused-${nextAddress()}`);
    await deliveryOf(invitation.id);
    const beside = await app.beside({});
    try {
      const answer = await graphqlClient(beside.url)(
        app.operatorToken,
        'mutation ($id: ID!) { invitationsResendUndelivered(input: { workspaceId: $id }) { resentCount } }',
        { id: workspace.workspaceId },
      );
      expect(answer.errors).toMatchObject([
        { message: 'This server sends no mail.', extensions: { code: 'FORBIDDEN' } },
      ]);
    } finally {
      await beside.stop();
    }
  });
});

test('a resent mail has the newer token', async () => {
  const email = nextAddress();
  const { invitation, token } = await invite(email);
  await deliveryOf(invitation.id);
  const target = { workspaceId: workspace.workspaceId, invitationId: invitation.id };
  const again = await done(app, app.operatorToken, 'invitationResend', target);
  expect(await deliveryOf(invitation.id)).toMatchObject({ delivery: 'SENT' });
  const [first, second] = mailsTo(email).map((mail) => parts(mail).text);
  expect(first).toContain(token);
  expect(second).toContain(again.token);
  expect(second).not.toContain(token);
});

test('each person of a file gets a mail', async () => {
  const emails = Array.from({ length: 25 }, () => nextAddress());
  const { results } = await done(app, app.operatorToken, 'invitationsCreateFromCsv', {
    workspaceId: workspace.workspaceId,
    csv: ['email', ...emails, 'nobody'].join('\n'),
  });
  for (const { email, invitation, token } of results.slice(0, -1)) {
    expect(await deliveryOf(invitation.id)).toEqual({ delivery: 'SENT', deliveryError: null });
    const mails = mailsTo(email);
    expect(mails.map(({ to }) => to)).toEqual([[email]]);
    expect(mails.map((mail) => parts(mail).text)).toEqual([expect.stringContaining(token)]);
  }
});

test('links and dry runs send no mail', async () => {
  const before = smtp.received.length;
  const { workspaceId } = workspace;
  const { invitation } = await done(app, app.operatorToken, 'invitationLinkCreate', { workspaceId });
  expect(invitation.delivery).toBeNull();
  const csv = `email\n${nextAddress()}`;
  await done(app, app.operatorToken, 'invitationsCreateFromCsv', { workspaceId, csv, dryRun: true });
  // Whatever had been queued by them would have gone out before this one.
  const { invitation: later } = await invite(nextAddress());
  await deliveryOf(later.id);
  expect(smtp.received).toHaveLength(before + 1);
});

test.each(['a,evil@acme.test', 'a>,<evil@acme.test', '<a@acme.test', '"a@acme.test'])(
  'an address with characters of an address list is one recipient, or refused: %s',
  async (email) => {
    const { invitation } = await invite(email);
    await deliveryOf(invitation.id);
    const to = smtp.received.flatMap((mail) => mail.to);
    expect(to).not.toContain('evil@acme.test');
    expect(to).not.toContain('a');
  },
);

test('an unreachable mail server is a failed mail', async () => {
  const gone = await startSmtpServer();
  await gone.close();
  const other = await startTestApp({ mailTransport: smtpTransport(gone.url, 'rollcall@acme.test') });
  try {
    const { workspaceId } = await other.workspace({ version: 'V2' });
    const email = nextAddress();
    const made = await done(other, other.operatorToken, 'invitationCreate', { workspaceId, email });
    expect(made.url).toBeNull();
    await expect
      .poll(() => other.sql('select delivery from invitation where id = $1', [made.invitation.id]))
      .toEqual([{ delivery: 'FAILED' }]);
  } finally {
    await other.stop();
  }
});

test('in development the log shows the mail', async () => {
  const lines = new PassThrough();
  const development = await startTestApp({
    mailTransport: logTransport(pino({ base: null, timestamp: false }, lines)),
    invitationUrl: 'https://app.acme.test/join/{token}',
  });
  const { workspaceId } = await development.workspace({ version: 'V2' });
  const email = nextAddress();
  const { url } = await done(development, development.operatorToken, 'invitationCreate', {
    workspaceId,
    email,
  });
  await development.stop();
  const { text, ...line } = JSON.parse(String(lines.read()));
  expect(line).toEqual({
    level: 30,
    to: email,
    subject: 'Invitation to Acme 1',
    msg: 'mail not sent: development mode',
  });
  expect(text).toContain(url);
});
