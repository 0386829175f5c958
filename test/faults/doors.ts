import { expect } from 'vitest';
import { mintInvitationToken, mintSecret } from '../../src/auth/secret.js';
import type { TestWorkspace } from '../app.js';

/** How a request is answered while the database is away. */
interface Door {
  readonly path: string;
  readonly method?: 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The type of the answer, and what it contains. */
  readonly answer: readonly [type: string, contains: string];
}

const PAGE = ['text/html; charset=utf-8', '<h1>Try again later</h1>'] as const;
const EXPORT = ['application/json; charset=utf-8', '{"error":{"code":"UNAVAILABLE",'] as const;
const GRAPHQL = ['application/json; charset=utf-8', '"code":"UNAVAILABLE"'] as const;

/** Every kind of door that needs the database. */
function doors(url: string, { workspaceId, apiKey }: TestWorkspace): readonly Door[] {
  const Authorization = apiKey;
  const form = (path: string, body = ''): Door => ({
    path,
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: url },
    body,
    answer: PAGE,
  });
  const page = (path: string): Door => ({ path, answer: PAGE });
  const invitation = `/invitation/${mintInvitationToken().secret}`;
  const link = `/sign-in/link/${mintSecret('link').secret}`;
  const Cookie = `rollcall=${mintSecret('session').secret}`;
  const json = { Authorization, 'Content-Type': 'application/json' };
  const sso = `/api/workspaces/${workspaceId}/auth/sso`;
  return [
    page(invitation),
    form(invitation),
    form(`${invitation}/link`, 'email=ann@acme.test'),
    page(link),
    form(link),
    form('/sign-in', 'email=ann@acme.test'),
    form('/sign-in/operator', 'token=x'),
    { ...page('/sign-in'), headers: { Cookie } },
    { ...form('/sign-out'), headers: { ...form('').headers, Cookie } },
    page(`${sso}/start`),
    page(`${sso}/callback?state=x`),
    form(`${sso}/continue`, 'confirmation=x'),
    {
      ...form(`${sso}/backchannel-logout`, 'logout_token=x'),
      answer: ['application/json; charset=utf-8', '{"error":"temporarily_unavailable"}'],
    },
    { path: `/exports/workspaces/${workspaceId}/members.csv`, headers: { Authorization }, answer: EXPORT },
    { path: `/exports/workspaces/${workspaceId}/audit.jsonl`, headers: { Authorization }, answer: EXPORT },
    {
      path: '/graphql',
      method: 'POST',
      headers: json,
      body: JSON.stringify({
        query: `{ workspace(id: "${workspaceId}") { members(first: 1) { totalCount } } }`,
      }),
      answer: GRAPHQL,
    },
    {
      path: `/scim/v2/organizations/${workspaceId}/Users`,
      headers: { Authorization },
      answer: ['application/scim+json; charset=utf-8', '"status":"503"'],
    },
  ];
}

/** What a door answers, and what it must answer. */
interface Answered {
  readonly got: object;
  readonly expected: object;
}

/**
 * Asks at every door of a server, while the database is away. Compare the answers when it is back, so that a failure does not leave it
 * away.
 */
export async function askEverywhere(url: string, workspace: TestWorkspace): Promise<readonly Answered[]> {
  const asked = doors(url, workspace).map(
    async ({ path, method = 'GET', answer: [type, contains], ...init }) => {
      const response = await fetch(`${url}${path}`, { method, redirect: 'manual', ...init });
      const text = await response.text();
      return {
        got: { path, method, status: response.status, ...headersOf(response), text },
        expected: {
          ...{ path, method, status: 503, type },
          retryAfter: expect.stringMatching(/^[1-9]\d?$/),
          text: expect.stringContaining(contains),
        },
      };
    },
  );
  return Promise.all([...asked, dashboard(url, workspace)]);
}

/** The page of the dashboard needs no database. */
async function dashboard(url: string, { workspaceId }: TestWorkspace): Promise<Answered> {
  const path = `/workspace/${workspaceId}`;
  const response = await fetch(`${url}${path}`);
  return {
    got: { path, status: response.status, ...headersOf(response) },
    expected: { path, status: 200, type: 'text/html;charset=utf-8', retryAfter: null },
  };
}

function headersOf({ headers }: Response) {
  return { type: headers.get('content-type'), retryAfter: headers.get('retry-after') };
}

/** Expects 503 with `Retry-After` of every door that needs the database, each in its own format. */
export function expectUnavailable(answers: readonly Answered[]): void {
  expect(answers.map(({ got }) => got)).toEqual(answers.map(({ expected }) => expected));
}
