import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Database } from '../src/database/database.js';
import { connect } from '../src/database/orm.js';
import type { SeatType, WorkspaceVersion } from '../src/domain/access.js';
import type { ApiKeyScope } from '../src/model/enums.js';
import { type AppOptions, createApp } from '../src/server/app.js';
import * as apiKeys from '../src/services/api-keys.js';
import { localContext } from '../src/services/context/system.js';
import { create as createSession } from '../src/services/sessions/create.js';
import * as workspaces from '../src/services/workspaces/workspaces.js';
import { createTestDatabase } from './database.js';

/** What came back: the body parsed if it was JSON, undefined if there was none. */
export interface ScimAnswer {
  readonly status: number;
  readonly headers: Headers;
  // Tests look into bodies of every shape; what they assert is the check.
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

/** SCIM as a provider speaks it: Okta's headers unless told otherwise. */
export interface ScimClient {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<ScimAnswer>;
  delete(path: string, headers?: Readonly<Record<string, string>>): Promise<ScimAnswer>;
  readonly post: Send;
  readonly put: Send;
  readonly patch: Send;
}

/** Asks GraphQL with a credential. */
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

export interface WorkspaceWishes {
  readonly version: WorkspaceVersion;
  readonly scim?: boolean;
  /** V1: seats per type, in lower case. */
  readonly seats?: Readonly<Record<string, number>>;
  readonly credits?: number;
  /** Somebody whom the platform may know already; else somebody new. */
  readonly ownerEmail?: string;
}

export interface TestApp {
  readonly url: string;
  readonly operatorToken: string;
  readonly database: Database;
  /** Straight into the database, for what no door shows. */
  sql<Row = object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  workspace(wishes: WorkspaceWishes): Promise<TestWorkspace>;
  /** Another key of a workspace. */
  key(workspaceId: string, scopes: readonly ApiKeyScope[]): Promise<string>;
  /** A session token of somebody whom the platform knows. */
  session(email: string): Promise<string>;
  scim(workspaceId: string, credential: string): ScimClient;
  readonly graphql: TestGraphql;
  stop(): Promise<void>;
}

export const OKTA_HEADERS = {
  'User-Agent': 'Okta SCIM Client 1.0.0',
  Accept: 'application/scim+json',
} as const;

const OPERATOR_TOKEN = 'operator-token-of-the-tests';

/**
 * A server of its own on a database of its own, as `main.ts` would compose it.
 * @param mail how invitations are sent; not at all unless told
 */
export async function startTestApp(
  mail: Pick<AppOptions, 'mailTransport' | 'invitationUrl' | 'sso'> & {
    readonly logger?: AppOptions['logger'];
  } = {},
): Promise<TestApp> {
  const testDatabase = await createTestDatabase();
  const orm = await connect(testDatabase.address, 10);
  const database = await Database.over(orm);
  const app = await createApp({
    database,
    logger: pino({ level: 'silent' }),
    operatorToken: OPERATOR_TOKEN,
    publicUrl: undefined,
    playground: true,
    ...mail,
  });
  const server = createServer(app.handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const context = () => localContext(database, 'SYSTEM');
  let made = 0;

  const key: TestApp['key'] = async (workspaceId, scopes) => {
    const { secret } = await apiKeys.create(context(), { workspaceId, name: 'Test', scopes });
    return secret;
  };
  return {
    url,
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
    }) {
      made += 1;
      const { workspace, ownerMemberId } = await workspaces.create(context(), {
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
      const apiKey = await key(workspace.id, ALL_SCOPES);
      return { workspaceId: workspace.id, ownerMemberId, ownerEmail, apiKey };
    },
    async session(email) {
      return (await createSession(context(), { email })).token;
    },
    scim: (workspaceId, credential) => scimClient(`${url}/scim/v2/organizations/${workspaceId}`, credential),
    graphql: graphqlClient(url),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await app.stop();
      await database.close();
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

/** GraphQL at a server's URL. */
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

function scimClient(baseUrl: string, credential: string): ScimClient {
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
      // Text goes out as it is, for tests of bodies that are no JSON.
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

/** What is no JSON stays text, so that a test can say what it was. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
