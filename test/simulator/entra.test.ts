import { describe, expect, it } from 'vitest';
import { simulateEntra } from '../../src/simulator/entra.js';
import type { Fault } from './fake-faults.js';
import { type FakeServer, KEY, type SeenRequest } from './fake-scim-server.js';
import { failures, playing, start } from './runs.js';

/** Requests as "Develop and plan provisioning for a SCIM endpoint in Microsoft Entra ID" prints them. */

const COMPLIANT = '?aadOptscim062020';
const ALIAS = 'urn:ietf:params:scim:schemas:extension:base44:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const simulate = playing(simulateEntra);

function patches(server: FakeServer): unknown[] {
  return server.seen.filter(({ method }) => method === 'PATCH').map(({ body }) => body);
}

describe.each(['', COMPLIANT])('a server without faults, "%s"', (flag) => {
  it.each(['V1', 'V2', 'plain'] as const)('passes: %s', async (version) => {
    for (const hasGroups of [false, true]) {
      const server = await start(version, 3);
      if (hasGroups) server.haveGroups();
      const summary = await simulate(server.baseUrl + flag);
      expect(failures(summary)).toEqual([]);
      expect(summary.passed).toBe(summary.checks.length);
      expect(summary.lines.includes('       the server has no groups')).toBe(!hasGroups);
      // The created user is deleted, and only a line for each request is logged.
      expect(server.userNames()).toHaveLength(3);
      expect(server.seen).toHaveLength(summary.checks.length);
    }
  });

  it('may answer a PATCH with 204', async () => {
    const server = await start('V2', 3, 'PATCH answers 204');
    expect(failures(await simulate(server.baseUrl + flag))).toEqual([]);
  });
});

describe('requests are those that Entra sends', () => {
  const userName = expect.stringMatching(/^rollcall\.simulation\.[0-9a-f]{12}@example\.com$/);
  const renamed = expect.stringMatching(/^renamed\.rollcall\.simulation\.[0-9a-f]{12}@example\.com$/);
  const email = expect.stringMatching(/^updated\.rollcall\.simulation\.[0-9a-f]{12}@example\.com$/);

  it('headers have a bearer token', async () => {
    const server = await start('V2', 1);
    await simulate(server.baseUrl);
    expect(server.seen[0]?.headers).toMatchObject({
      accept: 'application/scim+json',
      authorization: `Bearer ${KEY}`,
    });
  });

  it('the connection test and searches have a filter and nothing else', async () => {
    const server = await start('V2', 1);
    await simulate(server.baseUrl);
    const searches = server.seen
      .map(({ path }: SeenRequest) => path)
      .filter((path) => path.includes('filter='));
    expect(searches[0]).toMatch(/^\/Users\?filter=userName\+eq\+%22[0-9a-f-]{36}%22$/);
    expect(searches[2]).toMatch(/^\/Users\?filter=externalId\+eq\+%2200u[0-9a-f]{17}%22$/);
  });

  it('the create', async () => {
    const server = await start('V2', 1);
    await simulate(server.baseUrl);
    expect(server.seen.find(({ method }) => method === 'POST')?.body).toEqual({
      schemas: [CORE, ENTERPRISE, ALIAS],
      externalId: expect.stringMatching(/^00u[0-9a-f]{17}$/),
      userName,
      active: true,
      displayName: 'Simulated Person',
      emails: [{ primary: true, type: 'work', value: userName }],
      meta: { resourceType: 'User' },
      name: { formatted: 'Simulated Person', familyName: 'Person', givenName: 'Simulated' },
      roles: [],
      [ALIAS]: { role: 'editor', creditLimit: 500 },
    });
  });

  it('changes have capitalized operations with paths, and text for booleans', async () => {
    const server = await start('V2', 1);
    await simulate(server.baseUrl);
    const replace = (path: string, value: unknown) => ({ op: 'Replace', path, value });
    expect(patches(server)).toEqual(
      [
        [
          replace('displayName', 'Updated Somebody'),
          replace('name.givenName', 'Updated'),
          replace('name.familyName', 'Somebody'),
          replace(`${ENTERPRISE}:department`, 'Sales'),
          replace(`${ALIAS}:creditLimit`, 750),
          replace('emails[type eq "work"].value', email),
          { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+1 555 0100' },
        ],
        [replace('userName', renamed)],
        [replace('active', 'False')],
        [replace('active', 'True')],
      ].map((Operations) => ({ schemas: [PATCH_OP], Operations })),
    );
  });

  it('changes with the flag have dotted and qualified keys without a path, and booleans', async () => {
    const server = await start('V2', 1);
    await simulate(server.baseUrl + COMPLIANT);
    const replace = (path: string, value: unknown) => ({ op: 'replace', path, value });
    expect(server.seen.every(({ path }) => path.includes('aadOptscim062020'))).toBe(true);
    expect(patches(server)).toEqual(
      [
        [
          replace('emails[type eq "work"].value', email),
          { op: 'add', path: 'phoneNumbers[type eq "mobile"].value', value: '+1 555 0100' },
          {
            op: 'replace',
            value: {
              displayName: 'Updated Somebody',
              'name.givenName': 'Updated',
              'name.familyName': 'Somebody',
              [`${ENTERPRISE}:department`]: 'Sales',
              [`${ALIAS}:creditLimit`]: 750,
            },
          },
        ],
        [replace('userName', renamed)],
        [replace('active', false)],
        [replace('active', true)],
      ].map((Operations) => ({ schemas: [PATCH_OP], Operations })),
    );
  });

  it.each([
    ['', { op: 'Remove', path: 'members', value: [{ $ref: null, value: 'id-2' }] }],
    [COMPLIANT, { op: 'remove', path: 'members[value eq "id-2"]' }],
  ])('groups, "%s"', async (flag, removal) => {
    const server = await start('plain', 1);
    server.haveGroups();
    await simulate(server.baseUrl + flag);
    const sent = server.seen.filter(({ method, path }) => method === 'PATCH' && path.startsWith('/Groups'));
    expect(sent[1]?.body).toEqual({ schemas: [PATCH_OP], Operations: [removal] });
  });
});

const FAULTS: readonly (readonly [Fault, readonly string[]])[] = [
  [
    'text taken for true',
    [
      'disable: patches active',
      'disable: still readable, inactive',
      'disable: the filter still finds it, inactive',
    ],
  ],
  ['filtered path makes nothing', ['update: patches what has changed', 'update: the values are kept']],
  [
    'everybody is found',
    [
      'test connection: a random userName',
      'provision: nobody has the userName yet',
      'provision: nobody has the externalId yet',
      'provisioned: the filter finds it by userName',
      'provisioned: the filter finds it by externalId',
      'update: the filter finds it by the new userName',
      'update: nobody has the former userName',
      'disable: the filter still finds it, inactive',
      'delete: nobody is found',
    ],
  ],
  ['attributes ignored', ['provisioned: reads two attributes of it']],
  ['deleted is still there', ['delete: it is gone', 'delete: deletes it again', 'delete: nobody is found']],
  ['member stays in the group', ['groups: the user is not in it']],
  ['create refused', ['provision: creates the user']],
  ['create without id', ['provision: creates the user']],
  ['DELETE not implemented', ['delete: deletes the user']],
  ['inactive is gone', ['disable: still readable, inactive']],
  ['any key accepted', ['errors: an invalid key']],
];

describe('a fault fails exactly the checks that concern it', () => {
  it.each(FAULTS)('%s', async (fault, expected) => {
    const server = await start('V2', 3, fault);
    server.haveGroups();
    const summary = await simulate(server.baseUrl);
    expect(failures(summary)).toEqual(expected);
  });

  it('a refused key ends the run at the first check, and is never printed', async () => {
    const server = await start('V2', 3);
    const { checks, lines } = await simulate(server.baseUrl, 'another-key');
    expect(checks.map((check) => check.problems)).toEqual([
      ['expected 200, got 401: "the API key is not known"'],
    ]);
    expect(lines.join('\n')).not.toContain('another-key');
  });
});
