import { describe, expect, it } from 'vitest';
import { simulateOkta } from '../../src/simulator/okta.js';
import type { Fault } from './fake-faults.js';
import { KEY, startFakeServer } from './fake-scim-server.js';
import { failures, playing, start } from './runs.js';

const EXTENSION = 'urn:base44:params:scim:schemas:extension:user:2.0';
const simulate = playing(simulateOkta);

describe('a server without faults', () => {
  it.each(['V1', 'V2', 'plain'] as const)('passes: %s', async (version) => {
    const server = await start(version, 250);
    const summary = await simulate(server.baseUrl);
    expect(failures(summary)).toEqual([]);
    expect(summary.failed).toBe(0);
    expect(summary.passed).toBe(summary.checks.length);
    expect(server.userNames()).toHaveLength(250);
  });

  it.each(['PATCH answers 204', 'DELETE not implemented', 'one 429'] as const)(
    'may differ: %s',
    async (fault) => {
      const server = await start('V2', 3, fault);
      expect(failures(await simulate(server.baseUrl))).toEqual([]);
    },
  );

  it('may have no free seat', async () => {
    const server = await start('V1', 3, 'no free seat');
    const summary = await simulate(server.baseUrl);
    expect(failures(summary)).toEqual([]);
    expect(summary.lines).toContain('       refused, which is correct when no builder seat is free');
  });

  it('may have no users, or exactly a page of them', async () => {
    for (const people of [0, 100, 101]) {
      const server = await start('plain', people);
      expect(failures(await simulate(server.baseUrl))).toEqual([]);
    }
  });

  it('has a line for every request and a summary', async () => {
    const server = await start('V2', 150);
    const { lines, checks } = await simulate(server.baseUrl);
    expect(lines[0]).toBe('ok   GET /Users?startIndex=1&count=2  200  test credentials: the first users');
    expect(lines).toContain('       a V2 workspace: role and creditLimit');
    expect(lines).toContain('ok   POST /Users  201  assign: creates the user');
    expect(lines.at(-1)).toBe(`${checks.length} passed, 0 failed`);
    expect(lines.filter((line) => line.startsWith('ok   '))).toHaveLength(server.seen.length);
  });
});

describe('requests are those that Okta sends', () => {
  it('headers have the bare key, and a Content-Type only with a body', async () => {
    const server = await start('V2', 3);
    await simulate(server.baseUrl);
    const [first] = server.seen;
    expect(first?.headers).toMatchObject({
      'user-agent': 'Okta SCIM Client 1.0.0',
      accept: 'application/scim+json',
      authorization: KEY,
    });
    expect(first?.headers).not.toHaveProperty('content-type');
    const created = server.seen.find((request) => request.method === 'POST');
    expect(created?.headers['content-type']).toBe('application/scim+json; charset=utf-8');
  });

  it('the search has the filter first, and spaces as +', async () => {
    const server = await start('V2', 3);
    await simulate(server.baseUrl);
    const search = server.seen.find((request) => request.path.includes('filter=userName+eq+%22'));
    expect(search?.path).toMatch(
      /^\/Users\?filter=userName\+eq\+%22rollcall\.simulation\.[0-9a-f]{12}%40example\.com%22&startIndex=1&count=100$/,
    );
  });

  it('the create has the extension on V2, and no access on V1', async () => {
    const bodies: Record<string, Record<string, unknown> | undefined> = {};
    for (const version of ['V1', 'V2'] as const) {
      const server = await start(version, 3);
      await simulate(server.baseUrl);
      bodies[version] = server.seen.find((request) => request.method === 'POST')?.body;
    }
    const userName = expect.stringMatching(/^rollcall\.simulation\.[0-9a-f]{12}@example\.com$/);
    const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
    const person = {
      userName,
      name: { givenName: 'Simulated', familyName: 'Person' },
      emails: [{ primary: true, value: userName, type: 'work' }],
      displayName: 'Simulated Person',
      locale: 'en-US',
      externalId: expect.stringMatching(/^00u[0-9a-f]{17}$/),
      groups: [],
      password: expect.any(String),
      active: true,
    };
    expect(bodies.V1).toEqual({ schemas: [core], ...person });
    expect(bodies.V2).toEqual({
      schemas: [core, EXTENSION],
      ...person,
      [EXTENSION]: { role: 'editor', creditLimit: 500 },
    });
  });

  it('the deactivation is a PATCH without a path, or a PUT with what was read', async () => {
    const server = await start('V2', 3);
    await simulate(server.baseUrl);
    expect(server.seen.find((request) => request.method === 'PATCH')?.body).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', value: { active: false } }],
    });
    const [updated, toViewer] = server.seen.filter((request) => request.method === 'PUT');
    expect(updated?.body).toMatchObject({
      id: 'id-4',
      meta: { version: 'W/"1"' },
      locale: 'en-US',
      name: { givenName: 'Updated', familyName: 'Somebody' },
      [EXTENSION]: { role: 'editor', creditLimit: 750 },
    });
    expect(toViewer?.body?.[EXTENSION]).toEqual({ role: 'viewer' });
  });
});

const SEARCHES = [
  'assigned: the filter finds exactly it',
  'assigned: the filter ignores case',
  'unassign: the filter still finds it',
  'assign again: found, inactive',
];

const REFUSALS = [
  'errors: an unknown id',
  'errors: an invalid key',
  'errors: a malformed filter',
  'conflict: the same userName again',
];

const FAULTS: readonly (readonly [Fault, readonly string[]])[] = [
  [
    'counts as strings',
    [
      'test credentials: the first users',
      'test credentials: the groups, as older apps ask',
      'import: from 1',
      'import: the first page again',
      'assign: nobody has the userName yet',
      ...SEARCHES,
    ],
  ],
  ['itemsPerPage is the count asked for', ['import: from 201', ...SEARCHES]],
  ['startIndex ignored', ['import: from 101', 'import: from 201']],
  ['page overlaps the one before', ['import: from 101']],
  ['total grows', ['import: from 101', 'import: from 201', 'import: from 251']],
  ['empty page before the end', ['import: from 101']],
  ['order changes', ['import: from 101', 'import: the first page again']],
  ['filter compares userName with case', ['assigned: the filter ignores case']],
  ['filter ignored when malformed', ['errors: a malformed filter']],
  ['create without Location', ['assign: creates the user']],
  ['create without id', ['assign: creates the user']],
  ['create refused', ['assign: creates the user']],
  ['create returns the password', ['assign: creates the user']],
  [
    'duplicate created',
    [
      'conflict: the same userName again',
      'unassign: the filter still finds it',
      'assign again: found, inactive',
    ],
  ],
  ['errors without scimType', ['errors: a malformed filter', 'conflict: the same userName again']],
  ['error status as number', REFUSALS],
  ['errors as HTML', REFUSALS],
  ['any key accepted', ['errors: an invalid key']],
  [
    'names not kept',
    [
      'update: writes what it read, merged',
      'update: the values are kept',
      'access: from editor to viewer',
      'assign again: writes what it read, merged',
    ],
  ],
  [
    'access not kept',
    ['update: writes what it read, merged', 'update: the values are kept', 'access: from editor to viewer'],
  ],
  [
    'seatType on V2',
    [
      'assign: creates the user',
      'assigned: reads it by its id',
      'update: writes what it read, merged',
      'update: the values are kept',
      'access: from editor to viewer',
      'assign again: writes what it read, merged',
    ],
  ],
  ['version changes with every PUT', ['echo: changes nothing', 'echo while inactive: changes nothing']],
  [
    'PATCH ignored',
    [
      'unassign: deactivates by PATCH without a path',
      'unassign: still readable, inactive',
      'unassign: the filter still finds it',
      'echo while inactive: reads',
      'wizard app, reactivate: reads',
      'assign again: activates by PATCH',
      'assign again: reads',
      'assign again: writes what it read, merged',
    ],
  ],
  [
    'inactive is gone',
    [
      'unassign: still readable, inactive',
      'echo while inactive: reads',
      'wizard app, reactivate: reads',
      'wizard app, deactivate: reads',
      'wizard app: still readable, inactive',
      'unassign again: inactive',
    ],
  ],
  ['inactive is not found', ['unassign: the filter still finds it', 'assign again: found, inactive']],
];

describe('a fault fails exactly the checks that concern it', () => {
  it.each(FAULTS)('%s', async (fault, expected) => {
    const server = await start('V2', 250, fault);
    const summary = await simulate(server.baseUrl);
    expect(failures(summary)).toEqual(expected);
    expect(summary.failed).toBe(expected.length);
    // The created user is deleted, whatever has failed.
    expect(server.userNames()).toHaveLength(250);
  });

  it('a failed check says what is wrong', async () => {
    const server = await start('V2', 3, 'create refused');
    const { checks, lines } = await simulate(server.baseUrl);
    expect(checks.find((check) => !check.ok)).toEqual({
      name: 'assign: creates the user',
      request: 'POST /Users',
      status: 403,
      ok: false,
      problems: ['expected 201, got 403: "SCIM is not enabled"'],
    });
    const failed = lines.indexOf('FAIL POST /Users  403  assign: creates the user');
    expect(lines.slice(failed + 1, failed + 3)).toEqual([
      '       expected 201, got 403: "SCIM is not enabled"',
      'skip assigned',
    ]);
  });
});

describe('without a server', () => {
  const first = 'GET /Users?startIndex=1&count=2';

  it.each([
    ['nonsense', KEY, 'the base URL is not a URL'],
    ['ftp://example.com/', KEY, 'the base URL must start with http:// or https://'],
    ['http://user:word@example.com/', KEY, 'the base URL must not contain a user name or password'],
    ['http://example.com/', 'one\ntwo', 'the key contains a character that headers cannot have'],
    ['http://example.com/', 'sécr…t', 'the key contains a character that headers cannot have'],
  ])('wrong settings are refused: %s, %j', async (baseUrl, token, problem) => {
    const { checks } = await simulate(baseUrl, token);
    expect(checks.map(({ request, status, problems }) => [request, status, problems])).toEqual([
      [first, null, [problem]],
    ]);
  });

  it('a connection that is refused is reported', async () => {
    const server = await startFakeServer('V2', 1);
    await server.close();
    const { checks, lines } = await simulate(server.baseUrl.replace('127.0.0.1', 'localhost'));
    expect(checks).toHaveLength(1);
    expect(checks[0]?.problems).toEqual([
      expect.stringMatching(/^no answer from localhost:\d+: nothing listens there \(ECONNREFUSED\)$/),
    ]);
    expect(lines).toContain('skip assign');
    expect(lines.at(-1)).toBe('0 passed, 1 failed');
  });

  it('a missing answer to a single request is reported', async () => {
    const server = await start('V2', 3);
    const summary = await simulateOkta({
      baseUrl: server.baseUrl,
      token: KEY,
      log: () => {},
      fetch: async (input, init) => {
        if (init?.method === 'POST') throw new DOMException('too late', 'TimeoutError');
        return fetch(input, init);
      },
    });
    expect(summary.checks.filter((check) => !check.ok)).toEqual([
      {
        name: 'assign: creates the user',
        request: 'POST /Users',
        status: null,
        ok: false,
        problems: [expect.stringMatching(/^no answer from 127\.0\.0\.1:\d+ within 60 seconds$/)],
      },
    ]);
    // The server may have created the user, although its answer was lost.
    expect(summary.checks.at(-1)?.name).toBe('clean up: searches for the created user');
  });

  it('a refused key ends the run at the first check', async () => {
    const server = await start('V2', 3);
    const { checks, lines } = await simulate(server.baseUrl, 'another-key');
    expect(checks.map((check) => check.problems)).toEqual([
      ['expected 200, got 401: "the API key is not known"'],
    ]);
    expect(lines.join('\n')).not.toContain('another-key');
  });
});

it('the key is never printed, not even when the server repeats it', async () => {
  const server = await start('V2', 3, 'create refused', 'detail repeats the key');
  const { checks, lines } = await simulate(server.baseUrl);
  expect(lines).toContain('       expected 201, got 403: "SCIM is not enabled ([key])"');
  expect(JSON.stringify([checks, lines])).not.toContain(KEY);
});
