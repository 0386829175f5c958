import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/domain/ids.js';
import { faultOf } from '../../src/scim/http/errors.js';
import { type ScimAnswer, type ScimClient, startTestApp, type TestApp } from '../app.js';
import { page } from './pages.js';

/** docs/administrators/troubleshooting.md quotes the server's answers verbatim. */

let app: TestApp;
let v1: ScimClient;
let v2: ScimClient;
let workspaceId: string;
let apiKey: string;

beforeAll(async () => {
  app = await startTestApp();
  const seats = await app.workspace({ version: 'V1', seats: { builder: 1 } });
  v1 = app.scim(seats.workspaceId, seats.apiKey);
  const credits = await app.workspace({ version: 'V2', ownerEmail: 'owner@acme.test' });
  ({ workspaceId, apiKey } = credits);
  v2 = app.scim(workspaceId, apiKey);
});

afterAll(() => app.stop());

const EXTENSION = 'urn:base44:params:scim:schemas:extension:user:2.0';
const user = (attributes: object) => ({ userName: 'ann@acme.test', ...attributes });
const patch = (value: object, op = 'replace') => ({ Operations: [{ op, value }] });

async function added(attributes: object): Promise<string> {
  const { status, body } = await v2.post('/Users', attributes);
  expect(status).toBe(201);
  return body.id;
}

/** Status → the mistakes that get it. */
const MISTAKES: Readonly<Record<number, readonly (() => Promise<ScimAnswer>)[]>> = {
  401: [() => app.scim(workspaceId, `"${apiKey}"`).get('/Users')],
  403: [
    async () => app.scim(workspaceId, await app.key(workspaceId, ['MEMBERS_READ'])).get('/Users'),
    async () => {
      const off = await app.workspace({ version: 'V2', scim: false });
      return app.scim(off.workspaceId, off.apiKey).get('/Users');
    },
    async () => {
      await v1.post('/Users', { userName: 'first@acme.test', seatType: 'builder' });
      return v1.post('/Users', user({ seatType: 'builder' }));
    },
    async () => {
      const { body } = await v2.get(`/Users?filter=${encodeURIComponent('userName eq "owner@acme.test"')}`);
      return v2.patch(`/Users/${body.Resources[0].id}`, patch({ active: false }));
    },
  ],
  404: [
    () => v2.get('/Nothing'),
    () => v2.get('/Users/Users'),
    () => v2.patch(`/Users/${newId()}`, patch({ active: false })),
  ],
  400: [
    () => v2.post('/Users', user({ seatType: '' })),
    () => v1.post('/Users', user({ role: '' })),
    () => v1.post('/Users', user({ creditLimit: null })),
    () => v2.post('/Users', user({ role: 'Administrator' })),
    async () =>
      v2.patch(`/Users/${await added({ userName: 'roleless@acme.test' })}`, {
        Operations: [{ op: 'remove', path: `${EXTENSION}:role` }],
      }),
    () => v2.post('/Users', user({ role: 'member' })),
    () => v1.post('/Users', user({ seatType: 'gold' })),
    () => v2.post('/Users', user({ creditLimit: 0 })),
    () => v2.post('/Users', user({ role: 'viewer', creditLimit: 5 })),
    async () => {
      const limited = { role: 'editor', creditLimit: 5 };
      const id = await added({ userName: 'limited@acme.test', [EXTENSION]: limited });
      return v2.put(`/Users/${id}`, {
        userName: 'limited@acme.test',
        [EXTENSION]: { ...limited, role: 'viewer' },
      });
    },
    () => v2.post('/Users', { userName: 'annlee' }),
    () => v2.post('/Users', {}),
    async () =>
      v2.patch(`/Users/${await added({ userName: 'named@acme.test' })}`, {
        Operations: [{ op: 'replace', path: 'userName', value: '' }],
      }),
  ],
  409: [
    async () => {
      await added(user({}));
      return v2.post('/Users', user({}));
    },
    async () => {
      await v2.post('/Groups', { displayName: 'Sales' });
      return v2.post('/Groups', { displayName: 'Sales' });
    },
  ],
  429: [
    async () => {
      const large = await app.workspace({ version: 'V2' });
      const scim = app.scim(large.workspaceId, large.apiKey);
      const added = await Promise.all(
        Array.from({ length: 19 }, (_, index) => scim.post('/Users', { userName: `m${index}@large.test` })),
      );
      const answers: ScimAnswer[] = [];
      for (const { body } of added.slice(0, 11)) answers.push(await scim.delete(`/Users/${body.id}`));
      const [last] = answers.slice(-1);
      if (last === undefined) throw new Error('nothing was answered');
      return last;
    },
  ],
  412: [
    async () =>
      v2.patch(`/Users/${await added({ userName: 'stale@acme.test' })}`, patch({ active: false }), {
        'If-Match': 'W/"7"',
      }),
  ],
};

test('quotes exactly the answers to the mistakes', async () => {
  const details: string[] = [faultOf(new Error('unknown')).detail];
  for (const [status, mistakes] of Object.entries(MISTAKES)) {
    for (const mistake of mistakes) {
      const answer = await mistake();
      expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: Number(status) });
      details.push(plain(answer.body.detail));
    }
  }
  const { quotes } = page('docs/administrators/troubleshooting.md');
  expect([...quotes].sort()).toEqual([...new Set(details)].sort());
});

test('has a section for each status that a mistake gets', () => {
  const { anchors } = page('docs/administrators/troubleshooting.md');
  const statuses = [...Object.keys(MISTAKES), '500'];
  expect(
    statuses.filter((status) => ![...anchors].some((anchor) => anchor.startsWith(`${status}-`))),
  ).toEqual([]);
});

test('is right that a role in an unknown schema is ignored', async () => {
  const { status, body } = await v2.post('/Users', {
    userName: 'misspelt@acme.test',
    'urn:base44:params:scim:schemas:extension:users:2.0': { role: 'admin' },
    roles: [{ value: 'admin' }],
  });
  expect(status).toBe(201);
  expect(body[EXTENSION]).toEqual({ role: 'viewer' });
});

test("Entra's name of the role attribute works in any case, as docs/administrators/entra.md says", async () => {
  const { status, body } = await v2.post('/Users', {
    userName: 'entra@acme.test',
    'urn:ietf:params:scim:schemas:extension:base44:2.0:User': { role: 'Admin' },
  });
  expect(status).toBe(201);
  expect(body[EXTENSION]).toEqual({ role: 'admin' });
});

/** Without the reference, and with the page's name for a workspace. */
function plain(detail: string): string {
  return detail.replace(/ \(ref [^)]*\)$/, '').replace(/Acme \d+/, 'Acme Credits');
}
