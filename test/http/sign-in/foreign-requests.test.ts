import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { Visitor } from './visitor.js';

/** Rule 36: requests that another site can make a browser send change nothing. */
let app: TestApp;
let workspace: TestWorkspace;
let token: string;

beforeAll(async () => {
  app = await startTestApp();
  workspace = await app.workspace({ version: 'V2' });
  token = await app.session(workspace.ownerEmail);
});

afterAll(async () => {
  await app.stop();
});

const JSON_TYPE = 'application/json';
/** The types that a form, or a script without a preflight, can send (Fetch §2.2.2), and others. */
const TYPES = [
  JSON_TYPE,
  'application/json; charset=utf-8',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/graphql',
  'text/plain; application/json',
  undefined,
] as const;
const ORIGINS = ['ours', 'https://evil.test', 'null', 'ours with another port', undefined] as const;
const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;

interface Sent {
  readonly method: string;
  readonly type: string | undefined;
  readonly origin: string | undefined;
  readonly credential: 'cookie' | 'header' | 'both' | 'none';
}

async function send({ method, type, origin, credential }: Sent): Promise<Response> {
  const name = 'Acme, renamed';
  const origins: Readonly<Record<string, string>> = {
    ours: app.url,
    'ours with another port': 'http://127.0.0.1:1',
  };
  return fetch(`${app.url}/graphql`, {
    method,
    headers: {
      ...(type === undefined ? {} : { 'Content-Type': type }),
      ...(origin === undefined ? {} : { Origin: origins[origin] ?? origin }),
      ...(credential === 'cookie' || credential === 'both' ? { Cookie: `rollcall=${token}` } : {}),
      ...(credential === 'header' || credential === 'both' ? { Authorization: `Bearer ${token}` } : {}),
    },
    body: new TextEncoder().encode(
      JSON.stringify({
        query:
          'mutation ($input: WorkspaceUpdateInput!) { workspaceUpdate(input: $input) { workspace { name } } }',
        variables: { input: { workspaceId: workspace.workspaceId, name } },
      }),
    ),
  });
}

async function isRenamed(): Promise<boolean> {
  const [row] = await app.sql<{ name: string }>(
    "update workspace set name = 'Acme' where id = $1 returning (select name from workspace where id = $1) as name",
    [workspace.workspaceId],
  );
  return row?.name === 'Acme, renamed';
}

describe('a request with the cookie', () => {
  const all = METHODS.flatMap((method) =>
    TYPES.flatMap((type) =>
      ORIGINS.map((origin) => ({ method, type, origin, credential: 'cookie' as const })),
    ),
  );
  const isOurs = ({ type, origin }: Sent) => origin === 'ours' && (type === TYPES[0] || type === TYPES[1]);

  test.each(all.filter((sent) => !isOurs(sent)))('$method, $type from $origin: 403', async (sent) => {
    const response = await send(sent);
    expect([response.status, await response.json()]).toEqual([
      403,
      {
        errors: [
          {
            message:
              'A request with the session cookie that may change something needs a JSON content type and the Origin of this server.',
            extensions: { code: 'FORBIDDEN', requestId: response.headers.get('X-Request-Id') },
          },
        ],
      },
    ]);
    expect(await isRenamed()).toBe(false);
  });

  test.each(all.filter((sent) => isOurs(sent) && sent.method === 'POST'))(
    '$method, $type from $origin: accepted',
    async (sent) => {
      expect((await send(sent)).status).toBe(200);
      expect(await isRenamed()).toBe(true);
    },
  );

  test('GET changes nothing, with any parameters', async () => {
    const mutation = encodeURIComponent(
      `mutation { workspaceUpdate(input: { workspaceId: "${workspace.workspaceId}", name: "Acme, renamed" }) { workspace { name } } }`,
    );
    const response = await fetch(`${app.url}/graphql?query=${mutation}`, {
      headers: { Cookie: `rollcall=${token}`, 'Apollo-Require-Preflight': 'yes', Origin: app.url },
    });
    expect(response.status).toBe(405);
    expect(await isRenamed()).toBe(false);
  });

  test.each([
    '/sign-out',
    '/sign-in',
    '/sign-in/operator',
    '/sign-in/link/code',
    '/invitation/x',
    '/invitation/x/link',
  ])('a form for %s from another site: 403', async (path) => {
    for (const origin of ['https://evil.test', 'null', undefined]) {
      const response = await fetch(`${app.url}${path}`, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          Cookie: `rollcall=${token}`,
          'Content-Type': 'application/x-www-form-urlencoded',
          ...(origin === undefined ? {} : { Origin: origin }),
        },
        body: 'email=evil%40evil.test',
      });
      expect(response.status).toBe(403);
    }
    expect(await app.graphql(token, '{ viewer { type } }')).toEqual({ data: { viewer: { type: 'PERSON' } } });
  });
});

describe('Authorization', () => {
  test.each(TYPES.slice(0, 2))('needs no Origin: %s', async (type) => {
    for (const origin of ORIGINS) {
      expect((await send({ method: 'POST', type, origin, credential: 'header' })).status).toBe(200);
      expect(await isRenamed()).toBe(true);
    }
  });

  test('takes precedence over the cookie', async () => {
    const somebody = await app.workspace({ version: 'V1' });
    const other = await app.session(somebody.ownerEmail);
    const ask = (authorization: string) =>
      fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'Content-Type': JSON_TYPE, Cookie: `rollcall=${token}`, Authorization: authorization },
        body: JSON.stringify({ query: '{ viewer { label } }' }),
      }).then((response) => response.json());
    expect(await ask(other)).toEqual({ data: { viewer: { label: somebody.ownerEmail } } });
    // A header that is wrong is not made up for by a cookie that is right.
    for (const wrong of ['Bearer wrong', 'Bearer ', ''])
      expect(await ask(wrong)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });
});

test('an export is downloaded with the cookie', async () => {
  const browser = new Visitor(app.url);
  browser.cookies.set('rollcall', token);
  const file = await browser.get(`/exports/workspaces/${workspace.workspaceId}/members.csv`);
  expect(file.status).toBe(200);
  expect(file.text).toContain(workspace.ownerEmail);
});

describe('behind HTTPS', () => {
  let secure: { readonly url: string; stop(): Promise<void> };

  beforeAll(async () => {
    secure = await app.beside({ publicUrl: 'https://rollcall.test' });
  });

  afterAll(async () => {
    await secure.stop();
  });

  const ask = (headers: Readonly<Record<string, string>>) =>
    fetch(`${secure.url}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': JSON_TYPE, ...headers },
      body: JSON.stringify({ query: '{ viewer { label } }' }),
    });

  test('the cookie is __Host-, Secure, HttpOnly and Lax', async () => {
    const response = await fetch(`${secure.url}/sign-in/operator`, {
      method: 'POST',
      redirect: 'manual',
      headers: { Origin: 'https://rollcall.test', 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `token=${app.operatorToken}`,
    });
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^__Host-rollcall=rollcall_operator_session_[\w-]+; Path=\/; Expires=[^;]+ GMT; HttpOnly; Secure; SameSite=Lax$/i,
      ),
    ]);
  });

  test('a cookie that a sibling host or plain HTTP could have set is ignored', async () => {
    const origin = { Origin: 'https://rollcall.test' };
    const [plain, host] = await Promise.all(
      [`rollcall=${token}`, `__Host-rollcall=${token}`].map(async (cookie) =>
        (await ask({ ...origin, Cookie: cookie })).json(),
      ),
    );
    expect(plain).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(host).toEqual({ data: { viewer: { label: workspace.ownerEmail } } });
  });

  test('the allowed Origin is that of PUBLIC_URL, not the Host of the request', async () => {
    const response = await ask({ Origin: secure.url, Cookie: `__Host-rollcall=${token}` });
    expect(response.status).toBe(403);
  });
});
