import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ScimAnswer, startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import { done, mutate, nextAddress, person, refusals, type TestPerson } from '../http/graphql/operations.js';
import { CORE, create, ROLLCALL } from '../http/scim/resources.js';
import { expectInvariants } from '../invariants.js';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterEach(async () => {
  await expectInvariants(app);
});

afterAll(async () => {
  await app.stop();
});

function scimOf({ workspaceId, apiKey }: TestWorkspace) {
  return app.scim(workspaceId, apiKey);
}

/** `count` requests at the same moment. */
function atOnce<Answer>(count: number, send: (index: number) => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => send(index)));
}

function statuses(answers: readonly ScimAnswer[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe('rule 8: one free seat', () => {
  test('and 100 people added at once: exactly one gets it', async () => {
    const workspace = await app.workspace({ version: 'V1', seats: { builder: 1 } });
    const answers = await atOnce(100, () =>
      scimOf(workspace).post('/Users', { schemas: [CORE], userName: nextAddress(), seatType: 'builder' }),
    );
    expect(statuses(answers)).toEqual({ 201: 1, 403: 99 });
    const members = await scimOf(workspace).get('/Users?filter=seatType eq "builder"');
    expect(members.body).toMatchObject({ totalResults: 1 });
  });

  test('and members who change to it through SCIM and GraphQL: exactly one gets it', async () => {
    const workspace = await app.workspace({ version: 'V1', seats: { pro: 1 } });
    const { workspaceId } = workspace;
    const users = await atOnce(20, () => create(scimOf(workspace), { userName: nextAddress() }));
    const taken = await Promise.all(
      users.map(async ({ id: memberId }, index) => {
        if (index % 2 === 0) {
          const Operations = [{ op: 'replace', path: 'seatType', value: 'pro' }];
          return (await scimOf(workspace).patch(`/Users/${memberId}`, { Operations })).status === 200;
        }
        const input = { workspaceId, memberId, access: { seatAccess: { seatType: 'PRO' } } };
        return (await mutate(app, app.operatorToken, 'memberSetAccess', input)).errors === undefined;
      }),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  test('that is freed and taken at once is never counted twice', async () => {
    const workspace = await app.workspace({ version: 'V1', seats: { pro: 3 } });
    const scim = scimOf(workspace);
    const holders = await atOnce(3, () => create(scim, { userName: nextAddress(), seatType: 'pro' }));
    await Promise.all([
      ...holders.map(({ id }) => scim.delete(`/Users/${id}`)),
      atOnce(10, () => scim.post('/Users', { userName: nextAddress(), seatType: 'pro' })),
    ]);
  });
});

describe('rule 13: the last owner', () => {
  test('two owners who demote each other at once: one remains', async () => {
    for (let round = 0; round < 5; round += 1) {
      const workspace = await app.workspace({ version: 'V2' });
      const { workspaceId, ownerMemberId, ownerEmail } = workspace;
      const first: TestPerson = {
        memberId: ownerMemberId,
        email: ownerEmail,
        token: await app.session(ownerEmail),
      };
      const second = await person(app, workspace);
      await done(app, first.token, 'ownerPromote', { workspaceId, memberId: second.memberId });
      const access = { roleAccess: { role: 'EDITOR' } };
      const answers = await Promise.all([
        mutate(app, first.token, 'ownerDemote', { workspaceId, memberId: second.memberId, access }),
        mutate(app, second.token, 'ownerDemote', { workspaceId, memberId: first.memberId, access }),
      ]);
      expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
      // Whoever came second was an owner when the request was let in, and is the last one now.
      const [refusal] = answers.filter(({ errors }) => errors !== undefined);
      expect([
        refusals.lastOwner('ownerDemote'),
        refusals.forbidden('ownerDemote', 'owner.write'),
      ]).toContainEqual(refusal);
    }
  });

  test('many owners who are removed and demoted at once: one remains', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const { workspaceId } = workspace;
    const owners = await atOnce(8, () => person(app, workspace));
    for (const { memberId } of owners)
      await done(app, app.operatorToken, 'ownerPromote', { workspaceId, memberId });
    const all = [workspace.ownerMemberId, ...owners.map(({ memberId }) => memberId)];
    const answers = await Promise.all(
      all.map((memberId, index) =>
        index % 2 === 0
          ? mutate(app, app.operatorToken, 'memberRemove', { workspaceId, memberId })
          : mutate(app, app.operatorToken, 'ownerDemote', {
              workspaceId,
              memberId,
              access: { roleAccess: { role: 'VIEWER' } },
            }),
      ),
    );
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(all.length - 1);
  });
});

describe('rule 15: one address', () => {
  test('added 50 times at once, in many spellings, is one member', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const answers = await atOnce(50, (index) =>
      scimOf(workspace).post('/Users', {
        userName: index % 2 === 0 ? 'ann.lee@acme.test' : 'Ann.Lee@ACME.test',
        [ROLLCALL]: { role: 'editor' },
      }),
    );
    expect(statuses(answers)).toEqual({ 201: 1, 409: 49 });
    const accounts = await app.sql("select id from account where lower(email) = 'ann.lee@acme.test'");
    expect(accounts).toHaveLength(1);
  });

  test('added to many workspaces at once is one account with a member in each', async () => {
    const workspaces = await Promise.all([1, 2, 3, 4].map(() => app.workspace({ version: 'V2' })));
    const userName = nextAddress();
    const users = await Promise.all(workspaces.map((workspace) => create(scimOf(workspace), { userName })));
    const accounts = await app.sql('select distinct account_id from member where id = any($1::uuid[])', [
      users.map(({ id }) => id),
    ]);
    expect(accounts).toHaveLength(1);
  });

  test('of which some are members already: those are refused, and all others are added', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const scim = scimOf(workspace);
    const names = await atOnce(40, async (index) => {
      const userName = nextAddress();
      if (index % 4 === 0) await create(scim, { userName });
      return userName;
    });
    const answers = await Promise.all(names.map((userName) => scim.post('/Users', { userName })));
    expect(statuses(answers)).toEqual({ 201: 30, 409: 10 });
  });

  test('and 20 people with one externalId, added at once: one of them is added', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const answers = await atOnce(20, () =>
      scimOf(workspace).post('/Users', { userName: nextAddress(), externalId: 'the same' }),
    );
    expect(statuses(answers)).toEqual({ 201: 1, 409: 19 });
  });

  test('of an inactive member, added again by many requests at once, opens one new membership', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const scim = scimOf(workspace);
    const userName = nextAddress();
    const { id } = await create(scim, { userName });
    await scim.patch(`/Users/${id}`, { Operations: [{ op: 'replace', value: { active: false } }] });
    const answers = await atOnce(20, () => scim.post('/Users', { userName }));
    expect(statuses(answers)).toEqual({ 201: 1, 409: 19 });
    const memberships = await app.sql(
      'select ended_at is null as open from membership where member_id = $1 order by ended_at',
      [id],
    );
    expect(memberships).toEqual([{ open: false }, { open: true }]);
  });

  test('to which two members change at once is given to one of them', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const scim = scimOf(workspace);
    const users = await atOnce(10, () => create(scim, { userName: nextAddress() }));
    const value = nextAddress();
    const answers = await Promise.all(
      users.map(({ id }) =>
        scim.patch(`/Users/${id}`, { Operations: [{ op: 'replace', path: 'userName', value }] }),
      ),
    );
    expect(statuses(answers)).toEqual({ 200: 1, 409: 9 });
  });

  test('exchanged between two members at once causes no deadlock', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const scim = scimOf(workspace);
    const [ann, bob] = await Promise.all([1, 2].map(() => create(scim, { userName: nextAddress() })));
    const answers = await Promise.all(
      [
        [ann, bob],
        [bob, ann],
      ].map(([one, other]) => scim.put(`/Users/${one?.id}`, { schemas: [CORE], userName: other?.userName })),
    );
    expect(statuses(answers)).toEqual({ 409: 2 });
  });
});

describe('rule 13: an owner who is demoted', () => {
  test('has lost the rights for the later mutations of the same document', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const { workspaceId, ownerMemberId: memberId } = workspace;
    const second = await person(app, workspace);
    await done(app, app.operatorToken, 'ownerPromote', { workspaceId, memberId: second.memberId });
    const target = `workspaceId: "${workspaceId}", memberId: "${memberId}"`;
    const document = `mutation {
      ownerDemote(input: {${target}, access: {roleAccess: {role: VIEWER}}}) { changed }
      ownerPromote(input: {${target}}) { changed }
    }`;
    const { errors } = await app.graphql(await app.session(workspace.ownerEmail), document);
    expect(errors).toMatchObject([{ path: ['ownerPromote'], extensions: { code: 'FORBIDDEN' } }]);
  });

  test('does not succeed together with the others when three owners demote each other in a circle', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const { workspaceId } = workspace;
    const people = await atOnce(3, () => person(app, workspace));
    for (const { memberId } of people)
      await done(app, app.operatorToken, 'ownerPromote', { workspaceId, memberId });
    const answers = await Promise.all(
      people.map(({ token }, index) =>
        mutate(app, token, 'ownerDemote', {
          workspaceId,
          memberId: people[(index + 1) % people.length]?.memberId,
          access: { roleAccess: { role: 'VIEWER' } },
        }),
      ),
    );
    const refused = answers.filter(({ errors }) => errors !== undefined);
    expect(refused.length).toBeGreaterThanOrEqual(1);
    for (const answer of refused) expect(answer).toEqual(refusals.forbidden('ownerDemote', 'owner.write'));
  });
});

describe('rule 24: a workspace that leaves ENTERPRISE', () => {
  test('while its admins are changed and removed: every request is done, without deadlock', async () => {
    for (let round = 0; round < 3; round += 1) {
      const workspace = await app.workspace({ version: 'V2' });
      const { workspaceId } = workspace;
      const admins = await atOnce(8, () => person(app, workspace, { roleAccess: { role: 'ADMIN' } }));
      const answers = await Promise.all([
        mutate(app, app.operatorToken, 'workspaceUpdate', { workspaceId, plan: 'TEAM' }),
        ...admins.map(({ memberId }, index) =>
          index % 2 === 0
            ? mutate(app, app.operatorToken, 'memberRemove', { workspaceId, memberId })
            : mutate(app, app.operatorToken, 'memberUpdate', {
                workspaceId,
                memberId,
                externalId: `x${index}`,
              }),
        ),
      ]);
      expect(answers.map(({ errors }) => errors)).toEqual(answers.map(() => undefined));
      const left = await app.sql(
        "select 1 from membership where workspace_id = $1 and role = 'ADMIN' and ended_at is null",
        [workspaceId],
      );
      expect(left).toEqual([]);
    }
  });
});

describe('rule 24: a member added through SCIM while the workspace leaves ENTERPRISE', () => {
  test('is added before it and no longer an admin, or is refused because SCIM is off', async () => {
    for (let round = 0; round < 3; round += 1) {
      const workspace = await app.workspace({ version: 'V2' });
      const { workspaceId } = workspace;
      const adds = atOnce(40, () =>
        scimOf(workspace).post('/Users', { userName: nextAddress(), [ROLLCALL]: { role: 'admin' } }),
      );
      const downgrade = done(app, app.operatorToken, 'workspaceUpdate', { workspaceId, plan: 'TEAM' });
      for (const { status } of await adds) expect([201, 403]).toContain(status);
      await downgrade;
      const admins = await app.sql(
        "select 1 from membership where workspace_id = $1 and role = 'ADMIN' and ended_at is null",
        [workspaceId],
      );
      expect(admins).toEqual([]);
    }
  });
});

describe('seats that are bought', () => {
  test('for the first time by many requests at once: each audit entry has the value before it', async () => {
    const { workspaceId } = await app.workspace({ version: 'V1' });
    await atOnce(5, (index) =>
      done(app, app.operatorToken, 'seatsSet', {
        workspaceId,
        seats: [{ seatType: 'PRO', total: index + 1 }],
      }),
    );
    const entries = await app.sql<{ changes: { PRO: { before: number; after: number } } }>(
      "select changes from audit_entry where workspace_id = $1 and action = 'seats.set' order by id",
      [workspaceId],
    );
    const befores = entries.map(({ changes }) => changes.PRO.before).toSorted();
    expect(new Set(befores).size).toBe(befores.length);
  });
});

describe('a key that is deleted while it is used', () => {
  test('is refused once the deletion has been answered, even by a request whose check had begun before', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const { workspaceId } = workspace;
    const made = await done(app, app.operatorToken, 'apiKeyCreate', {
      workspaceId,
      name: 'Okta',
      scopes: ['SCIM'],
    });
    const { secret, apiKey } = made;
    const scim = app.scim(workspaceId, secret);
    const deletion = done(app, app.operatorToken, 'apiKeyDelete', { workspaceId, apiKeyId: apiKey.id });
    const uses = atOnce(20, () => scim.get('/Users?count=0'));
    await deletion;
    const after = await scim.get('/Users?count=0');
    await uses;
    expect([after.status, (await scim.get('/Users?count=0')).status]).toEqual([401, 401]);
  });
});

describe('one member changed by many requests at once', () => {
  test('rule 16: activated and deactivated, the member is one or the other, and no request fails', async () => {
    const workspace = await app.workspace({ version: 'V1', seats: { builder: 1 } });
    const scim = scimOf(workspace);
    const { id } = await create(scim, { userName: nextAddress(), seatType: 'builder' });
    for (let round = 0; round < 5; round += 1) {
      const answers = await atOnce(24, (index) =>
        scim.patch(`/Users/${id}`, { Operations: [{ op: 'replace', value: { active: index % 2 === 0 } }] }),
      );
      expect(statuses(answers)).toEqual({ 200: 24 });
    }
  });

  test('by PUT, PATCH, DELETE and mutations, ends in one of the possible states', async () => {
    const workspace = await app.workspace({ version: 'V1', seats: { builder: 2, pro: 2 } });
    const scim = scimOf(workspace);
    const { workspaceId } = workspace;
    for (let round = 0; round < 3; round += 1) {
      const userName = nextAddress();
      const { id } = await create(scim, { userName, seatType: 'builder' });
      const answers = await Promise.all([
        ...[true, false, true].map((active) =>
          scim.patch(`/Users/${id}`, { Operations: [{ op: 'replace', value: { active } }] }),
        ),
        scim.put(`/Users/${id}`, { userName, seatType: 'pro', title: 'Boss' }),
        scim.put(`/Users/${id}`, { userName, active: false }),
        ...(round === 2 ? [scim.delete(`/Users/${id}`)] : []),
      ]);
      await mutate(app, app.operatorToken, 'memberRemove', { workspaceId, memberId: id });
      for (const { status } of answers) expect([200, 204, 404]).toContain(status);
    }
  });

  test('by PATCHes of different attributes, has all the values', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const scim = scimOf(workspace);
    const { id } = await create(scim, { userName: nextAddress() });
    const answers = await atOnce(24, (index) =>
      scim.patch(`/Users/${id}`, {
        Operations: [
          { op: 'add', path: 'phoneNumbers', value: [{ type: `line-${index}`, value: `+1 ${index}` }] },
        ],
      }),
    );
    // No request has sent If-Match, so none is refused for its version.
    expect(statuses(answers)).toEqual({ 200: 24 });
    const { body } = await scim.get(`/Users/${id}`);
    expect(body.phoneNumbers).toHaveLength(24);
    expect(body.meta.version).toBe('W/"25"');
  });
});
