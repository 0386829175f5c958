import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { graphqlClient, startTestApp, type TestApp } from '../app.js';
import { done, nextAddress } from '../http/graphql/operations.js';
import { Visitor } from '../http/sign-in/visitor.js';
import { testEnvironment, verifyDomain } from '../http/sso/setting.js';

/**
 * Rules 16, 32, 34, 35 and 43 as a property: whatever is done in which order, through whichever of two processes, a
 * session reads a workspace exactly when it may.
 */
const SSO_DOMAIN = 'sessions-sso.test';

let app: TestApp;
let urls: readonly string[];
let stopOther: () => Promise<void>;
let workspaces: readonly string[];

beforeAll(async () => {
  const sso = testEnvironment();
  app = await startTestApp({ sso });
  const other = await app.beside({ sso });
  stopOther = other.stop;
  urls = [app.url, other.url];
  const made = [await app.workspace({ version: 'V2' }), await app.workspace({ version: 'V1' })];
  workspaces = made.map(({ workspaceId }) => workspaceId);
  await connectFirst();
});

/**
 * Connects the first workspace to a provider, with a verified domain. The tests switch `ssoRequired` on without a sign-in
 * of a manager, which only the database lets them do.
 */
async function connectFirst(): Promise<void> {
  const workspaceId = find(workspaces, 0);
  await done(app, app.operatorToken, 'ssoConnectionSet', {
    workspaceId,
    provider: 'OTHER_OIDC',
    discoveryUrl: 'https://provider.sessions-sso.test',
    clientId: 'client',
    clientSecret: 'secret',
  });
  await verifyDomain(app, workspaceId, SSO_DOMAIN);
  await app.sql('update sso_connection set manager_signed_in_at = now() where workspace_id = $1', [
    workspaceId,
  ]);
}

afterAll(async () => {
  await stopOther();
  await app.stop();
});

/** A session in the model. */
interface ModelSession {
  readonly token: string;
  readonly email: string;
  /** The workspace that it opens alone; null: all. */
  readonly only: string | null;
  readonly isOfProvider: boolean;
  readonly closedFor: Set<string>;
  isOver: boolean;
}

interface Model {
  readonly people: readonly string[];
  readonly memberIds: Map<string, string>;
  readonly active: Set<string>;
  readonly sessions: ModelSession[];
  /** Whether the first workspace requires people of its domain to come through its provider. */
  ssoRequired: boolean;
}

const KINDS = [
  'mail',
  'invitation',
  'operator',
  'provider',
  'signOut',
  'switch',
  'remove',
  'add',
  'endOfMember',
  'backChannel',
  'endOthers',
  'requireSso',
  'allowAll',
] as const;

interface Step {
  readonly kind: (typeof KINDS)[number];
  readonly person: number;
  readonly workspace: number;
  readonly process: number;
  /** Which session, of those that there are. */
  readonly session: number;
}

const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom(...KINDS),
    person: fc.nat(1),
    workspace: fc.nat(1),
    process: fc.nat(1),
    session: fc.nat(5),
  }),
  { minLength: 4, maxLength: 14 },
);

const step = (kind: Step['kind'], session = 0): Step => ({
  kind,
  person: 0,
  workspace: 0,
  process: 0,
  session,
});

/** Each condition of `sessionOpens` and each way to end a session, in the shortest sequence that needs it. */
const EXAMPLES: [Step[]][] = [
  [[step('mail'), step('remove'), step('add')]],
  [[step('mail'), step('endOfMember')]],
  [[step('provider')]],
  [[step('invitation')]],
  [[step('mail'), step('provider'), step('requireSso'), step('allowAll')]],
  [[step('mail'), step('signOut')]],
  [[step('mail'), step('switch')]],
  [[step('mail'), step('provider'), step('backChannel')]],
  [[step('mail'), step('mail'), step('provider'), step('endOthers')]],
  [[step('mail'), step('provider'), step('endOthers', 1)]],
  [[step('invitation'), step('endOfMember'), step('endOthers')]],
  [[step('invitation'), step('remove'), step('endOthers')]],
];

/** How many random sequences follow the examples. */
const RANDOM_RUNS = 12;

const at = (email: string, workspaceId: string) => `${email} ${workspaceId}`;

test('a session reads a workspace exactly when the rules allow it', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const model: Model = {
        people: [nextAddress().replace(/@.*/, `@${SSO_DOMAIN}`), nextAddress()],
        memberIds: new Map(),
        active: new Set(),
        sessions: [],
        ssoRequired: false,
      };
      await requireSso(false);
      for (const email of model.people) for (const id of workspaces) await add(model, email, id, 0);
      for (const step of sequence) {
        await take(model, step);
        await compare(model);
      }
    }),
    // A failing sequence is at most 14 steps long; to shorten it would wait for the time-out of each attempt.
    { numRuns: EXAMPLES.length + RANDOM_RUNS, examples: EXAMPLES, endOnFailure: true },
  );
}, 120_000);

function find<Value>(values: readonly Value[], index: number): Value {
  const value = values[index % values.length];
  if (value === undefined) throw new Error('nothing to choose from');
  return value;
}

async function take(model: Model, step: Step): Promise<void> {
  const email = find(model.people, step.person);
  const workspaceId = find(workspaces, step.workspace);
  const operator = (query: string, input: object) =>
    graphqlClient(find(urls, step.process))(app.operatorToken, query, { input });
  const open = (token: string, only: string | null, isOfProvider = false) =>
    model.sessions.push({ token, email, only, isOfProvider, closedFor: new Set(), isOver: false });
  const session = model.sessions.length === 0 ? undefined : find(model.sessions, step.session);

  switch (step.kind) {
    case 'mail':
      return void open(await app.mailSession(email, null), null);
    case 'invitation':
      return void open(await app.mailSession(email, workspaceId), workspaceId);
    case 'operator':
      return void open(await app.session(email), null);
    case 'provider':
      return void open(await app.providerSession(email, workspaceId), workspaceId, true);
    case 'signOut': {
      if (session === undefined) return;
      await browserOf(session.token, find(urls, step.process)).post('/sign-out');
      session.isOver = true;
      return;
    }
    case 'switch': {
      // Another person signs in, in a browser that has a session: that one is over.
      if (session === undefined) return;
      const browser = browserOf(session.token, find(urls, step.process));
      await browser.post('/sign-in/operator', { token: app.operatorToken });
      session.isOver = true;
      return;
    }
    case 'remove': {
      if (!model.active.delete(at(email, workspaceId))) return;
      const memberId = model.memberIds.get(at(email, workspaceId));
      await operator('mutation ($input: MemberRemoveInput!) { memberRemove(input: $input) { changed } }', {
        workspaceId,
        memberId,
      });
      for (const one of model.sessions) if (one.email === email) one.closedFor.add(workspaceId);
      return;
    }
    case 'add':
      if (!model.active.has(at(email, workspaceId))) await add(model, email, workspaceId, step.process);
      return;
    case 'endOfMember': {
      const memberId = model.memberIds.get(at(email, workspaceId));
      await operator(
        'mutation ($input: MemberSessionsEndInput!) { memberSessionsEnd(input: $input) { ended } }',
        {
          workspaceId,
          memberId,
        },
      );
      for (const one of model.sessions) {
        if (one.email !== email) continue;
        one.closedFor.add(workspaceId);
        // A session that opens this workspace alone is over.
        if (one.only === workspaceId) one.isOver = true;
      }
      return;
    }
    case 'backChannel': {
      await app.endSessionsOf({ workspaceId, subject: `subject of ${email}` });
      for (const one of model.sessions)
        if (one.email === email && one.isOfProvider && one.only === workspaceId) one.isOver = true;
      return;
    }
    case 'endOthers': {
      if (session === undefined || session.isOver) return;
      const query = 'mutation { sessionsEnd(input: { keepCurrent: true }) { ended } }';
      await expect
        .poll(async () => (await browserOf(session.token, find(urls, step.process)).graphql(query)).data)
        .toEqual({ sessionsEnd: { ended: expect.any(Number) } });
      for (const one of model.sessions) {
        const isReached = session.only === null || session.only === one.only;
        if (one !== session && one.email === session.email && isReached) one.isOver = true;
      }
      return;
    }
    case 'requireSso':
    case 'allowAll':
      model.ssoRequired = step.kind === 'requireSso';
      await requireSso(model.ssoRequired);
  }
}

async function requireSso(ssoRequired: boolean): Promise<void> {
  const workspaceId = find(workspaces, 0);
  await done(app, app.operatorToken, 'ssoConnectionSet', { workspaceId, ssoRequired });
}

async function add(model: Model, email: string, workspaceId: string, process: number): Promise<void> {
  const other = { ...app, graphql: graphqlClient(find(urls, process)) };
  const { member } = await done(other, app.operatorToken, 'memberAdd', { workspaceId, userName: email });
  model.memberIds.set(at(email, workspaceId), member.id);
  model.active.add(at(email, workspaceId));
}

function browserOf(token: string, url: string): Visitor {
  const browser = new Visitor(url);
  browser.cookies.set('rollcall', token);
  return browser;
}

/** Every session at every process. That changes arrive within a second is tested with the pages of sign-in. */
async function compare(model: Model): Promise<void> {
  await Promise.all(
    model.sessions.flatMap((session) =>
      urls.map((url) =>
        expect
          .poll(() => readable(session.token, url), { timeout: 5000, interval: 10 })
          .toEqual(expected(model, session)),
      ),
    ),
  );
}

function expected(model: Model, { email, only, closedFor, isOver, isOfProvider }: ModelSession): string[] {
  const mustComeByProvider = (id: string) =>
    model.ssoRequired && id === workspaces[0] && email.endsWith(`@${SSO_DOMAIN}`) && !isOfProvider;
  return workspaces.filter(
    (id) =>
      !isOver &&
      model.active.has(at(email, id)) &&
      (only === null || only === id) &&
      !closedFor.has(id) &&
      !mustComeByProvider(id),
  );
}

const READ = `query ($one: ID!, $two: ID!) {
  one: workspace(id: $one) { id }
  two: workspace(id: $two) { id }
  workspaces { nodes { id } }
}`;

/** What the session reads by id; the list must say the same. */
async function readable(token: string, url: string): Promise<string[]> {
  const [one, two] = workspaces;
  const { data } = await browserOf(token, url).graphql(READ, { one, two });
  const read = [data?.one?.id, data?.two?.id].filter((id) => id !== undefined);
  const listed: string[] = data?.workspaces?.nodes.map(({ id }: { readonly id: string }) => id) ?? [];
  expect([...listed].sort()).toEqual([...read].sort());
  return read;
}
