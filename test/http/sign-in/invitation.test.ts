import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { smtpTransport } from '../../../src/mail/smtp.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { parts, startSmtpServer, type TestSmtpServer } from '../../mail/smtp-server.js';
import { done, nextAddress } from '../graphql/operations.js';
import { textOf, Visitor } from './visitor.js';

/** The page of an invitation: signs in, accepts, lands in the workspace. */
let smtp: TestSmtpServer;
let app: TestApp;
let acme: TestWorkspace;
let network = 0;

beforeAll(async () => {
  smtp = await startSmtpServer();
  app = await startTestApp({
    mailTransport: smtpTransport(smtp.url, 'Rollcall <rollcall@acme.test>'),
    pagesUrl: 'https://rollcall.test',
  });
  acme = await app.workspace({ version: 'V2' });
});

afterAll(async () => {
  await app.stop();
  await smtp.close();
});

beforeEach(() => {
  smtp.received.length = 0;
});

function visitor(): Visitor {
  network += 1;
  return new Visitor(app.url, { 'X-Forwarded-For': `10.3.0.${network}` });
}

async function mailText(): Promise<string> {
  await expect.poll(() => smtp.received.length).toBe(1);
  const [mail] = smtp.received.splice(0);
  if (mail === undefined) throw new Error('no mail');
  return parts(mail).text;
}

/** Invites a person, and returns the inviter's link and the link in the mail. */
async function invite(email: string, workspaceId = acme.workspaceId) {
  const { token, url, invitation } = await done(app, app.operatorToken, 'invitationCreate', {
    workspaceId,
    email,
  });
  const [, mailed = ''] = /https:\/\/rollcall\.test(\/invitation\/\S+)/.exec(await mailText()) ?? [];
  return { token, url, id: invitation.id, shown: `/invitation/${token}`, mailed };
}

async function link(): Promise<string> {
  const { token } = await done(app, app.operatorToken, 'invitationLinkCreate', {
    workspaceId: acme.workspaceId,
  });
  return `/invitation/${token}`;
}

const WORKSPACES = '{ viewer { label method workspaces { workspaceId opened } } }';
const HERE = () => `/workspace/${acme.workspaceId}`;

/** The person's role in the workspace; null for anybody who is not a member. */
async function roleOf(browser: Visitor): Promise<string | null> {
  const { data } = await browser.graphql(
    `{ workspace(id: "${acme.workspaceId}") { viewerMember { role } } }`,
  );
  return data.workspace?.viewerMember.role ?? null;
}

describe('the link in the mail', () => {
  test('signs in a new person, accepts, and leads to the workspace', async () => {
    const email = nextAddress();
    const { mailed, shown, url } = await invite(email);
    expect(url).toBe(`https://rollcall.test${shown}`);
    expect(mailed).not.toBe(shown);
    const browser = visitor();
    expect(textOf(await browser.get(mailed))).toMatch(
      /^Rollcall Join Acme 1 operator invites you .* Join as /,
    );
    expect(await browser.post(mailed)).toMatchObject({ status: 303, location: HERE() });
    expect(await browser.graphql(WORKSPACES)).toEqual({
      data: {
        viewer: {
          label: email,
          method: 'MAIL_LINK',
          workspaces: [{ workspaceId: acme.workspaceId, opened: true }],
        },
      },
    });
    expect(await roleOf(browser)).toBe('VIEWER');
  });

  test('opens this workspace alone, because it is valid for 60 days and a sign-in link for 15 minutes', async () => {
    const email = nextAddress();
    const other = await app.workspace({ version: 'V2', ownerEmail: email });
    const { mailed } = await invite(email);
    const browser = visitor();
    await browser.post(mailed);
    expect((await browser.graphql(WORKSPACES)).data.viewer.workspaces).toEqual([
      { workspaceId: acme.workspaceId, opened: true },
    ]);
    expect(
      await browser.graphql('query ($id: ID!) { workspace(id: $id) { id } }', { id: other.workspaceId }),
    ).toEqual({ data: { workspace: null } });
  });

  test('signs in nobody a second time', async () => {
    const { mailed } = await invite(nextAddress());
    await visitor().post(mailed);
    const late = visitor();
    for (const answer of [await late.get(mailed), await late.post(mailed)]) {
      expect(answer.status).toBe(409);
      expect(textOf(answer)).toMatch(
        /^Rollcall This invitation can no longer be used The invitation has been accepted/,
      );
    }
    expect(late.session).toBeUndefined();
  });

  test('tells a person who is signed in what happened with it, not that they are not signed in', async () => {
    const { mailed } = await invite(nextAddress());
    const browser = visitor();
    await browser.post(mailed);
    for (const [path, title] of [
      [mailed, 'This invitation can no longer be used'],
      ['/invitation/rollcall_mailed_0', 'This link does not work'],
      [(await invite(nextAddress())).shown, 'That did not work'],
      ['/sign-in/link/rollcall_link_0', 'That did not work'],
    ] as const) {
      const { text } = await browser.post(path);
      expect(text).toContain(`<h1>${title}</h1>`);
    }
  });

  test('signs in once when it is clicked twice at once', async () => {
    const { mailed } = await invite(nextAddress());
    const answers = await Promise.all([1, 2, 3].map(() => visitor().post(mailed)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 409, 409]);
  });
});

describe('the link that the inviter sees', () => {
  test('does not sign in as the invited person: that takes their mailbox', async () => {
    const email = nextAddress();
    const { shown } = await invite(email);
    const thief = visitor();
    expect(textOf(await thief.get(shown))).toContain(`Mail a link to ${email}`);
    expect((await thief.post(shown)).status).toBe(401);
    expect(thief.session).toBeUndefined();
  });

  test('mails a sign-in link to the invited address, which accepts the invitation', async () => {
    const email = nextAddress();
    const { shown } = await invite(email);
    const browser = visitor();
    expect(await browser.post(`${shown}/link`, { email })).toMatchObject({ location: '/sign-in/link/sent' });
    const [, path = ''] = /http:\S+?(\/sign-in\/link\/\S+)/.exec(await mailText()) ?? [];
    expect(await browser.post(path)).toMatchObject({ status: 303, location: HERE() });
    expect(await roleOf(browser)).not.toBeNull();
  });

  test('mails no sign-in link to another address', async () => {
    const { shown } = await invite(nextAddress());
    expect((await visitor().post(`${shown}/link`, { email: nextAddress() })).status).toBe(403);
    expect(smtp.received).toEqual([]);
  });
});

describe('a link for many people', () => {
  test('mails a sign-in link to any visitor, known or not, and lets them in', async () => {
    const path = await link();
    const email = nextAddress();
    const browser = visitor();
    await browser.post(`${path}/link`, { email });
    const [, signIn = ''] = /http:\S+?(\/sign-in\/link\/\S+)/.exec(await mailText()) ?? [];
    expect(await browser.post(signIn)).toMatchObject({ status: 303, location: HERE() });
    expect((await browser.graphql(WORKSPACES)).data.viewer).toMatchObject({
      label: email,
      method: 'MAIL_LINK',
    });
  });

  test('is accepted with a click by a person who is signed in', async () => {
    const email = nextAddress();
    await app.workspace({ version: 'V1', ownerEmail: email });
    const browser = visitor();
    browser.cookies.set('rollcall', await app.session(email));
    const path = await link();
    expect(textOf(await browser.get(path))).toContain(`Join as ${email}`);
    expect(await browser.post(path)).toMatchObject({ status: 303, location: HERE() });
    expect(await roleOf(browser)).not.toBeNull();
  });

  test('says what is wrong with an address beside the field', async () => {
    const answer = await visitor().post(`${await link()}/link`, { email: 'ann' });
    expect([answer.status, textOf(answer)]).toEqual([
      400,
      expect.stringContaining('This is not an e-mail address.'),
    ]);
  });
});

test('a revoked, replaced or unknown invitation says so, and reveals nothing', async () => {
  const email = nextAddress();
  const first = await invite(email);
  const target = { workspaceId: acme.workspaceId, invitationId: first.id };
  await done(app, app.operatorToken, 'invitationResend', target);
  const second = await mailText();
  const replaced = await visitor().get(first.mailed);
  const unknown = await visitor().get('/invitation/rollcall_mailed_0123456789abcdef_'.padEnd(90, 'x'));
  const [one, other] = [replaced, unknown].map((answer) => [
    answer.status,
    textOf(answer).split(' give ')[0],
  ]);
  expect(one).toEqual(other);
  expect(replaced.status).toBe(404);
  await done(app, app.operatorToken, 'invitationRevoke', target);
  const [, again = ''] = /https:\/\/rollcall\.test(\/invitation\/\S+)/.exec(second) ?? [];
  expect([(await visitor().get(again)).status, (await visitor().post(again)).status]).toEqual([409, 409]);
});
