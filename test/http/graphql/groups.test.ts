import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { expectInvariants } from '../../invariants.js';
import {
  auditSize,
  done,
  GROUP,
  mutate,
  person,
  refusals,
  refused,
  roleAccess,
  seatAccess,
  type TestPerson,
} from './operations.js';

/** Rules 29 and 30: groups, and the access that they give. */

let app: TestApp;
let workspace: TestWorkspace;
let owner: string;

beforeAll(async () => {
  app = await startTestApp();
});

beforeEach(async () => {
  workspace = await app.workspace({ version: 'V2' });
  owner = await app.session(workspace.ownerEmail);
});

afterEach(async () => {
  await expectInvariants(app);
});

afterAll(async () => {
  await app.stop();
});

async function group(displayName: string, members: readonly TestPerson[] = []): Promise<string> {
  const { workspaceId } = workspace;
  const memberIds = members.map(({ memberId }) => memberId);
  const payload = await done(app, owner, 'groupCreate', { workspaceId, displayName, memberIds });
  return payload.group.id;
}

const update = (groupId: string, change: object) =>
  done(app, owner, 'groupUpdate', { workspaceId: workspace.workspaceId, groupId, ...change });

const grant = (groupId: string, grants: object) =>
  done(app, owner, 'groupSetGrant', { workspaceId: workspace.workspaceId, groupId, grant: grants });

async function memberOf({ memberId }: TestPerson) {
  const { data } = await app.graphql(
    owner,
    `query ($id: ID!, $member: ID!) { workspace(id: $id) { member(id: $member) {
       version role accessSetBy groups { displayName version }
       access { __typename ... on SeatAccess { seatType } ... on RoleAccess { role creditLimit creditLimitApplies } }
     } } }`,
    { id: workspace.workspaceId, member: memberId },
  );
  return data.workspace.member;
}

/** The newest audit entries, newest first. */
async function newestEntries(count: number): Promise<object[]> {
  return app.sql(
    'select action, target_label, changes from audit_entry where workspace_id = $1 order by id desc limit $2',
    [workspace.workspaceId, count],
  );
}

const named = ({ memberId, email }: TestPerson) => ({ id: memberId, userName: email });
const shown = ({ memberId, email }: TestPerson) => ({ memberId, name: email });

describe('rule 29: a group', () => {
  test('is created with members, changed and deleted; each change is one version and one audit entry', async () => {
    const { workspaceId } = workspace;
    const [ann, bob] = [await person(app, workspace), await person(app, workspace)];
    const created = await done(app, owner, 'groupCreate', {
      workspaceId,
      displayName: ' Engineers ',
      externalId: '00g1',
      memberIds: [ann.memberId, ann.memberId.toUpperCase()],
    });
    const { id } = created.group;
    const engineers = { id, version: 1, displayName: 'Engineers', externalId: '00g1', grants: null };
    expect(created).toEqual({ changed: true, group: { ...engineers, everyMember: [shown(ann)] } });
    expect(await newestEntries(1)).toEqual([
      {
        action: 'group.create',
        target_label: 'Engineers',
        changes: {
          displayName: { before: null, after: 'Engineers' },
          externalId: { before: null, after: '00g1' },
          'members.added': { before: null, after: [named(ann)] },
        },
      },
    ]);

    const changed = await update(id, {
      displayName: 'Builders',
      externalId: null,
      addMemberIds: [bob.memberId],
      removeMemberIds: [ann.memberId],
      expectedVersion: 1,
    });
    const builders = { id, version: 2, displayName: 'Builders', externalId: null, grants: null };
    expect(changed).toEqual({ changed: true, group: { ...builders, everyMember: [shown(bob)] } });
    expect(await newestEntries(1)).toEqual([
      {
        action: 'group.update',
        target_label: 'Builders',
        changes: {
          displayName: { before: 'Engineers', after: 'Builders' },
          externalId: { before: '00g1', after: null },
          'members.added': { before: null, after: [named(bob)] },
          'members.removed': { before: [named(ann)], after: null },
        },
      },
    ]);

    expect(await done(app, owner, 'groupDelete', { workspaceId, groupId: id })).toEqual({ groupId: id });
    expect(await memberOf(bob)).toMatchObject({ version: 3, groups: [] });
    expect(await mutate(app, owner, 'groupUpdate', { workspaceId, groupId: id })).toEqual(
      refused('groupUpdate', 'NOT_FOUND', 'There is no such group in this workspace.'),
    );
  });

  test('rule 21: keeps its version when the same values are sent again', async () => {
    const [ann, bob] = [await person(app, workspace), await person(app, workspace)];
    const id = await group('Engineers', [ann]);
    const before = await auditSize(app, workspace.workspaceId);
    for (const same of [
      {},
      { displayName: 'Engineers', externalId: null, memberIds: [ann.memberId] },
      { addMemberIds: [ann.memberId], removeMemberIds: [bob.memberId, randomUUID(), 'nobody'] },
    ]) {
      expect(await update(id, same)).toMatchObject({ changed: false, group: { version: 1 } });
    }
    expect(await auditSize(app, workspace.workspaceId)).toBe(before);
    expect(await memberOf(ann)).toMatchObject({ version: 2 });
  });

  test('has a name that is unique without case', async () => {
    const { workspaceId } = workspace;
    await group('Engineers');
    const id = await group('Sales');
    const taken = {
      attribute: 'displayName',
      hint: 'Update that group, or give this one another displayName.',
    };
    const message = 'There is a group named ENGINEERS in this workspace.';
    expect(await mutate(app, owner, 'groupCreate', { workspaceId, displayName: 'ENGINEERS' })).toEqual(
      refused('groupCreate', 'ALREADY_A_GROUP', message, taken),
    );
    expect(
      await mutate(app, owner, 'groupUpdate', { workspaceId, groupId: id, displayName: 'ENGINEERS' }),
    ).toEqual(refused('groupUpdate', 'ALREADY_A_GROUP', message, taken));
    expect(await mutate(app, owner, 'groupCreate', { workspaceId, displayName: ' ' })).toEqual(
      refused('groupCreate', 'INVALID_INPUT', 'displayName is required and cannot be empty.', {
        attribute: 'displayName',
      }),
    );
    // The same name in another workspace is another group.
    workspace = await app.workspace({ version: 'V1' });
    owner = await app.session(workspace.ownerEmail);
    await group('Engineers');
  });

  test('accepts members of its own workspace only, and names an unknown id', async () => {
    const { workspaceId } = workspace;
    const ann = await person(app, workspace);
    const foreign = await person(app, await app.workspace({ version: 'V2' }));
    const id = await group('Engineers');
    for (const stranger of [foreign.memberId, randomUUID(), 'nobody']) {
      const input = { workspaceId, groupId: id, addMemberIds: [ann.memberId, stranger] };
      expect(await mutate(app, owner, 'groupUpdate', input)).toEqual(
        refused(
          'groupUpdate',
          'INVALID_INPUT',
          `There is no member with the id ${stranger} in this workspace.`,
          {
            attribute: 'members',
            hint: 'Provision the person first, and send the id that this workspace has given.',
          },
        ),
      );
    }
    expect(await memberOf(ann)).toMatchObject({ version: 1, groups: [] });
  });

  test('loses a removed or deleted member, who is not in it after being added again', async () => {
    const { workspaceId } = workspace;
    const [ann, bob] = [await person(app, workspace), await person(app, workspace)];
    const id = await group('Engineers', [ann, bob]);
    await done(app, owner, 'memberRemove', { workspaceId, memberId: ann.memberId });
    expect(await newestEntries(1)).toMatchObject([
      {
        action: 'member.remove',
        changes: { groups: { before: [{ id, displayName: 'Engineers' }], after: [] } },
      },
    ]);
    await done(app, owner, 'memberDelete', { workspaceId, memberId: bob.memberId });
    await done(app, owner, 'memberAdd', { workspaceId, userName: ann.email });
    expect(await memberOf(ann)).toMatchObject({ groups: [] });
    expect(await update(id, {})).toMatchObject({ group: { version: 3, everyMember: [] } });
  });

  // Providers list people whom they have just deactivated: a refusal would stop the whole push.
  test('may contain inactive members: its grant applies when the person is added again', async () => {
    const { workspaceId } = workspace;
    const ann = await person(app, workspace);
    await done(app, owner, 'memberRemove', { workspaceId, memberId: ann.memberId });
    const id = await group('Engineers', [ann]);
    await grant(id, { role: 'EDITOR' });
    expect(await memberOf(ann)).toMatchObject({ access: null, groups: [{ displayName: 'Engineers' }] });
    await done(app, owner, 'memberAdd', { workspaceId, userName: ann.email });
    expect(await memberOf(ann)).toMatchObject({ role: 'EDITOR', accessSetBy: null });
  });

  test('refuses a change with an old version', async () => {
    const { workspaceId } = workspace;
    const id = await group('Engineers');
    await update(id, { displayName: 'Builders' });
    for (const name of ['groupUpdate', 'groupDelete', 'groupClearGrant'] as const) {
      expect(await mutate(app, owner, name, { workspaceId, groupId: id, expectedVersion: 1 })).toEqual(
        refused(name, 'STALE_VERSION', 'The group has changed meanwhile: it has version 2, not 1.', {
          attribute: 'expectedVersion',
          hint: 'Read the group again and repeat the change.',
        }),
      );
    }
  });
});

describe('permissions', () => {
  test('owners, admins and keys that write members change groups; only people in person set grants', async () => {
    const { workspaceId } = workspace;
    const admin = await person(app, workspace, { roleAccess: { role: 'ADMIN' } });
    const viewer = await person(app, workspace);
    const id = await group('Engineers', [viewer]);
    const grantInput = { workspaceId, groupId: id, grant: { role: 'EDITOR' } };
    for (const scope of ['SCIM', 'MEMBERS_WRITE'] as const) {
      const key = await app.key(workspaceId, [scope]);
      await done(app, key, 'groupUpdate', { workspaceId, groupId: id });
      expect(await mutate(app, key, 'groupSetGrant', grantInput)).toEqual(
        refusals.forbidden('groupSetGrant', 'group.grant', true),
      );
    }
    const reader = await app.key(workspaceId, ['MEMBERS_READ']);
    expect(await mutate(app, reader, 'groupDelete', { workspaceId, groupId: id })).toEqual(
      refusals.forbidden('groupDelete', 'group.write', true),
    );
    expect(await mutate(app, viewer.token, 'groupUpdate', { workspaceId, groupId: id })).toEqual(
      refusals.forbidden('groupUpdate', 'group.write'),
    );
    await done(app, admin.token, 'groupSetGrant', grantInput);
    const stranger = await app.workspace({ version: 'V2' });
    expect(await mutate(app, stranger.apiKey, 'groupUpdate', { workspaceId, groupId: id })).toEqual(
      refusals.noWorkspace('groupUpdate'),
    );
  });

  test('viewerCan agrees', async () => {
    const id = await group('Engineers');
    const query = `query ($w: ID!, $g: ID!) { workspace(id: $w) {
      viewerCan { createGroup { allowed } }
      group(id: $g) { viewerCan { update { allowed } setGrant { allowed refusal { code } } delete { allowed } } } } }`;
    const of = async (credential: string) =>
      (await app.graphql(credential, query, { w: workspace.workspaceId, g: id })).data.workspace;
    const yes = { allowed: true };
    expect(await of(owner)).toEqual({
      viewerCan: { createGroup: yes },
      group: { viewerCan: { update: yes, setGrant: { allowed: true, refusal: null }, delete: yes } },
    });
    expect(await of(workspace.apiKey)).toMatchObject({
      group: { viewerCan: { update: yes, setGrant: { allowed: false, refusal: { code: 'FORBIDDEN' } } } },
    });
  });
});

describe('reading', () => {
  test('finds groups by id, name and node; lists have a filter, an order and pages', async () => {
    const ann = await person(app, workspace);
    const ids = [await group('Sales', [ann]), await group('engineers'), await group('Legal')];
    const w = workspace.workspaceId;
    const one = `query ($w: ID!, $g: ID!) {
      node(id: $g) { __typename id ... on Group { displayName members(first: 1) { totalCount nodes { id } } } }
      workspace(id: $w) { byId: group(id: $g) { ${GROUP} } byName: group(displayName: "SALES") { id }
        none: group(displayName: "Nobody") { id } } }`;
    const { data } = await app.graphql(owner, one, { w, g: ids[0] });
    expect(data).toEqual({
      node: {
        __typename: 'Group',
        id: ids[0],
        displayName: 'Sales',
        members: { totalCount: 1, nodes: [{ id: ann.memberId }] },
      },
      workspace: {
        byId: {
          id: ids[0],
          version: 1,
          displayName: 'Sales',
          externalId: null,
          grants: null,
          everyMember: [shown(ann)],
        },
        byName: { id: ids[0] },
        none: null,
      },
    });
    const list = async (filter: object, more = '') => {
      const answer = await app.graphql(
        owner,
        `query ($w: ID!, $filter: GroupFilter) { workspace(id: $w) {
           groups(filter: $filter ${more}) { totalCount nodes { displayName } } } }`,
        { w, filter },
      );
      return answer.data.workspace.groups.nodes.map((node: { displayName: string }) => node.displayName);
    };
    expect(await list({})).toEqual(['Sales', 'engineers', 'Legal']);
    expect(await list({}, 'orderBy: { field: DISPLAY_NAME }')).toEqual(['engineers', 'Legal', 'Sales']);
    expect(await list({}, 'first: 1, offset: 1')).toEqual(['engineers']);
    expect(await list({ members: { some: { id: { eq: ann.memberId } } } })).toEqual(['Sales']);
    expect(await list({ not: { members: { some: {} } } })).toEqual(['engineers', 'Legal']);
    expect(await list({ or: [{ displayName: { contains: 'GINEER' } }, { id: { eq: ids[2] } }] })).toEqual([
      'engineers',
      'Legal',
    ]);
  });

  test("a member's groups are sorted by name, and read in the member's own statement", async () => {
    const ann = await person(app, workspace);
    const sales = await group('Sales', [ann]);
    await group('engineers', [ann]);
    expect(await memberOf(ann)).toMatchObject({
      version: 3,
      groups: [
        { displayName: 'engineers', version: 1 },
        { displayName: 'Sales', version: 1 },
      ],
    });
    await update(sales, { displayName: 'Accounts' });
    expect(await memberOf(ann)).toMatchObject({
      version: 4,
      groups: [{ displayName: 'Accounts' }, { displayName: 'engineers' }],
    });
  });
});

describe('rule 30, V2', () => {
  test("the strongest grant applies; without one, the workspace's default", async () => {
    const ann = await person(app, workspace);
    const editors = await group('Editors', [ann]);
    const admins = await group('Admins', [ann]);
    const set = await grant(editors, { role: 'EDITOR' });
    expect(set).toMatchObject({ group: { version: 2, grants: { role: 'EDITOR', seatType: null } } });
    expect(await newestEntries(2)).toEqual([
      {
        action: 'member.update',
        target_label: ann.email,
        changes: { role: { before: 'VIEWER', after: 'EDITOR' } },
      },
      {
        action: 'group.setGrant',
        target_label: 'Editors',
        changes: { grantedRole: { before: null, after: 'EDITOR' } },
      },
    ]);
    expect(await memberOf(ann)).toMatchObject({
      version: 4,
      access: roleAccess('EDITOR'),
      accessSetBy: null,
    });
    await grant(admins, { role: 'ADMIN' });
    expect(await memberOf(ann)).toMatchObject({ role: 'ADMIN' });
    await update(admins, { removeMemberIds: [ann.memberId] });
    expect(await memberOf(ann)).toMatchObject({ role: 'EDITOR' });
    const { workspaceId } = workspace;
    await done(app, owner, 'groupClearGrant', { workspaceId, groupId: editors });
    expect(await memberOf(ann)).toMatchObject({ role: 'VIEWER' });
    await update(admins, { addMemberIds: [ann.memberId] });
    await done(app, owner, 'groupDelete', { workspaceId, groupId: admins });
    expect(await memberOf(ann)).toMatchObject({ role: 'VIEWER', groups: [{ displayName: 'Editors' }] });
  });

  test('owners and members whose access was set explicitly keep it until it is cleared', async () => {
    const { workspaceId, apiKey, ownerMemberId } = workspace;
    const set = await person(app, workspace, { roleAccess: { role: 'VIEWER' } });
    const provisioned = await person(app, workspace);
    const memberId = provisioned.memberId;
    await done(app, apiKey, 'memberProvision', { workspaceId, memberId, mode: 'PATCH', role: 'editor' });
    const boss = { memberId: ownerMemberId, email: '', token: owner };
    const id = await group('Admins', [set, provisioned, boss]);
    await grant(id, { role: 'ADMIN' });
    expect(await memberOf(set)).toMatchObject({ role: 'VIEWER', accessSetBy: 'WORKSPACE' });
    expect(await memberOf(provisioned)).toMatchObject({ role: 'EDITOR', accessSetBy: 'IDENTITY_PROVIDER' });
    expect(await memberOf(boss)).toMatchObject({ role: 'OWNER' });
    const cleared = await done(app, owner, 'memberClearAccess', { workspaceId, memberId: set.memberId });
    expect(cleared).toMatchObject({ changed: true, member: { role: 'ADMIN' } });
    expect(await newestEntries(1)).toMatchObject([
      {
        action: 'member.update',
        changes: {
          role: { before: 'VIEWER', after: 'ADMIN' },
          accessSetBy: { before: 'WORKSPACE', after: null },
        },
      },
    ]);
    expect(
      await done(app, owner, 'memberClearAccess', { workspaceId, memberId: set.memberId }),
    ).toMatchObject({
      changed: false,
    });
  });

  test('an echo of a granted access does not detach the member from the grants', async () => {
    const { workspaceId, apiKey } = workspace;
    const ann = await person(app, workspace);
    const id = await group('Editors', [ann]);
    await grant(id, { role: 'EDITOR' });
    const echo = {
      workspaceId,
      memberId: ann.memberId,
      mode: 'REPLACE',
      userName: ann.email,
      role: 'editor',
    };
    expect(await done(app, apiKey, 'memberProvision', echo)).toMatchObject({ changed: false });
    await update(id, { removeMemberIds: [ann.memberId] });
    expect(await memberOf(ann)).toMatchObject({ role: 'VIEWER' });
  });

  test('a grant of the other workspace version is refused (rule 1)', async () => {
    const { workspaceId } = workspace;
    const id = await group('Editors');
    const input = { workspaceId, groupId: id, grant: { seatType: 'PRO' } };
    expect(await mutate(app, owner, 'groupSetGrant', input)).toEqual(
      refused('groupSetGrant', 'WRONG_WORKSPACE_VERSION', 'seatType does not exist on a V2 workspace.', {
        attribute: 'seatType',
        hint: 'Grant a role instead.',
      }),
    );
  });
});

describe('rule 30, V1', () => {
  let ann: TestPerson;
  let bob: TestPerson;

  beforeEach(async () => {
    workspace = await app.workspace({ version: 'V1', seats: { builder: 2, pro: 1 } });
    owner = await app.session(workspace.ownerEmail);
    ann = await person(app, workspace);
    bob = await person(app, workspace);
  });

  test('a grant assigns and frees seats as members join and leave the group', async () => {
    const builders = await group('Builders', [ann, bob]);
    await grant(builders, { seatType: 'BUILDER' });
    const pros = await group('Pros', [ann]);
    await grant(pros, { seatType: 'PRO' });
    expect((await memberOf(ann)).access).toEqual(seatAccess('PRO'));
    expect((await memberOf(bob)).access).toEqual(seatAccess('BUILDER'));
    await update(pros, { memberIds: [bob.memberId] });
    expect((await memberOf(ann)).access).toEqual(seatAccess('BUILDER'));
    expect((await memberOf(bob)).access).toEqual(seatAccess('PRO'));
    await done(app, owner, 'groupDelete', { workspaceId: workspace.workspaceId, groupId: pros });
    await update(builders, { memberIds: [] });
    expect((await memberOf(ann)).access).toEqual(seatAccess(null));
  });

  test('a seat that is not free refuses the whole change and names the member', async () => {
    const { workspaceId } = workspace;
    const pros = await group('Pros', [ann, bob]);
    const before = await auditSize(app, workspaceId);
    const noSeat = (name: 'groupSetGrant' | 'groupUpdate', used: number) =>
      refused(name, 'SEAT_UNAVAILABLE', `No pro seat is free for ${bob.email} (pro: ${used} of 1 taken).`, {
        attribute: 'seatType',
        hint: 'Buy more seats of this type, or free one; nothing has been changed.',
        seat: { seatType: 'PRO', total: 1, used },
      });
    const grantInput = { workspaceId, groupId: pros, grant: { seatType: 'PRO' } };
    expect(await mutate(app, owner, 'groupSetGrant', grantInput)).toEqual(noSeat('groupSetGrant', 0));
    expect(await auditSize(app, workspaceId)).toBe(before);
    await update(pros, { removeMemberIds: [bob.memberId] });
    await grant(pros, { seatType: 'PRO' });
    const input = { workspaceId, groupId: pros, displayName: 'All', addMemberIds: [bob.memberId] };
    expect(await mutate(app, owner, 'groupUpdate', input)).toEqual(noSeat('groupUpdate', 1));
    expect(await memberOf(bob)).toMatchObject({ groups: [], access: seatAccess(null) });
  });

  test('leaving the workspace gives the seat back', async () => {
    const pros = await group('Pros', [ann]);
    await grant(pros, { seatType: 'PRO' });
    await done(app, owner, 'memberRemove', { workspaceId: workspace.workspaceId, memberId: ann.memberId });
    await update(pros, { addMemberIds: [bob.memberId] });
    expect((await memberOf(bob)).access).toEqual(seatAccess('PRO'));
  });
});
