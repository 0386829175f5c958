import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ScimClient, startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import { done, mutate, nextAddress } from '../http/graphql/operations.js';
import { create, type User } from '../http/scim/resources.js';
import { expectInvariants } from '../invariants.js';

/** Rules 29 and 30, for concurrent changes of a group. */

let app: TestApp;
let workspace: TestWorkspace;
let scim: ScimClient;

beforeAll(async () => {
  app = await startTestApp();
});

afterEach(async () => {
  await expectInvariants(app);
});

afterAll(async () => {
  await app.stop();
});

function people(count: number): Promise<User[]> {
  return Promise.all(Array.from({ length: count }, () => create(scim, { userName: nextAddress() })));
}

async function group(members: readonly User[] = []): Promise<string> {
  const values = members.map(({ id }) => ({ value: id }));
  const { body } = await scim.post('/Groups', { displayName: nextAddress(), members: values });
  return body.id;
}

const adding = ({ id }: User) => ({ Operations: [{ op: 'add', path: 'members', value: [{ value: id }] }] });
const removing = ({ id }: User) => ({ Operations: [{ op: 'remove', path: `members[value eq "${id}"]` }] });

async function membersOf(id: string): Promise<string[]> {
  const { body } = await scim.get(`/Groups/${id}`);
  return (body.members ?? []).map(({ value }: { value: string }) => value);
}

describe('V2', () => {
  beforeEach(async () => {
    workspace = await app.workspace({ version: 'V2', brake: false });
    scim = app.scim(workspace.workspaceId, workspace.apiKey);
  });

  test('concurrent PATCHes of one group are all applied', async () => {
    const users = await people(20);
    const [leaving, joining] = [users.slice(0, 10), users.slice(10)];
    const id = await group(leaving);
    const answers = await Promise.all([
      ...joining.map((user) => scim.patch(`/Groups/${id}`, adding(user))),
      ...leaving.map((user) => scim.patch(`/Groups/${id}`, removing(user))),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(await membersOf(id)).toEqual(joining.map((user) => user.id).toSorted());
    expect((await scim.get(`/Groups/${id}`)).body.meta.version).toBe('W/"21"');
  });

  test('of concurrent requests that create a group of one name, one succeeds', async () => {
    const displayName = nextAddress();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => scim.post('/Groups', { displayName })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...answers.slice(1).map(() => 409)]);
  });

  test('a member who is deleted or deactivated while being added is in no group', async () => {
    const users = await people(20);
    const id = await group();
    // So many removals would engage the brake (rule 63).
    await done(app, await app.session(workspace.ownerEmail), 'scimBrakeUpdate', {
      workspaceId: workspace.workspaceId,
      enabled: false,
    });
    const deactivate = { Operations: [{ op: 'replace', value: { active: false } }] };
    const answers = await Promise.all(
      users.flatMap((user, index) => [
        scim.patch(`/Groups/${id}`, adding(user)),
        index % 2 === 0 ? scim.delete(`/Users/${user.id}`) : scim.patch(`/Users/${user.id}`, deactivate),
      ]),
    );
    // A member who was deleted first is no longer found: 400, not a 500.
    expect(answers.map(({ status }) => status).filter((status) => ![200, 204, 400].includes(status))).toEqual(
      [],
    );
    const deleted = users.filter((_, index) => index % 2 === 0).map((user) => user.id);
    expect((await membersOf(id)).filter((member) => deleted.includes(member))).toEqual([]);
  });

  test('renaming, granting, emptying and deleting a group while members come and go leaves a consistent state', async () => {
    const { workspaceId } = workspace;
    const owner = await app.session(workspace.ownerEmail);
    const users = await people(12);
    const [one, two] = [await group(users), await group(users)];
    const grantOf = (groupId: string, role: string) =>
      mutate(app, owner, 'groupSetGrant', { workspaceId, groupId, grant: { role } });
    await Promise.all([
      grantOf(one, 'EDITOR'),
      grantOf(two, 'ADMIN'),
      scim.patch(`/Groups/${one}`, {
        Operations: [{ op: 'replace', value: { displayName: nextAddress() } }],
      }),
      ...users.slice(0, 4).map((user) => scim.delete(`/Users/${user.id}`)),
      ...users.slice(4, 8).map((user) => scim.patch(`/Groups/${one}`, removing(user))),
      ...users.slice(8).map((user) => scim.patch(`/Groups/${two}`, adding(user))),
      scim.put(`/Groups/${two}`, {
        displayName: nextAddress(),
        members: users.slice(6).map(({ id }) => ({ value: id })),
      }),
      grantOf(one, 'VIEWER'),
    ]);
    await expectInvariants(app);
    expect(
      (await Promise.all([scim.delete(`/Groups/${one}`), scim.delete(`/Groups/${one}`)]))
        .map(({ status }) => status)
        .toSorted(),
    ).toEqual([204, 404]);
  });
});

test('V1: of many who join a group that grants the last seat, one gets it', async () => {
  workspace = await app.workspace({ version: 'V1', seats: { pro: 1 } });
  scim = app.scim(workspace.workspaceId, workspace.apiKey);
  const { workspaceId, ownerEmail } = workspace;
  const users = await people(10);
  const id = await group();
  const grant = { workspaceId, groupId: id, grant: { seatType: 'PRO' } };
  await done(app, await app.session(ownerEmail), 'groupSetGrant', grant);
  const answers = await Promise.all(users.map((user) => scim.patch(`/Groups/${id}`, adding(user))));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...users.slice(1).map(() => 403)]);
  expect(await membersOf(id)).toHaveLength(1);
});
