import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Mail } from '../../../src/mail/transport.js';
import { type ScimClient, startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { eventually } from './waiting.js';

/** The brake on removals by the identity provider (rules 63 to 65). */

let app: TestApp;
let mails: Mail[] = [];

beforeAll(async () => {
  app = await startTestApp({
    mailTransport: {
      send: async (mail) => {
        mails.push(mail);
      },
      close: () => undefined,
    },
    invitationUrl: 'https://app.test/join/{token}',
  });
});

beforeEach(() => {
  mails = [];
});

afterAll(() => app.stop());

interface Company {
  readonly workspace: TestWorkspace;
  readonly scim: ScimClient;
  readonly session: string;
  /** The ids of its members, without the owner. */
  readonly ids: readonly string[];
}

/** A workspace with so many active members, the owner included. */
async function company(members: number, options: { seats?: number } = {}): Promise<Company> {
  const { seats } = options;
  const workspace = await app.workspace(
    seats === undefined ? { version: 'V2' } : { version: 'V1', seats: { builder: seats } },
  );
  const scim = app.scim(workspace.workspaceId, workspace.apiKey);
  const attributes = seats === undefined ? { role: 'editor', creditLimit: 7 } : { seatType: 'builder' };
  const ids: string[] = [];
  while (ids.length < members - 1) {
    const first = ids.length;
    const some = Array.from({ length: Math.min(50, members - 1 - first) }, (_, index) => first + index);
    const added = await Promise.all(
      some.map((index) =>
        scim.post('/Users', { userName: `m${index}@${workspace.workspaceId}.test`, ...attributes }),
      ),
    );
    for (const { status, body } of added) {
      expect(status).toBe(201);
      ids.push(String(body.id));
    }
  }
  return { workspace, scim, session: await app.session(workspace.ownerEmail), ids };
}

const deactivate = (scim: ScimClient, id: string) =>
  scim.patch(`/Users/${id}`, { Operations: [{ op: 'replace', value: { active: false } }] });

async function activeIn({ workspace }: Company): Promise<number> {
  const [row] = await app.sql<{ active: number }>(
    'select count(*)::integer as active from membership where workspace_id = $1 and ended_at is null',
    [workspace.workspaceId],
  );
  return row?.active ?? 0;
}

async function mutate(credential: string, name: string, input: object, selection: string) {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  return app.graphql(credential, `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } }`, {
    input,
  });
}

const BRAKE = 'brake { enabled mostMembers mostPercent windowMinutes engagedAt releasedUntil removals }';

async function brakeOf({ workspace }: Company) {
  const { data } = await app.graphql(
    workspace.apiKey,
    `query ($id: ID!) { workspace(id: $id) { scim { ${BRAKE} } } }`,
    {
      id: workspace.workspaceId,
    },
  );
  return data.workspace.scim.brake;
}

describe('rule 63: the removal brake engages', () => {
  test('when more than ten members and 20 percent are removed; everything else continues', async () => {
    const acme = await company(30);
    const { scim, ids, workspace } = acme;
    for (const id of ids.slice(0, 10)) expect((await deactivate(scim, id)).status).toBe(200);
    const refused = await deactivate(scim, ids[10] ?? '');
    expect(refused).toMatchObject({
      status: 429,
      body: {
        status: '429',
        detail: expect.stringMatching(/^Removals are paused: .* Try again in 5 minutes\. \(ref .+\)$/),
      },
    });
    expect(refused.body.scimType).toBeUndefined();
    expect(refused.headers.get('Retry-After')).toBe('300');
    expect(await activeIn(acme)).toBe(20);
    expect((await scim.get(`/Users/${ids[10]}`)).body.active).toBe(true);
    expect((await scim.post('/Users', { userName: 'new@acme.test' })).status).toBe(201);
    expect(
      (await scim.patch(`/Users/${ids[11]}`, { Operations: [{ op: 'replace', value: { title: 'x' } }] }))
        .status,
    ).toBe(200);
    expect(await brakeOf(acme)).toMatchObject({
      engagedAt: expect.any(String),
      removals: 10,
      releasedUntil: null,
    });
    const entries = await app.sql<{ action: string }>(
      `select action, actor_type, changes -> 'removals' as removals from audit_entry where workspace_id = $1 and action like 'scim.%'`,
      [workspace.workspaceId],
    );
    expect(entries).toEqual([
      { action: 'scim.brakeEngage', actor_type: 'API_KEY', removals: { before: null, after: 10 } },
    ]);
    expect(mails).toMatchObject([
      { to: workspace.ownerEmail, subject: expect.stringMatching(/^Removals paused in Acme/) },
    ]);
    await deactivate(scim, ids[12] ?? '');
    expect(mails).toHaveLength(1);
  });

  test('after a fifth of a larger workspace, not after ten members', async () => {
    const acme = await company(60);
    const statuses: number[] = [];
    for (const id of acme.ids.slice(0, 13)) statuses.push((await deactivate(acme.scim, id)).status);
    expect(statuses).toEqual([...Array(12).fill(200), 429]);
  });

  test('never in a workspace with fewer than 20 members, and never for removals by people', async () => {
    const small = await company(18);
    for (const id of small.ids) expect((await deactivate(small.scim, id)).status).toBe(200);
    const acme = await company(30);
    for (const memberId of acme.ids) {
      const { errors } = await mutate(
        acme.session,
        'memberRemove',
        { workspaceId: acme.workspace.workspaceId, memberId },
        '__typename',
      );
      expect(errors).toBeUndefined();
    }
    expect(await activeIn(acme)).toBe(1);
  });
});

describe('rule 65: the brake cannot be bypassed', () => {
  test('by DELETE, PUT, bulk, GraphQL or several keys', async () => {
    const acme = await company(30);
    const { scim, ids, workspace } = acme;
    const { workspaceId } = workspace;
    const second = await app.key(workspaceId, ['SCIM']);
    for (const id of ids.slice(0, 4)) expect((await scim.delete(`/Users/${id}`)).status).toBe(204);
    for (const id of ids.slice(4, 7))
      expect((await deactivate(app.scim(workspaceId, second), id)).status).toBe(200);
    const put = await scim.put(`/Users/${ids[7]}`, { userName: `m7@${workspaceId}.test`, active: false });
    expect(put.status).toBe(200);
    const { body } = await scim.post('/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: ids.slice(8, 12).map((id) => ({ method: 'DELETE', path: `/Users/${id}` })),
    });
    // Deletions of different members run at the same time.
    const statuses: string[] = body.Operations.map(({ status }: { status: string }) => status);
    expect(statuses.sort()).toEqual(['204', '204', '429', '429']);
    expect((await scim.delete(`/Users/${ids[12]}`)).status).toBe(429);
    const { errors } = await mutate(second, 'memberRemove', { workspaceId, memberId: ids[13] }, '__typename');
    expect(errors).toMatchObject([{ extensions: { code: 'REMOVALS_PAUSED' } }]);
    expect(await activeIn(acme)).toBe(20);
  });

  test('by concurrent requests: exactly the allowed number succeeds', async () => {
    const acme = await company(40);
    const { scim, ids } = acme;
    const statuses = (
      await Promise.all(
        ids.map((id, index) => (index % 2 === 0 ? deactivate(scim, id) : scim.delete(`/Users/${id}`))),
      )
    ).map(({ status }) => status);
    expect(statuses.filter((status) => status < 300)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(29);
    expect(await activeIn(acme)).toBe(30);
    const engaged = await app.sql(
      `select 1 from audit_entry where workspace_id = $1 and action = 'scim.brakeEngage'`,
      [acme.workspace.workspaceId],
    );
    expect(engaged).toHaveLength(1);
    expect(mails).toHaveLength(1);
  });
});

describe('rule 64: release and undo', () => {
  test('a release lets removals pass for an hour', async () => {
    const acme = await company(30);
    const { scim, ids, session, workspace } = acme;
    for (const id of ids.slice(0, 11)) await deactivate(scim, id);
    const release = (credential: string) =>
      mutate(credential, 'scimBrakeRelease', { workspaceId: workspace.workspaceId }, BRAKE);
    expect((await release(workspace.apiKey)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const { data } = await release(session);
    expect(data.scimBrakeRelease.brake).toMatchObject({ engagedAt: null, releasedUntil: expect.any(String) });
    for (const id of ids.slice(10)) expect((await deactivate(scim, id)).status).toBe(200);
    expect((await release(session)).errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
  });

  test('undo restores every member, and reports who cannot be restored', async () => {
    const acme = await company(30);
    const { scim, ids, session, workspace } = acme;
    const { workspaceId } = workspace;
    const [first = '', second = '', third = ''] = ids;
    const { body: group } = await scim.post('/Groups', {
      displayName: 'Sales',
      members: [{ value: first }, { value: second }],
    });
    await scim.patch(`/Users/${second}`, {
      Operations: [{ op: 'add', value: { title: 'Head', externalId: 'e-2' } }],
    });
    await deactivate(scim, first);
    await scim.delete(`/Users/${second}`);
    for (const id of ids.slice(2, 11)) await deactivate(scim, id);
    // Somebody else is quicker for one of them.
    await mutate(
      session,
      'memberAdd',
      { workspaceId, userName: `m2@${workspaceId}.test`, access: { roleAccess: { role: 'VIEWER' } } },
      '__typename',
    );
    const undo = (dryRun: boolean) =>
      mutate(
        session,
        'scimBrakeUndo',
        { workspaceId, dryRun },
        'restored dryRun results { removedId outcome groupsLost refusal { code } member { id userName } }',
      );
    const before = await activeIn(acme);
    const dry = await undo(true);
    expect(dry.errors).toBeUndefined();
    expect(dry.data.scimBrakeUndo).toMatchObject({ restored: 9, dryRun: true });
    expect(await activeIn(acme)).toBe(before);
    const { data, errors } = await undo(false);
    expect(errors).toBeUndefined();
    expect(data.scimBrakeUndo).toMatchObject({ restored: 9, dryRun: false });
    const outcomes = new Map<string, { outcome: string; member: { id: string } }>(
      data.scimBrakeUndo.results.map((result: { removedId: string }) => [result.removedId, result]),
    );
    expect(outcomes.get(third)).toMatchObject({ outcome: 'ALREADY_BACK' });
    expect(await activeIn(acme)).toBe(30);
    const deleted = outcomes.get(second)?.member.id ?? '';
    expect(deleted).not.toBe(second);
    expect((await scim.get(`/Users/${deleted}`)).body).toMatchObject({
      userName: `m1@${workspaceId}.test`,
      externalId: 'e-2',
      title: 'Head',
      active: true,
      'urn:base44:params:scim:schemas:extension:user:2.0': { role: 'editor', creditLimit: 7 },
    });
    const { body: sales } = await scim.get(`/Groups/${group.id}`);
    expect(sales.members.map(({ value }: { value: string }) => value).sort()).toEqual(
      [first, deleted].sort(),
    );
    // The provider goes on trying, and must be corrected first.
    expect((await deactivate(scim, first)).status).toBe(429);
    const added = await app.sql(
      `select 1 from audit_entry where workspace_id = $1 and action = 'member.add' and actor_label = $2`,
      [workspaceId, workspace.ownerEmail],
    );
    expect(added).toHaveLength(10);
  });

  test('undo restores any removals of the last day, by member, and reports a taken seat', async () => {
    const acme = await company(4, { seats: 3 });
    const { scim, ids, session, workspace } = acme;
    const { workspaceId } = workspace;
    const [first = '', second = ''] = ids;
    await deactivate(scim, first);
    await scim.delete(`/Users/${second}`);
    await scim.post('/Users', { userName: 'taker@acme.test', seatType: 'builder' });
    const undo = (memberIds: readonly string[]) =>
      mutate(
        session,
        'scimRemovalsUndo',
        { workspaceId, memberIds },
        'restored results { outcome refusal { code } }',
      );
    expect((await undo([first])).data.scimRemovalsUndo).toEqual({
      restored: 1,
      results: [{ outcome: 'RESTORED', refusal: null }],
    });
    expect((await undo([second])).data.scimRemovalsUndo).toEqual({
      restored: 0,
      results: [{ outcome: 'REFUSED', refusal: { code: 'SEAT_UNAVAILABLE' } }],
    });
    expect(await activeIn(acme)).toBe(4);
  });

  const undoRemovals = async ({ session, workspace }: Company, input: object = {}) => {
    const { data, errors } = await mutate(
      session,
      'scimRemovalsUndo',
      { workspaceId: workspace.workspaceId, ...input },
      'next results { removedId outcome groupsLost refusal { message } member { id role managedBy accessSetBy } }',
    );
    expect(errors).toBeUndefined();
    return data.scimRemovalsUndo;
  };

  test('undo restores a deleted member as it was: groups, what follows them, and whose the limit is', async () => {
    const acme = await company(2);
    const { scim, session, workspace } = acme;
    const { workspaceId } = workspace;
    const { body: user } = await scim.post('/Users', { userName: 'ann@acme.test' });
    const { body: group } = await scim.post('/Groups', {
      displayName: 'Editors',
      members: [{ value: user.id }],
    });
    const grant = { workspaceId, groupId: group.id, grant: { role: 'EDITOR' } };
    await mutate(session, 'groupSetGrant', grant, '__typename');
    const limit = { workspaceId, memberId: user.id, creditLimit: 77 };
    await mutate(session, 'memberSetCreditLimit', limit, '__typename');
    await scim.delete(`/Users/${user.id}`);
    const { results } = await undoRemovals(acme);
    expect(results).toMatchObject([
      {
        outcome: 'RESTORED',
        groupsLost: [],
        member: { role: 'EDITOR', managedBy: 'IDENTITY_PROVIDER', accessSetBy: null },
      },
    ]);
    const [{ member }] = results;
    const { body: back } = await scim.get(`/Users/${member.id}`);
    expect(back.groups).toMatchObject([{ value: group.id }]);
    // Rule 6: the limit is the workspace's, so the echo of it does not conflict with a role that has none.
    const put = { ...back, 'urn:base44:params:scim:schemas:extension:user:2.0': { role: 'viewer' } };
    expect((await scim.put(`/Users/${member.id}`, put)).status).toBe(200);
  });

  test('undo restores a member who was deactivated and then deleted', async () => {
    const acme = await company(3);
    const { scim, ids } = acme;
    const [first = '', second = ''] = ids;
    const { body: group } = await scim.post('/Groups', { displayName: 'Sales', members: [{ value: first }] });
    await deactivate(scim, first);
    await scim.delete(`/Users/${first}`);
    await deactivate(scim, second);
    const { results } = await undoRemovals(acme);
    expect(results).toMatchObject([
      { removedId: first, outcome: 'RESTORED', groupsLost: [] },
      { removedId: second, outcome: 'RESTORED' },
    ]);
    const { body: sales } = await scim.get(`/Groups/${group.id}`);
    expect(sales.members).toMatchObject([{ value: results[0].member.id }]);
    expect((await scim.get(`/Users/${results[0].member.id}`)).body).toMatchObject({
      active: true,
      'urn:base44:params:scim:schemas:extension:user:2.0': { role: 'editor', creditLimit: 7 },
    });
  });

  test('undo does not bring back whom an admin has removed since', async () => {
    const acme = await company(3);
    const { scim, ids, session, workspace } = acme;
    const { workspaceId } = workspace;
    const [first = '', second = ''] = ids;
    await deactivate(scim, first);
    await scim.delete(`/Users/${second}`);
    await scim.put(`/Users/${first}`, { userName: `m0@${workspaceId}.test`, active: true });
    const { body: again } = await scim.post('/Users', { userName: `m1@${workspaceId}.test` });
    await mutate(session, 'memberRemove', { workspaceId, memberId: first }, '__typename');
    await mutate(session, 'memberDelete', { workspaceId, memberId: again.id }, '__typename');
    expect((await undoRemovals(acme)).results).toMatchObject([
      {
        outcome: 'REFUSED',
        refusal: {
          message: `m0@${workspaceId}.test was added again after this removal, and removed once more.`,
        },
      },
      {
        outcome: 'REFUSED',
        refusal: {
          message: `m1@${workspaceId}.test was added again after this removal, and removed once more.`,
        },
      },
    ]);
    expect(await activeIn(acme)).toBe(1);
  });

  test('undo of the brake works for as long as it is engaged, in parts', async () => {
    const acme = await company(30);
    const { scim, ids, session, workspace } = acme;
    const { workspaceId } = workspace;
    const removed = ids.slice(0, 10).sort();
    for (const id of ids.slice(0, 11)) await deactivate(scim, id);
    await app.sql(
      `with brake as (
         update scim_brake set engaged_at = engaged_at - interval '3 days' where workspace_id = $1),
       removed as (
         update removal set removed_at = removed_at - interval '3 days' where workspace_id = $1)
       update scim_removal set at = at - interval '3 days' where workspace_id = $1`,
      [workspaceId],
    );
    const undo = async (input: object) =>
      (await mutate(session, 'scimBrakeUndo', { workspaceId, ...input }, 'restored next')).data.scimBrakeUndo;
    expect(await undo({ dryRun: true })).toEqual({ restored: 10, next: null });
    expect(await undo({ after: removed[3] })).toEqual({ restored: 6, next: null });
    expect(await undo({})).toEqual({ restored: 4, next: null });
  });

  test('settings are changed, audited and stored', async () => {
    const acme = await company(30);
    const { scim, ids, session, workspace } = acme;
    const { workspaceId } = workspace;
    const update = (input: object) => mutate(session, 'scimBrakeUpdate', { workspaceId, ...input }, BRAKE);
    expect((await update({ mostPercent: 0 })).errors).toMatchObject([
      { extensions: { code: 'INVALID_INPUT' } },
    ]);
    const { data } = await update({ mostMembers: 2, mostPercent: 10 });
    expect(data.scimBrakeUpdate.brake).toMatchObject({
      enabled: true,
      mostMembers: 2,
      mostPercent: 10,
      windowMinutes: 10,
    });
    for (const id of ids.slice(0, 3)) expect((await deactivate(scim, id)).status).toBe(200);
    expect((await deactivate(scim, ids[3] ?? '')).status).toBe(429);
    await update({ enabled: false });
    for (const id of ids.slice(3)) expect((await deactivate(scim, id)).status).toBe(200);
  });
});

test('rules 57, 63, 64: a mapping mistake that unassigns 600 of 1,000 stops at a fifth, and is undone', async () => {
  const acme = await company(1000);
  const { scim, ids, session, workspace } = acme;
  const { workspaceId } = workspace;
  const refused: string[] = [];
  const unassigned = ids.slice(0, 600);
  for (let first = 0; first < unassigned.length; first += 50) {
    const some = unassigned.slice(first, first + 50);
    const answers = await Promise.all(some.map((id) => deactivate(scim, id)));
    refused.push(...some.filter((_, index) => answers[index]?.status === 429));
  }
  expect(refused).toHaveLength(400);
  expect(await activeIn(acme)).toBe(800);
  expect(mails).toHaveLength(1);
  // Everything else continues.
  expect((await scim.post('/Users', { userName: 'colleague@acme.test' })).status).toBe(201);
  const problems = async () => {
    const { data } = await app.graphql(
      session,
      'query ($id: ID!) { workspace(id: $id) { scim { health { status } problems { code subjectCount } } } }',
      { id: workspaceId },
    );
    return data.workspace.scim;
  };
  expect(
    await eventually(problems, ({ problems: [problem] }) => problem?.subjectCount === 400),
  ).toMatchObject({
    problems: [{ code: 'REMOVALS_PAUSED', subjectCount: 400 }],
  });
  const { data, errors } = await mutate(session, 'scimBrakeUndo', { workspaceId }, 'restored');
  expect(errors).toBeUndefined();
  expect(data.scimBrakeUndo.restored).toBe(200);
  expect(await activeIn(acme)).toBe(1001);
});

test('the refusals are one problem with its fix', async () => {
  const acme = await company(30);
  for (const id of acme.ids.slice(0, 13)) await deactivate(acme.scim, id);
  const problems = async () => {
    const { data } = await app.graphql(
      acme.workspace.apiKey,
      'query ($id: ID!) { workspace(id: $id) { scim { problems { code subjectCount fix { summary } } } } }',
      { id: acme.workspace.workspaceId },
    );
    return data.workspace.scim.problems;
  };
  expect(await eventually(problems, ([problem]) => problem?.subjectCount === 3)).toEqual([
    {
      code: 'REMOVALS_PAUSED',
      subjectCount: 3,
      fix: { summary: 'Check whether the removals are intended. Then release the brake, or undo them.' },
    },
  ]);
});
