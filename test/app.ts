import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import type { EpisodeEvents } from '../src/database/availability.js';
import { Database } from '../src/database/database.js';
import { type DatabaseLimits, UNLIMITED } from '../src/database/limits.js';
import { connect, type DatabaseTarget } from '../src/database/orm.js';
import type { SeatType, WorkspaceVersion } from '../src/domain/access.js';
import type { ApiKeyScope } from '../src/model/enums.js';
import { type App, createApp } from '../src/server/app.js';
import type { AppOptions } from '../src/server/app-options.js';
import * as apiKeys from '../src/services/api-keys.js';
import { localContext } from '../src/services/context/system.js';
import { findOrCreateAccount } from '../src/services/rows/accounts.js';
import { create as createSession } from '../src/services/sessions/create.js';
import { endSessionsOf } from '../src/services/sessions/end.js';
import { openSession, type SignIn } from '../src/services/sessions/open.js';
import { create as createWorkspace } from '../src/services/workspaces/commands.js';
import { createTestDatabase, type TestDatabase } from './database.js';

/** An answer: the body is parsed if it is JSON, undefined if there is none. */
export interface ScimAnswer {
  readonly status: number;
  readonly headers: Headers;
  // Bodies have every shape; the assertions of the tests check them.
  // biome-ignore lint/suspicious/noExplicitAny: past the parser, in tests only.
  readonly body: any;
}

type Send = (path: string, body?: unknown, headers?: Readonly<Record<string, string>>) => Promise<ScimAnswer>;

export interface GraphqlAnswer {
  // biome-ignore lint/suspicious/noExplicitAny: past the parser, in tests only.
  readonly data: any;
  // biome-ignore lint/suspicious/noExplicitAny: past the parser, in tests only.
  readonly errors?: any[];
}

/** Sends SCIM requests with Okta's headers, unless others are passed. */
export interface ScimClient {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<ScimAnswer>;
  delete(path: string, headers?: Readonly<Record<string, string>>): Promise<ScimAnswer>;
  readonly post: Send;
  readonly put: Send;
  readonly patch: Send;
}

/** Executes a GraphQL operation with a credential. */
export type TestGraphql = (
  credential: string | undefined,
  query: string,
  variables?: Readonly<Record<string, unknown>>,
) => Promise<GraphqlAnswer>;

export interface TestWorkspace {
  readonly workspaceId: string;
  readonly ownerMemberId: string;
  readonly ownerEmail: string;
  /** A key with every scope. */
  readonly apiKey: string;
}

export interface WorkspaceOptions {
  readonly version: WorkspaceVersion;
  readonly scim?: boolean;
  /** V1: seats per type, in lower case. */
  readonly seats?: Readonly<Record<string, number>>;
  readonly credits?: number;
  /** False: the identity provider may remove as many members as it likes at once (rule 63). */
  readonly brake?: boolean;
  /** May have an account already; a new address when left out. */
  readonly ownerEmail?: string;
}

export interface TestApp {
  readonly url: string;
  /** The database as `DATABASE_URL` names it, for processes beside this one. */
  readonly databaseUrl: string;
  /** What answers the requests, for tests that read its routes. */
  readonly handler: App['handler'];
  readonly operatorToken: string;
  readonly database: Database;
  /** Queries the database, for values that no API shows. */
  sql<Row = object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  workspace(options: WorkspaceOptions): Promise<TestWorkspace>;
  /** Creates another key of a workspace. */
  key(workspaceId: string, scopes: readonly ApiKeyScope[]): Promise<string>;
  /** Creates a session of a person who has an account. @returns its token */
  session(email: string): Promise<string>;
  /** A session token of a person who signed in through the workspace's provider, which may claim any address. */
  providerSession(email: string, workspaceId: string, sid?: string): Promise<string>;
  /** A session token of a person who signed in by a mail link; with a workspace, by the mail of its invitation. */
  mailSession(email: string, workspaceId: string | null): Promise<string>;
  /** Ends sessions as a back-channel logout does. */
  endSessionsOf(target: Parameters<typeof endSessionsOf>[2]): Promise<number>;
  scim(workspaceId: string, credential: string): ScimClient;
  readonly graphql: TestGraphql;
  /** Another server on the same database, as a second process is; it is stopped before this one. */
  beside(options?: TestAppOptions): Promise<{ readonly url: string; stop(): Promise<void> }>;
  stop(): Promise<void>;
}

/** The options of a test's server. */
export type TestAppOptions = Partial<Omit<AppOptions, 'database'>> & {
  readonly limits?: DatabaseLimits;
  readonly poolSize?: number;
  readonly events?: EpisodeEvents;
};

export const OKTA_HEADERS = {
  'User-Agent': 'Okta SCIM Client 1.0.0',
  Accept: 'application/scim+json',
} as const;

const OPERATOR_TOKEN = 'operator-token-of-the-tests';

/** A server on a database: its own connections, caches and counters. */
async function startServer(
  address: DatabaseTarget,
  { limits = UNLIMITED, poolSize = 10, events, ...options }: TestAppOptions,
) {
  const orm = await connect(address, poolSize, limits);
  const database = await Database.over(orm, limits, events);
  const app = await createApp({
    database,
    logger: pino({ level: 'silent' }),
    operatorToken: OPERATOR_TOKEN,
    publicUrl: undefined,
    playground: true,
    wrongCredentials: 100_000,
    ...options,
  });
  // On a busy machine, the default of five seconds can end while a client of this process sends its next request.
  const server = createServer({ keepAliveTimeout: 60_000 }, app.handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    database,
    handler: app.handler,
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await app.stop();
      await database.close();
    },
  };
}

/**
 * A server of its own on a database of its own, as `main.ts` would compose it.
 * @param options deviations from the defaults; no mail is sent by default
 * @param own a database that the test has made; the app drops it
 */
export async function startTestApp(
  options: TestAppOptions = {},
  own?: Omit<TestDatabase, 'address'> & { readonly address: DatabaseTarget },
): Promise<TestApp> {
  const testDatabase = own ?? (await createTestDatabase());
  const { database, handler, url, stop } = await startServer(testDatabase.address, options);
  const { clock = () => new Date() } = options;
  const context = () => ({ ...localContext(database, 'SYSTEM'), clock });
  let made = 0;

  const key: TestApp['key'] = async (workspaceId, scopes) => {
    const { secret } = await apiKeys.create(context(), { workspaceId, name: 'Test', scopes });
    return secret;
  };
  const opened = (signIn: Pick<SignIn, 'email' | 'method' | 'workspaceId' | 'provider'>) =>
    database.transaction(async (tx) => {
      const accountId = await findOrCreateAccount(tx, signIn.email);
      const proven = { ...signIn, accountId, address: '192.0.2.1', userAgent: null };
      return (await openSession(context(), tx, proven)).token;
    });
  return {
    url,
    handler,
    databaseUrl: testDatabase.url,
    operatorToken: OPERATOR_TOKEN,
    database,
    sql: (text, values = []) => database.rows(text, values),
    key,
    async workspace({
      version,
      scim = true,
      seats = {},
      credits,
      ownerEmail = `owner${made + 1}@acme.test`,
      brake = true,
    }) {
      made += 1;
      const { workspace, ownerMemberId } = await createWorkspace(context(), {
        name: `Acme ${made}`,
        version,
        plan: 'ENTERPRISE',
        scimEnabled: scim,
        ownerEmail,
        seats: Object.entries(seats).map(([seatType, total]) => ({
          seatType: seatType.toUpperCase() as SeatType,
          total,
        })),
        monthlyCredits: credits ?? null,
      });
      if (!brake)
        await database.rows('insert into scim_brake (workspace_id, enabled) values ($1, false)', [
          workspace.id,
        ]);
      const apiKey = await key(workspace.id, ALL_SCOPES);
      return { workspaceId: workspace.id, ownerMemberId, ownerEmail, apiKey };
    },
    async session(email) {
      return (await createSession(context(), { email })).token;
    },
    providerSession: (email, workspaceId, sid) => {
      const provider = { subject: `subject of ${email}`, sid: sid ?? null };
      return opened({ email, method: 'PROVIDER', workspaceId, provider });
    },
    mailSession: (email, workspaceId) => opened({ email, method: 'MAIL_LINK', workspaceId, provider: null }),
    endSessionsOf: (target) => database.transaction((tx) => endSessionsOf(context(), tx, target)),
    scim: (workspaceId, credential) => scimClient(`${url}/scim/v2/organizations/${workspaceId}`, credential),
    graphql: graphqlClient(url),
    beside: (other = {}) => startServer(testDatabase.address, other),
    async stop() {
      await stop();
      await testDatabase.drop();
    },
  };
}

const ALL_SCOPES: readonly ApiKeyScope[] = [
  'SCIM',
  'MEMBERS_READ',
  'MEMBERS_WRITE',
  'CREDITS_READ',
  'CREDITS_CONSUME',
  'AUDIT_READ',
];

/** Executes GraphQL operations at a server's URL. */
export function graphqlClient(url: string): TestGraphql {
  return async (credential, query, variables = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(credential === undefined ? {} : { Authorization: credential }),
      },
      body: JSON.stringify({ query, variables }),
    });
    return JSON.parse(await response.text());
  };
}

export function scimClient(baseUrl: string, credential: string): ScimClient {
  const send = async (
    method: string,
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ScimAnswer> => {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        ...OKTA_HEADERS,
        Authorization: credential,
        ...(body === undefined ? {} : { 'Content-Type': 'application/scim+json; charset=utf-8' }),
        ...headers,
      },
      // A string is sent as it is, for tests of bodies that are not JSON.
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : parsed(text),
    };
  };
  return {
    get: (path, headers) => send('GET', path, undefined, headers),
    delete: (path, headers) => send('DELETE', path, undefined, headers),
    post: (path, body, headers) => send('POST', path, body, headers),
    put: (path, body, headers) => send('PUT', path, body, headers),
    patch: (path, body, headers) => send('PATCH', path, body, headers),
  };
}

/** Returns a text that is not JSON as it is, so that a failing test shows it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
