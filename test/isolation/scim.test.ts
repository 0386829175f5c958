import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Compiler } from '../../src/graphql/serving/compiler.js';
import { createSchema } from '../../src/graphql/serving/schema.js';
import { scimEndpoints } from '../../src/scim/http/dispatch.js';
import { eventually } from '../http/provisioning-log/waiting.js';
import { CORE, ENTERPRISE, ROLLCALL } from '../http/scim/resources.js';
import { ask } from './answers.js';
import type { Sources } from './arguments.js';
import { type Caller, type Pair, pairOf } from './pair.js';
import type { Names } from './rows.js';

/** Every endpoint of SCIM with what another workspace's provider could send to it. */

const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const MESSAGES = 'urn:ietf:params:scim:api:messages:2.0';

interface Request {
  /** Below the base URL, with the query. */
  readonly path?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** @param other what is named; it is another workspace's, or nothing. @param own what is the caller's */
type Requests = (other: Names, own: Names) => readonly Request[];

const user = (more: object) => ({ schemas: [CORE, ENTERPRISE, ROLLCALL], ...more });
const patch = (...Operations: object[]) => ({ schemas: [`${MESSAGES}:PatchOp`], Operations });
const search = (more: object) => ({ schemas: [`${MESSAGES}:SearchRequest`], ...more });
const filters = ({ userName, externalId, member, group, groupName }: Names): readonly string[] => [
  `id eq "${member}"`,
  `id ge "${member}"`,
  `userName eq "${userName}"`,
  `userName sw "${userName.slice(0, 6)}"`,
  `emails.value eq "${userName}"`,
  `externalId eq "${externalId}"`,
  `groups.value eq "${group}"`,
  `groups[value eq "${group}"]`,
  `groups.display eq "${groupName}"`,
  `${ENTERPRISE}:manager.value eq "${member}"`,
  `not (userName eq "${userName}")`,
];
const groupFilters = ({ group, groupName, groupExternalId, member }: Names): readonly string[] => [
  `id eq "${group}"`,
  `displayName eq "${groupName}"`,
  `externalId eq "${groupExternalId}"`,
  `members.value eq "${member}"`,
  `members[value eq "${member}"]`,
  `members.$ref ew "${member}"`,
];
const byFilter = (path: string, all: readonly string[]): readonly Request[] =>
  all.flatMap((filter) => [
    { path: `${path}?filter=${encodeURIComponent(filter)}` },
    { path: `${path}?count=0&filter=${encodeURIComponent(filter)}` },
    { path: `${path}?sortBy=userName&sortOrder=descending&filter=${encodeURIComponent(filter)}` },
  ]);

const REQUESTS: Readonly<Record<string, Requests>> = {
  'GET /': (other) => byFilter('/', filters(other)),
  'GET /Users': (other) => [...byFilter('/Users', filters(other)), { path: `/Users?cursor=${other.member}` }],
  'POST /Users': ({ userName, externalId, member, group }) => [
    { body: user({ userName: `new-${userName}`, externalId, id: member }) },
    { body: user({ userName, emails: [{ value: userName }] }) },
    {
      body: user({
        userName: `led-${userName}`,
        [ENTERPRISE]: { manager: { value: member, $ref: `../Users/${member}` } },
      }),
    },
    { body: user({ userName: `in-${userName}`, groups: [{ value: group }] }) },
  ],
  'POST /Users/.search': (other) => filters(other).map((filter) => ({ body: search({ filter }) })),
  'POST /.search': (other) =>
    [...filters(other), ...groupFilters(other)].map((filter) => ({ body: search({ filter }) })),
  'GET /Users/:id': ({ member, group, workspace, account }) => [
    ...[member, group, workspace, account].map((id) => ({ path: `/Users/${id}` })),
    { path: `/Users/${member.toUpperCase()}` },
    { path: `/Users/${member}?attributes=groups,userName` },
    ...ETAGS.map((tag) => ({ path: `/Users/${member}`, headers: { 'If-None-Match': tag } })),
  ],
  'PUT /Users/:id': ({ member, userName, externalId }, own) => [
    { path: `/Users/${member}`, body: user({ userName }) },
    ...ETAGS.map((tag) => ({
      path: `/Users/${member}`,
      body: user({ userName }),
      headers: { 'If-Match': tag },
    })),
    { path: `/Users/${own.member}`, body: user({ id: member, userName: own.userName, externalId }) },
  ],
  'PATCH /Users/:id': ({ member, group, userName }, own) => [
    { path: `/Users/${member}`, body: patch({ op: 'replace', path: 'active', value: false }) },
    { path: `/Users/${member}`, body: patch({ op: 'replace', path: 'displayName', value: 'x' }) },
    ...ETAGS.map((tag) => ({
      path: `/Users/${member}`,
      body: patch({ op: 'replace', path: 'active', value: false }),
      headers: { 'If-Match': tag },
    })),
    { path: `/Users/${own.member}`, body: patch({ op: 'add', path: 'groups', value: [{ value: group }] }) },
    {
      path: `/Users/${own.member}`,
      body: patch({ op: 'replace', path: `${ENTERPRISE}:manager`, value: member }),
    },
    {
      path: `/Users/${own.member}`,
      body: patch({ op: 'replace', path: 'emails', value: [{ value: userName }] }),
    },
  ],
  'DELETE /Users/:id': ({ member, group }) => [
    { path: `/Users/${member}` },
    { path: `/Users/${group}` },
    ...ETAGS.map((tag) => ({ path: `/Users/${member}`, headers: { 'If-Match': tag } })),
  ],
  'GET /Groups': (other) => byFilter('/Groups', groupFilters(other)),
  'POST /Groups': ({ groupName, groupExternalId, member, group }) => [
    { body: { schemas: [GROUP], displayName: groupName, externalId: groupExternalId, id: group } },
    { body: { schemas: [GROUP], displayName: `New ${groupName}`, members: [{ value: member }] } },
    {
      body: { schemas: [GROUP], displayName: `More ${groupName}`, members: [{ $ref: `../Users/${member}` }] },
    },
  ],
  'POST /Groups/.search': (other) => groupFilters(other).map((filter) => ({ body: search({ filter }) })),
  'GET /Groups/:id': ({ group, member }) => [
    { path: `/Groups/${group}` },
    { path: `/Groups/${member}` },
    { path: `/Groups/${group}?excludedAttributes=members` },
    ...ETAGS.map((tag) => ({ path: `/Groups/${group}`, headers: { 'If-None-Match': tag } })),
  ],
  'PUT /Groups/:id': ({ group, groupName, member }, own) => [
    { path: `/Groups/${group}`, body: { schemas: [GROUP], displayName: groupName } },
    {
      path: `/Groups/${own.group}`,
      body: { schemas: [GROUP], displayName: own.groupName, members: [{ value: member }] },
    },
  ],
  'PATCH /Groups/:id': ({ group, member }, own) => [
    { path: `/Groups/${group}`, body: patch({ op: 'replace', path: 'displayName', value: 'x' }) },
    { path: `/Groups/${group}`, body: patch({ op: 'add', path: 'members', value: [{ value: own.member }] }) },
    { path: `/Groups/${own.group}`, body: patch({ op: 'add', path: 'members', value: [{ value: member }] }) },
    { path: `/Groups/${own.group}`, body: patch({ op: 'remove', path: `members[value eq "${member}"]` }) },
    ...ETAGS.map((tag) => ({
      path: `/Groups/${group}`,
      body: patch({ op: 'replace', path: 'displayName', value: 'x' }),
      headers: { 'If-Match': tag },
    })),
  ],
  'DELETE /Groups/:id': ({ group, member }) => [{ path: `/Groups/${group}` }, { path: `/Groups/${member}` }],
  'POST /Bulk': ({ member, group, userName }, own) => [
    {
      body: {
        schemas: [`${MESSAGES}:BulkRequest`],
        Operations: [
          { method: 'DELETE', path: `/Users/${member}` },
          {
            method: 'PATCH',
            path: `/Groups/${group}`,
            data: patch({ op: 'replace', path: 'displayName', value: 'x' }),
          },
          {
            method: 'PATCH',
            path: `/Groups/${own.group}`,
            data: patch({ op: 'add', path: 'members', value: [{ value: member }] }),
          },
          { method: 'POST', path: '/Users', bulkId: '1', data: user({ userName: `bulk-${userName}` }) },
          { method: 'PUT', path: `/Users/${member}`, version: 'W/"1"', data: user({ userName }) },
        ],
      },
    },
  ],
  ...Object.fromEntries(
    ['GET', 'PUT', 'PATCH', 'DELETE', 'POST'].map((method) => [
      `${method} /Me`,
      ({ userName }: Names) => [
        { ...(method === 'GET' || method === 'DELETE' ? {} : { body: user({ userName }) }) },
      ],
    ]),
  ),
  'GET /ServiceProviderConfig': () => [{}],
  'GET /ResourceTypes': () => [{}],
  'GET /ResourceTypes/:id': ({ member }) => [{ path: `/ResourceTypes/${member}` }],
  'GET /Schemas': () => [{}],
  'GET /Schemas/:id': ({ member }) => [{ path: `/Schemas/${member}` }],
};

/** Versions that a member or group of another workspace has, or has not. */
const ETAGS = ['*', 'W/"1"', 'W/"2"', 'W/"999"'];

/** Every method of every endpoint. */
function routes(): string[] {
  const schema = createSchema();
  const compiler = new Compiler(schema);
  const endpoints = scimEndpoints(
    { schema, compile: (document) => compiler.compile(document) },
    () => undefined,
  );
  return endpoints.flatMap(({ path, methods }) =>
    Object.keys(methods).map((method) => `${method} ${path.replace('//', '/')}`),
  );
}

test('every endpoint has requests: one that is new needs an entry in REQUESTS of test/isolation/scim.test.ts', () => {
  expect(routes().sort()).toEqual(Object.keys(REQUESTS).sort());
});

describe.each(['V1', 'V2'] as const)('on %s', (version) => {
  let pair: Pair;

  beforeAll(async () => {
    pair = await pairOf(version);
  });

  afterEach(() => pair.expectUntouched());

  afterAll(() => pair.stop());

  function send(
    { tenant: { credentials } }: Caller,
    workspaceId: string,
    credential: string,
    { route, path, body, headers }: Request & { readonly route: string },
  ) {
    const token = credentials[credential];
    const [method = '', pattern = ''] = route.split(' ');
    return ask(`${pair.app.url}/scim/v2/organizations/${workspaceId}${path ?? pattern}`, {
      method,
      headers: {
        Accept: 'application/scim+json',
        'User-Agent': 'Okta SCIM Client 1.0.0',
        ...(token === undefined ? {} : { Authorization: token }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/scim+json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** Everything that is asked below one workspace's address, as each of them would ask it. */
  async function expectAlike(
    credentials: readonly string[],
    workspaceOf: (sources: Sources) => string,
    wanted: (all: readonly Request[]) => readonly Request[] = (all) => all,
  ): Promise<void> {
    for (const credential of credentials) {
      for (const [route, requests] of Object.entries(REQUESTS)) {
        const [told = [], untold = []] = [pair.spy, pair.control].map(({ sources }) =>
          wanted(requests(sources.other, sources.own)),
        );
        for (const [index, request] of told.entries()) {
          const answers = await Promise.all([
            send(pair.spy, workspaceOf(pair.spy.sources), credential, { ...request, route }),
            send(pair.control, workspaceOf(pair.control.sources), credential, { ...untold[index], route }),
          ]);
          pair.expectAlike(`${credential}: ${route} ${JSON.stringify(request)}`, answers);
        }
      }
    }
  }

  test('below its own address, a provider finds nothing of another workspace', async () => {
    await expectAlike(['key SCIM'], ({ own }) => own.workspace);
  });

  test('below the address of another workspace, no credential finds anything, that address included', async () => {
    const all = Object.keys(pair.spy.tenant.credentials);
    await expectAlike(
      all,
      ({ other }) => other.workspace,
      (requests) => requests.slice(0, 2),
    );
  });

  test('rule 51: their own provisioning logs say the same afterwards', async () => {
    const logs = () =>
      Promise.all(
        [pair.spy, pair.control].map(async (caller) => {
          const rows = await pair.app.sql(LOG, [caller.tenant.workspaceId]);
          const told = pair.neutral(caller.sources, {
            status: 200,
            headers: {},
            body: JSON.stringify({ rows }),
          });
          return JSON.parse(told.body)
            .rows.map((row: unknown) => JSON.stringify(row))
            .sort();
        }),
      );
    const [told, untold] = await eventually(logs, ([one, other]) => isDeepStrictEqual(one, other));
    expect(told).toEqual(untold);
  });
});

/** Only the first ten accepted reads between two writes of the log say what they asked for (rule 52). */
const TARGET = ['target_type', 'target_name'].map(
  (column) =>
    `case when code is null and operation ~ 'READ|SEARCH|OTHER' then null else ${column} end as ${column}`,
);
const LOG = `
  select method, operation, ${TARGET.join(', ')}, status, code, scim_type, detail, attribute, value, notices, api_key_label,
    sum(times)::integer as times
  from scim_request where workspace_id = $1 group by ${[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].join(', ')}`;
