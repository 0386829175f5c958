import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ScimClient, startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { expectInvariants } from '../../invariants.js';
import { done } from '../graphql/operations.js';
import { create, errorOf, ROLLCALL, read, type User } from './resources.js';

/** People who leave and come back, and groups that are sent without their members (cases 12 to 15). */

let app: TestApp;
let workspace: TestWorkspace;
let scim: ScimClient;

beforeAll(async () => {
  app = await startTestApp();
});

beforeEach(async () => {
  workspace = await app.workspace({ version: 'V2', scim: true });
  scim = app.scim(workspace.workspaceId, workspace.apiKey);
});

afterEach(async () => {
  await expectInvariants(app);
});

afterAll(async () => {
  await app.stop();
});

function active(value: boolean): object {
  return { Operations: [{ op: 'replace', value: { active: value } }] };
}

async function group(displayName: string, members: readonly User[] = []): Promise<string> {
  const { body } = await scim.post('/Groups', {
    displayName,
    members: members.map(({ id }) => ({ value: id })),
  });
  return String(body.id);
}

async function audited(memberId: string): Promise<unknown[]> {
  const rows = await app.sql<{ action: string }>(
    'select action from audit_entry where target_id = $1 order by id',
    [memberId],
  );
  return rows.map(({ action }) => action);
}

describe('rule 29: a deactivated member', () => {
  test('remains in the groups, and has what they grant on reactivation (case 12)', async () => {
    const ann = await create(scim, { userName: 'ann@acme.test' });
    const id = await group('Editors', [ann]);
    const input = { workspaceId: workspace.workspaceId, groupId: id, grant: { role: 'EDITOR' } };
    await done(app, app.operatorToken, 'groupSetGrant', input);
    const off = await scim.patch(`/Users/${ann.id}`, active(false));
    expect(off.body).toMatchObject({ active: false, groups: [{ value: id }] });
    expect(off.body[ROLLCALL]).toBeUndefined();
    const on = await scim.patch(`/Users/${ann.id}`, active(true));
    expect(on.body).toMatchObject({ active: true, groups: [{ value: id }], [ROLLCALL]: { role: 'editor' } });
  });

  test('follows a grant that was set meanwhile when removals are undone (rule 64)', async () => {
    const ann = await create(scim, { userName: 'ann@acme.test' });
    const id = await group('Admins', [ann]);
    await scim.patch(`/Users/${ann.id}`, active(false));
    const { workspaceId } = workspace;
    await done(app, app.operatorToken, 'groupSetGrant', {
      workspaceId,
      groupId: id,
      grant: { role: 'ADMIN' },
    });
    await app.graphql(
      app.operatorToken,
      'mutation ($id: ID!) { scimRemovalsUndo(input: { workspaceId: $id }) { results { outcome } } }',
      { id: workspaceId },
    );
    expect(await read(scim, ann.id)).toMatchObject({ active: true, [ROLLCALL]: { role: 'admin' } });
  });
});

describe('a group', () => {
  test('without members has an empty list of them (case 13)', async () => {
    const id = await group('Empty');
    expect((await scim.get(`/Groups/${id}`)).body).toMatchObject({ members: [] });
    expect((await scim.get('/Groups')).body).toMatchObject({ Resources: [{ id, members: [] }] });
    expect((await scim.get(`/Groups/${id}?attributes=members.value`)).body).toMatchObject({ members: [] });
    expect((await scim.get(`/Groups/${id}?excludedAttributes=members`)).body.members).toBeUndefined();
  });

  test('keeps its members in a PUT without members, and loses them in one with [] (case 14)', async () => {
    const ann = await create(scim, { userName: 'ann@acme.test' });
    const id = await group('Sales', [ann]);
    expect((await scim.put(`/Groups/${id}`, { displayName: 'Sellers' })).body).toMatchObject({
      displayName: 'Sellers',
      members: [{ value: ann.id }],
    });
    for (const members of [null, '']) {
      const kept = await scim.put(`/Groups/${id}`, { displayName: 'Sellers', members });
      expect(kept.body).toMatchObject({ members: [{ value: ann.id }] });
    }
    const emptied = await scim.put(`/Groups/${id}`, { displayName: 'Sellers', members: [] });
    expect(emptied.body).toMatchObject({ members: [] });
  });
});

describe('rule 15: the externalId of a member', () => {
  const BEFORE = { userName: 'ann@acme.test', externalId: '00u1' };
  const AFTER = { userName: 'ann.lee@acme.test', externalId: '00u1' };
  const TAKEN = errorOf(
    409,
    'The externalId 00u1 is that of another member of this workspace. Import the users of this workspace in your identity provider and match this person to the existing one, or change what is mapped to this attribute.',
    'uniqueness',
  );

  test('who is inactive adds this member again, with the new userName (case 15)', async () => {
    const { id } = await create(scim, { ...BEFORE, [ROLLCALL]: { role: 'admin' } });
    await scim.patch(`/Users/${id}`, active(false));
    const again = await create(scim, AFTER);
    expect(again).toMatchObject({ id, ...AFTER, active: true, [ROLLCALL]: { role: 'viewer' } });
    const found = await scim.get(`/Users?filter=${encodeURIComponent('externalId eq "00u1"')}`);
    expect(found.body).toMatchObject({ totalResults: 1 });
  });

  test('who is active is refused, and named (case 15)', async () => {
    await create(scim, BEFORE);
    const answer = await scim.post('/Users', AFTER);
    expect(answer.status).toBe(409);
    expect(answer.body).toEqual(TAKEN);
  });

  test('who is active cannot be given to another member, with the same answer', async () => {
    await create(scim, BEFORE);
    const { id } = await create(scim, { userName: 'bob@acme.test', externalId: '00u2' });
    const put = await scim.put(`/Users/${id}`, { userName: 'bob@acme.test', externalId: '00u1' });
    expect(put).toMatchObject({ status: 409, body: TAKEN });
    const Operations = [{ op: 'replace', value: { externalId: '00u1' } }];
    expect(await scim.patch(`/Users/${id}`, { Operations })).toMatchObject({ status: 409, body: TAKEN });
    const { body } = await scim.get(`/Users/${id}`);
    expect(body).toMatchObject({ externalId: '00u2', meta: { version: 'W/"1"' } });
  });

  test('who is inactive can be given to another member; the former one comes back with another externalId', async () => {
    const ann = await create(scim, BEFORE);
    await scim.patch(`/Users/${ann.id}`, active(false));
    const bob = await create(scim, { userName: 'bob@acme.test' });
    const given = await scim.put(`/Users/${bob.id}`, { userName: 'bob@acme.test', externalId: '00u1' });
    expect(given).toMatchObject({ status: 200, body: { externalId: '00u1' } });
    const { body } = await scim.get(`/Users/${ann.id}`);
    expect(body).toMatchObject({ externalId: '00u1', active: false, meta: { version: 'W/"2"' } });
    const echo = await scim.put(`/Users/${ann.id}`, body);
    expect(echo).toMatchObject({ status: 200, body });

    expect(await scim.patch(`/Users/${ann.id}`, active(true))).toMatchObject({ status: 409 });
    expect(await scim.put(`/Users/${ann.id}`, { ...BEFORE, externalId: '00u9', active: true })).toMatchObject(
      {
        status: 200,
        body: { externalId: '00u9', active: true },
      },
    );
  });

  test('counts less than the userName', async () => {
    const { id } = await create(scim, BEFORE);
    const bob = await create(scim, { userName: 'bob@acme.test', externalId: '00u2' });
    for (const one of [id, bob.id]) await scim.patch(`/Users/${one}`, active(false));
    expect(await create(scim, { ...BEFORE, externalId: '00u2' })).toMatchObject({ id });
  });

  test('in another workspace is somebody else', async () => {
    await create(scim, BEFORE);
    const other = await app.workspace({ version: 'V2', scim: true });
    await create(app.scim(other.workspaceId, other.apiKey), AFTER);
  });
});

test('rule 28: POST with active: false of somebody inactive is no member.add', async () => {
  const { id } = await create(scim, { userName: 'ann@acme.test' });
  await scim.patch(`/Users/${id}`, active(false));
  const before = await audited(id);
  const same = await create(scim, { userName: 'ann@acme.test', active: false });
  expect(same).toMatchObject({ id, active: false });
  expect(await audited(id)).toEqual(before);
  await create(scim, { userName: 'ann@acme.test', active: false, title: 'Dr.' });
  expect(await audited(id)).toEqual([...before, 'member.update']);
});
