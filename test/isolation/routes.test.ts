import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { STYLE_URL } from '../../src/sign-in/pages/style.js';
import { ask } from './answers.js';
import { type Caller, type Pair, pairOf } from './pair.js';
import type { Names } from './rows.js';

/** Every route beside GraphQL and SCIM, read from the server's own table, with what could name something of another workspace. */

interface Page {
  readonly method?: 'GET' | 'POST';
  readonly path: (other: Names, own: Names) => string;
  /** What is posted. */
  readonly form?: (other: Names) => Readonly<Record<string, string>>;
}

/** Routes that know no workspace. They are named so that a new route is noticed. */
const THE_SAME_FOR_EVERYBODY: readonly string[] = [
  '/healthz',
  '/readyz',
  '/',
  '/assets/index.js',
  '/playground/',
  '/playground/assets/x.js',
  // The page without data: the dashboard asks GraphQL.
  '/workspace/x',
  STYLE_URL,
  '/sign-in/assets/icon.svg',
  '/sign-in/link/sent',
  // The operator token opens it, nothing of a workspace.
  '/sign-in/operator',
  // Concerns the session that calls.
  '/sign-out',
  '/signed-out',
  // Tests of their own: graphql.test.ts, subscriptions.test.ts, scim.test.ts.
  '/graphql',
  '/graphql/stream',
  '/scim/v2/organizations/x/Users',
  '/scim/x',
];

const json = (value: object) => encodeURIComponent(JSON.stringify(value));
const exported = (file: string) => (query: (other: Names) => string) => [
  { path: (other: Names) => `/exports/workspaces/${other.workspace}/${file}${query(other)}` },
  { path: (other: Names, own: Names) => `/exports/workspaces/${own.workspace}/${file}${query(other)}` },
];
const members = exported('members.csv');
const audit = exported('audit.jsonl');
const sso = (other: Names, path: string) => `/api/workspaces/${other.workspace}/auth/sso/${path}`;

const PAGES: readonly Page[] = [
  ...members(() => ''),
  ...members(({ member }) => `?filter=${json({ id: { eq: member } })}`),
  ...members(({ userName }) => `?filter=${json({ userName: { eq: userName } })}`),
  ...members(({ group }) => `?filter=${json({ groups: { some: { id: { eq: group } } } })}`),
  ...audit(() => ''),
  ...audit(({ member }) => `?filter=${json({ targetId: member })}`),
  ...audit(({ 'api key': actorId }) => `?filter=${json({ actorId })}`),
  ...audit(({ requestId }) => `?filter=${json({ requestId })}`),
  { path: ({ workspace }) => `/exports/workspaces/${workspace}/other.csv` },
  { path: () => '/sign-in' },
  { path: ({ workspace }) => `/sign-in?returnTo=/workspace/${workspace}` },
  { path: ({ reference }) => `/sign-in/refused?ref=${reference}` },
  { path: ({ workspace }) => `/sign-in/closed?returnTo=/workspace/${workspace}` },
  { method: 'POST', path: () => '/sign-in', form: ({ userName: email }) => ({ email }) },
  {
    method: 'POST',
    path: () => '/sign-in',
    form: ({ invitedEmail: email, workspace }) => ({
      email,
      returnTo: `/workspace/${workspace}`,
      way: 'mail',
    }),
  },
  { method: 'POST', path: () => '/sign-in/link/code', form: () => ({ code: '123456' }) },
  { path: ({ invitationToken }) => `/sign-in/link/${invitationToken.replace('invitation', 'link')}` },
  {
    method: 'POST',
    path: ({ invitationToken }) => `/sign-in/link/${invitationToken.replace('invitation', 'link')}`,
  },
  ...(['invitationToken', 'mailedToken'] as const).flatMap((kind): Page[] => [
    { path: (other) => `/invitation/${other[kind]}` },
    { method: 'POST', path: (other) => `/invitation/${other[kind]}` },
    {
      method: 'POST',
      path: (other) => `/invitation/${other[kind]}/link`,
      form: ({ invitedEmail: email }) => ({ email }),
    },
  ]),
  { path: (other) => sso(other, 'test') },
];

/** Asked of a workspace without a connection: one that has a connection says so to everybody, by redirecting (rule 38). */
const PAGES_OF_A_CONNECTION: readonly Page[] = [
  { path: (other) => sso(other, 'start?returnTo=/') },
  { path: (other) => sso(other, 'start?iss=http://127.0.0.1:1') },
  { method: 'POST', path: (other) => sso(other, 'start'), form: () => ({ iss: 'http://127.0.0.1:1' }) },
  { path: (other) => sso(other, 'callback?state=x&code=y') },
  { path: (other) => sso(other, 'test') },
  { method: 'POST', path: (other) => sso(other, 'continue'), form: () => ({ confirmation: 'v1.a.b.c' }) },
  {
    method: 'POST',
    path: (other) => sso(other, 'backchannel-logout'),
    form: () => ({ logout_token: 'a.b.c' }),
  },
  { method: 'POST', path: (other) => sso(other, 'backchannel-logout'), form: () => ({}) },
];

let pair: Pair;
/** A workspace without single sign-on. */
let bare: Names;

beforeAll(async () => {
  pair = await pairOf('V2', { mailTransport: { send: async () => undefined, close: () => undefined } });
  const { workspaceId: workspace } = await pair.app.workspace({ version: 'V2' });
  bare = { ...pair.spy.sources.other, workspace };
});

afterEach(() => pair.expectUntouched());

afterAll(() => pair.stop());

/** A layer of Express's router: a route, a router below a path, or a function. */
interface Layer {
  readonly route?: { readonly path: unknown; readonly methods: Readonly<Record<string, boolean>> };
  readonly handle: { readonly stack?: readonly Layer[] };
  readonly rawPath: unknown;
  readonly slash: boolean;
  match(path: string): { readonly path: string } | false | null | undefined;
}

/** Calls `visit` with each route, and each function below a path, that a path reaches or that exists. */
function reach(stack: readonly Layer[], path: string | undefined, visit: (layer: Layer) => void): void {
  for (const layer of stack) {
    const found = path === undefined ? undefined : layer.match(path);
    if (path !== undefined && !found) continue;
    const { stack: inside } = layer.handle;
    if (layer.route === undefined && inside !== undefined) {
      const rest = found ? path?.slice(found.path.length) : undefined;
      reach(inside, rest === '' ? '/' : rest, visit);
    } else if (layer.route !== undefined || !layer.slash) visit(layer);
  }
}

test('every route has a request: one that is new needs an entry in PAGES, or says why it knows no workspace', () => {
  const { router } = pair.app.handler as unknown as { readonly router: { readonly stack: readonly Layer[] } };
  const { other, own } = pair.spy.sources;
  const paths = [...PAGES, ...PAGES_OF_A_CONNECTION].map(({ path }) => path(other, own).replace(/\?.*/, ''));
  const reached = new Set<Layer>();
  for (const path of [...paths, ...THE_SAME_FOR_EVERYBODY])
    reach(router.stack, path, (layer) => reached.add(layer));
  const forgotten: unknown[] = [];
  reach(router.stack, undefined, (layer) => {
    if (!reached.has(layer)) forgotten.push(layer.rawPath);
  });
  expect(forgotten).toEqual([]);
});

function send(caller: Caller, credential: string, { method = 'GET', path, form }: Page, other: Names) {
  const token = caller.tenant.credentials[credential];
  return ask(`${pair.app.url}${path(other, caller.sources.own)}`, {
    method,
    headers: {
      // Each on a network of its own, so that the limits of rule 46 do not add up.
      'X-Forwarded-For': `198.51.${100 + (nextNetwork++ % 100)}.7`,
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(form === undefined
        ? {}
        : { 'Content-Type': 'application/x-www-form-urlencoded', Origin: pair.app.url }),
    },
    ...(form === undefined ? {} : { body: new URLSearchParams(form(other)).toString() }),
  });
}

let nextNetwork = 0;

async function expectAlike(pages: readonly Page[], told: Names): Promise<void> {
  for (const credential of Object.keys(pair.spy.tenant.credentials)) {
    for (const page of pages) {
      const untold = pair.control.sources.other;
      const answers = await Promise.all([
        send(pair.spy, credential, page, told),
        send(pair.control, credential, page, untold),
      ]);
      const label = `${credential}: ${page.method ?? 'GET'} ${page.path(told, pair.spy.sources.own)}`;
      pair.expectAlike(label, answers, { ...pair.spy.sources, other: told });
    }
  }
}

describe('with any credential', () => {
  test('exports, sign-in, links and invitations tell nothing of another workspace', async () => {
    await expectAlike(PAGES, pair.spy.sources.other);
  });

  test('single sign-on of a workspace that has none looks like that of no workspace', async () => {
    await expectAlike(PAGES_OF_A_CONNECTION, bare);
  });
});
