import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mintInvitationToken, mintSecret } from '../../../src/auth/secret.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { done, person } from '../graphql/operations.js';
import { textOf, Visitor } from './visitor.js';

/** A network address that guesses the tokens of links is limited, over all processes; who has a valid one is not. */

const MOST = 10;

let app: TestApp;
let other: Awaited<ReturnType<TestApp['beside']>>;
let acme: TestWorkspace;
let network = 0;

beforeAll(async () => {
  app = await startTestApp({ wrongCredentials: MOST });
  other = await app.beside({ wrongCredentials: MOST });
  acme = await app.workspace({ version: 'V2' });
});

afterAll(async () => {
  await other.stop();
  await app.stop();
});

/** An unused network address. */
function nextNetwork(): string {
  network += 1;
  return `10.7.0.${network}`;
}

const visitor = (address = nextNetwork()) => new Visitor(app.url, { 'X-Forwarded-For': address });

const invitation = () => `/invitation/${mintInvitationToken().secret}`;
const link = () => `/sign-in/link/${mintSecret('link').secret}`;
const startOfSso = () =>
  `/api/workspaces/${acme.workspaceId}/auth/sso/callback?state=${mintSecret('link').lookup}`;

describe.each<[string, number, (browser: Visitor) => ReturnType<Visitor['get']>]>([
  ['opening an invitation', 404, (browser) => browser.get(invitation())],
  ['accepting an invitation', 404, (browser) => browser.post(invitation())],
  [
    'asking for a mail by an invitation',
    404,
    (browser) => browser.post(`${invitation()}/link`, { email: 'a@b.test' }),
  ],
  ['opening a sign-in link', 401, (browser) => browser.get(link())],
  ['signing in with a link', 401, (browser) => browser.post(link())],
  [
    'a code without the cookie of the browser',
    401,
    (browser) => browser.post('/sign-in/link/code', { code: 'BCDFGHJK' }),
  ],
  ['the callback of single sign-on', 400, (browser) => browser.get(startOfSso())],
  [
    'rehearsing single sign-on',
    400,
    (browser) => browser.get(startOfSso().replace(/callback.*/, 'test?ticket=x')),
  ],
])('%s with a token that is not valid', (_name, status, guess) => {
  test(`is refused ${MOST} times, and then answered by a page with 429 and Retry-After`, async () => {
    const browser = visitor();
    const statuses: number[] = [];
    for (let times = 0; times < MOST; times += 1)
      statuses.push((await guess(times % 2 === 0 ? browser : browser.at(other.url))).status);
    expect(statuses).toEqual(Array(MOST).fill(status));
    for (const place of [browser, browser.at(other.url)]) {
      const limited = await guess(place);
      expect([
        limited.status,
        limited.headers.get('retry-after'),
        limited.headers.get('content-type'),
      ]).toEqual([429, expect.stringMatching(/^\d+$/), 'text/html; charset=utf-8']);
      expect(textOf(limited)).toContain('This has been tried too often. Try again in a minute.');
    }
    expect((await guess(visitor())).status).toBe(status);
  });
});

test('invitationAccept: an error with 429 and Retry-After; a valid token from there is accepted', async () => {
  const { token } = await person(app, await app.workspace({ version: 'V2' }));
  const headers = {
    Authorization: token,
    'Content-Type': 'application/json',
    'X-Forwarded-For': nextNetwork(),
  };
  const accept = async (invitationToken: string, url = app.url) => {
    const query = 'mutation ($input: InvitationAcceptInput!) { invitationAccept(input: $input) { changed } }';
    const body = JSON.stringify({ query, variables: { input: { token: invitationToken } } });
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
    const answer = JSON.parse(await response.text());
    return { response, answer };
  };
  for (let times = 0; times < MOST; times += 1) {
    const { response, answer } = await accept(mintInvitationToken().secret);
    expect([response.status, answer.errors[0].extensions.code]).toEqual([200, 'NOT_FOUND']);
  }
  const { response, answer } = await accept(mintInvitationToken().secret, other.url);
  expect([response.status, response.headers.get('retry-after')]).toEqual([
    429,
    String(answer.errors[0].extensions.retryAfterSeconds),
  ]);
  expect(answer).toMatchObject({
    data: { invitationAccept: null },
    errors: [{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) } }],
  });
  const created = await done(app, app.operatorToken, 'invitationLinkCreate', {
    workspaceId: acme.workspaceId,
  });
  expect((await accept(created.token)).answer).toEqual({ data: { invitationAccept: { changed: true } } });
});

test('who has a valid link is let in from an address that has guessed too often', async () => {
  const browser = visitor();
  for (let times = 0; times <= MOST; times += 1) await browser.get(invitation());
  expect((await browser.get(invitation())).status).toBe(429);
  const created = await done(app, app.operatorToken, 'invitationLinkCreate', {
    workspaceId: acme.workspaceId,
  });
  expect((await browser.get(`/invitation/${created.token}`)).status).toBe(200);
});
