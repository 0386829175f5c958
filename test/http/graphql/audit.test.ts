import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { done, mutate, nextAddress, person, REQUEST_ID, type TestPerson, UUID } from './operations.js';

/** Rule 28: one entry for each committed change, none for what was refused or changed nothing. */

let app: TestApp;
let workspace: TestWorkspace;
let workspaceId: string;
let admin: TestPerson;
/** How many entries there were before the test began. */
let earlier: number;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.stop();
});

const ENTRY =
  'id at actorType actorId actorLabel channel action targetType targetId targetLabel changes requestId';
const LOG = `query ($id: ID!, $filter: AuditFilter) {
  workspace(id: $id) { auditLog(first: 200, filter: $filter) { totalCount nodes { ${ENTRY} } } }
}`;

/** The log, newest first. */
async function log(filter: object | null = null, id = workspaceId): Promise<unknown[]> {
  const answer = await app.graphql(app.operatorToken, LOG, { id, filter });
  const { nodes, totalCount } = answer.data.workspace.auditLog;
  expect(nodes).toHaveLength(totalCount);
  return nodes;
}

/** The entries written since the test began, newest first. */
async function written(): Promise<unknown[]> {
  const entries = await log();
  return entries.slice(0, entries.length - earlier);
}

beforeEach(async () => {
  workspace = await app.workspace({ version: 'V2' });
  workspaceId = workspace.workspaceId;
  admin = await person(app, workspace, { roleAccess: { role: 'ADMIN' } });
  earlier = (await log()).length;
});

async function accountId(email: string): Promise<unknown> {
  const [account] = await app.sql<{ id: string }>('select id from account where email = $1', [email]);
  return account?.id;
}

function entry(action: string, changes: object, more: object = {}): object {
  return {
    id: UUID,
    at: expect.any(String),
    actorType: 'PERSON',
    actorId: expect.any(String),
    actorLabel: admin.email,
    channel: 'GRAPHQL',
    action,
    targetType: 'member',
    targetId: UUID,
    targetLabel: expect.any(String),
    changes,
    requestId: REQUEST_ID,
    ...more,
  };
}

describe('members', () => {
  test('every change of a member is recorded: added, changed, promoted, demoted, removed, added again, deleted', async () => {
    const userName = nextAddress();
    const send = (name: Parameters<typeof done>[2], input: object) =>
      done(app, name.startsWith('owner') ? app.operatorToken : admin.token, name, { workspaceId, ...input });
    const { member } = await send('memberAdd', {
      userName,
      profile: { title: 'Engineer' },
      access: { roleAccess: { role: 'EDITOR', creditLimit: 5 } },
    });
    const memberId = member.id;
    await send('memberUpdate', { memberId, externalId: '00u1', profile: { nickName: 'Annie' } });
    await send('memberSetCreditLimit', { memberId, creditLimit: 6 });
    await send('memberClearCreditLimit', { memberId });
    await send('memberSetAccess', { memberId, access: { roleAccess: { role: 'ADMIN' } } });
    await send('ownerPromote', { memberId });
    await send('ownerDemote', { memberId, access: { roleAccess: { role: 'VIEWER' } } });
    await send('memberRemove', { memberId });
    await send('memberAdd', { userName });
    await send('memberDelete', { memberId });
    const target = { targetId: memberId, targetLabel: userName };
    const operator = { actorType: 'OPERATOR', actorId: null, actorLabel: 'operator' };
    const change = (before: unknown, after: unknown) => ({ before, after });
    expect((await written()).toReversed()).toEqual([
      entry(
        'member.add',
        {
          userName: change(null, userName),
          active: change(null, true),
          role: change(null, 'EDITOR'),
          creditLimit: change(null, 5),
          'profile.title': change(null, 'Engineer'),
        },
        { ...target, actorId: await accountId(admin.email) },
      ),
      entry(
        'member.update',
        {
          externalId: change(null, '00u1'),
          'profile.nickName': change(null, 'Annie'),
        },
        target,
      ),
      entry('member.update', { creditLimit: change(5, 6) }, target),
      entry('member.update', { creditLimit: change(6, null) }, target),
      entry('member.update', { role: change('EDITOR', 'ADMIN') }, target),
      entry('owner.promote', { role: change('ADMIN', 'OWNER') }, { ...target, ...operator }),
      entry('owner.demote', { role: change('OWNER', 'VIEWER') }, { ...target, ...operator }),
      entry('member.remove', { active: change(true, false), role: change('VIEWER', null) }, target),
      entry('member.add', { active: change(false, true), role: change(null, 'VIEWER') }, target),
      entry(
        'member.delete',
        {
          userName: change(userName, null),
          externalId: change('00u1', null),
          active: change(true, null),
          role: change('VIEWER', null),
          'profile.title': change('Engineer', null),
          'profile.nickName': change('Annie', null),
        },
        target,
      ),
    ]);
  });

  test('one provisioning request writes one entry, whatever it changes', async () => {
    const [{ id: apiKeyId }] = await app
      .sql<{ id: string }>('select id from api_key where workspace_id = $1', [workspaceId])
      .then((rows) => [{ id: '', ...rows[0] }] as const);
    const userName = nextAddress();
    const { member } = await done(app, workspace.apiKey, 'memberProvision', {
      workspaceId,
      mode: 'CREATE',
      userName,
    });
    await done(app, workspace.apiKey, 'memberProvision', {
      workspaceId,
      mode: 'PATCH',
      memberId: member.id,
      externalId: 'x',
      role: 'editor',
      creditLimit: '7',
      active: true,
      profile: { title: 'x' },
    });
    const key = { actorType: 'API_KEY', actorId: apiKeyId, actorLabel: 'Test', targetLabel: userName };
    expect(await written()).toEqual([
      entry(
        'member.update',
        {
          externalId: { before: null, after: 'x' },
          role: { before: 'VIEWER', after: 'EDITOR' },
          creditLimit: { before: null, after: 7 },
          'profile.title': { before: null, after: 'x' },
        },
        key,
      ),
      entry(
        'member.add',
        {
          userName: { before: null, after: userName },
          active: { before: null, after: true },
          role: { before: null, after: 'VIEWER' },
        },
        key,
      ),
    ]);
  });

  test('changes through SCIM have the channel SCIM', async () => {
    const userName = nextAddress();
    const answer = await app.scim(workspaceId, workspace.apiKey).post('/Users', { userName });
    expect(answer).toMatchObject({ status: 201 });
    expect(await written()).toEqual([
      entry(
        'member.add',
        {
          userName: { before: null, after: userName },
          active: { before: null, after: true },
          role: { before: null, after: 'VIEWER' },
        },
        {
          actorType: 'API_KEY',
          actorLabel: 'Test',
          channel: 'SCIM',
          targetLabel: userName,
          requestId: answer.headers.get('x-request-id'),
        },
      ),
    ]);
  });

  test('V1: seats', async () => {
    const v1 = await app.workspace({ version: 'V1', seats: { pro: 1 } });
    const ben = await person(app, v1);
    const target = { workspaceId: v1.workspaceId, memberId: ben.memberId };
    await done(app, app.operatorToken, 'memberSetAccess', {
      ...target,
      access: { seatAccess: { seatType: 'PRO' } },
    });
    expect((await log(null, v1.workspaceId))[0]).toMatchObject({
      action: 'member.update',
      changes: { seatType: { before: null, after: 'PRO' } },
    });
  });
});

describe('everything else', () => {
  test('workspaces', async () => {
    const operator = {
      actorType: 'OPERATOR',
      actorId: null,
      actorLabel: 'operator',
      targetType: 'workspace',
    };
    const ownerEmail = nextAddress();
    const { workspace: created, ownerMemberId } = await done(app, app.operatorToken, 'workspaceCreate', {
      name: 'New',
      accessModel: 'V1',
      ownerEmail,
      seats: [{ seatType: 'PRO', total: 1 }],
    });
    const id = created.id;
    const boss = await done(app, app.operatorToken, 'memberAdd', {
      workspaceId: id,
      userName: nextAddress(),
      access: { seatAccess: { role: 'ADMIN' } },
    });
    await done(app, app.operatorToken, 'seatsSet', {
      workspaceId: id,
      seats: [{ seatType: 'PRO', total: 3 }],
    });
    await done(app, app.operatorToken, 'workspaceUpdate', { workspaceId: id, name: 'Newer', plan: 'TEAM' });
    const entries = await log(null, id);
    expect(entries.toSpliced(3, 1)).toEqual([
      entry(
        'workspace.update',
        {
          name: { before: 'New', after: 'Newer' },
          plan: { before: 'ENTERPRISE', after: 'TEAM' },
        },
        { ...operator, targetId: id, targetLabel: 'Newer' },
      ),
      entry(
        'member.update',
        { role: { before: 'ADMIN', after: 'MEMBER' } },
        { ...operator, targetType: 'member', targetId: boss.member.id, targetLabel: boss.member.userName },
      ),
      entry('seats.set', { PRO: { before: 1, after: 3 } }, { ...operator, targetId: id, targetLabel: 'New' }),
      entry(
        'member.add',
        {
          userName: { before: null, after: ownerEmail },
          active: { before: null, after: true },
          role: { before: null, after: 'OWNER' },
        },
        { ...operator, targetType: 'member', targetId: ownerMemberId, targetLabel: ownerEmail },
      ),
      entry(
        'workspace.create',
        {
          name: { before: null, after: 'New' },
          version: { before: null, after: 'V1' },
          plan: { before: null, after: 'ENTERPRISE' },
          scimEnabled: { before: null, after: false },
          seats: { before: null, after: [{ seatType: 'PRO', total: 1 }] },
          ownerEmail: { before: null, after: ownerEmail },
        },
        { ...operator, targetId: id, targetLabel: 'New' },
      ),
    ]);
  });

  test('rule 24: leaving ENTERPRISE changes every admin, and is in their own history', async () => {
    await done(app, app.operatorToken, 'workspaceUpdate', { workspaceId, plan: 'TEAM' });
    expect(await log()).toMatchObject([
      {
        action: 'workspace.update',
        changes: {
          plan: { before: 'ENTERPRISE', after: 'TEAM' },
          scimEnabled: { before: true, after: false },
        },
      },
      {
        action: 'member.update',
        targetId: admin.memberId,
        changes: { role: { before: 'ADMIN', after: 'EDITOR' } },
      },
      ...(await log()).slice(2),
    ]);
  });

  test('the credit pool', async () => {
    await done(app, admin.token, 'creditPoolSet', { workspaceId, monthlyCredits: 500 });
    await done(app, admin.token, 'creditPoolSet', { workspaceId, monthlyCredits: 500 });
    expect(await written()).toEqual([
      entry(
        'workspace.update',
        { monthlyCredits: { before: null, after: 500 } },
        { targetType: 'workspace', targetId: workspaceId },
      ),
    ]);
  });

  test('API keys are recorded without their secrets', async () => {
    const { apiKey, secret } = await done(app, admin.token, 'apiKeyCreate', {
      workspaceId,
      name: 'Okta',
      scopes: ['SCIM'],
      expiresAt: '2126-01-01T00:00:00Z',
    });
    const target = { workspaceId, apiKeyId: apiKey.id };
    await done(app, admin.token, 'apiKeyUpdate', { ...target, name: 'Entra', enabled: false });
    const rotated = await done(app, admin.token, 'apiKeyRotate', target);
    await done(app, admin.token, 'apiKeyDelete', target);
    const about = { targetType: 'apiKey', targetId: apiKey.id };
    const expiresAt = '2126-01-01T00:00:00.000Z';
    expect((await written()).toReversed()).toEqual([
      entry(
        'apiKey.create',
        {
          name: { before: null, after: 'Okta' },
          scopes: { before: null, after: ['SCIM'] },
          prefix: { before: null, after: apiKey.prefix },
          expiresAt: { before: null, after: expiresAt },
          enabled: { before: null, after: true },
        },
        { ...about, targetLabel: 'Okta' },
      ),
      entry(
        'apiKey.update',
        { name: { before: 'Okta', after: 'Entra' }, enabled: { before: true, after: false } },
        { ...about, targetLabel: 'Entra' },
      ),
      entry(
        'apiKey.rotate',
        { prefix: { before: apiKey.prefix, after: rotated.apiKey.prefix } },
        { ...about, targetLabel: 'Entra' },
      ),
      entry(
        'apiKey.delete',
        {
          name: { before: 'Entra', after: null },
          scopes: { before: ['SCIM'], after: null },
          prefix: { before: rotated.apiKey.prefix, after: null },
          expiresAt: { before: expiresAt, after: null },
          enabled: { before: false, after: null },
        },
        { ...about, targetLabel: 'Entra' },
      ),
    ]);
    expect(JSON.stringify(await written())).not.toContain(secret.slice(30));
  });

  test('sessions have entries without a workspace', async () => {
    await app.graphql(admin.token, 'mutation { sessionEnd(input: {}) { sessionId } }');
    expect(await written()).toEqual([]);
    expect(
      await app.sql(
        `select action, actor_label, target_label from audit_entry
         where target_type = 'session' and target_label = $1 order by id`,
        [admin.email],
      ),
    ).toEqual([
      { action: 'session.create', actor_label: 'system', target_label: admin.email },
      { action: 'session.end', actor_label: admin.email, target_label: admin.email },
    ]);
  });
});

describe('entries', () => {
  test('have the id of the request that made the change', async () => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: admin.token },
      body: JSON.stringify({
        query: 'mutation ($input: MemberAddInput!) { memberAdd(input: $input) { changed } }',
        variables: { input: { workspaceId, userName: nextAddress() } },
      }),
    });
    expect(await response.json()).toEqual({ data: { memberAdd: { changed: true } } });
    expect(await written()).toMatchObject([{ requestId: response.headers.get('x-request-id') }]);
  });

  test('remain readable when their actor is gone, because labels are stored with them', async () => {
    const ben = await person(app, workspace, { roleAccess: { role: 'ADMIN' } });
    const { member } = await done(app, ben.token, 'memberAdd', { workspaceId, userName: nextAddress() });
    const filter = { targetId: member.id };
    const before = await log(filter);
    await done(app, admin.token, 'memberDelete', { workspaceId, memberId: ben.memberId });
    await app.sql('delete from session where account_id = (select id from account where email = $1)', [
      ben.email,
    ]);
    await app.sql('delete from account where email = $1', [ben.email]);
    expect(await log(filter)).toEqual(before);
    expect(before).toMatchObject([{ actorLabel: ben.email, actorType: 'PERSON' }]);
  });

  test('are not written for refusals or for changes that change nothing', async () => {
    const ann = nextAddress();
    const { member } = await done(app, admin.token, 'memberAdd', { workspaceId, userName: ann });
    earlier += 1;
    const target = { workspaceId, memberId: member.id };
    const refusedOrNothing = await Promise.all([
      mutate(app, admin.token, 'memberAdd', { workspaceId, userName: ann }),
      mutate(app, admin.token, 'memberSetCreditLimit', { ...target, creditLimit: 5 }),
      mutate(app, admin.token, 'ownerPromote', target),
      mutate(app, admin.token, 'memberRemove', { workspaceId, memberId: workspace.ownerMemberId }),
      mutate(app, admin.token, 'memberUpdate', { ...target, externalId: null }),
      mutate(app, admin.token, 'memberUpdate', { ...target, externalId: 'x', expectedVersion: 9 }),
      mutate(app, admin.token, 'memberSetAccess', { ...target, access: { roleAccess: { role: 'VIEWER' } } }),
      mutate(app, admin.token, 'workspaceUpdate', { workspaceId, plan: 'TEAM' }),
      mutate(app, undefined, 'memberAdd', { workspaceId, userName: nextAddress() }),
    ]);
    expect(refusedOrNothing.map(({ errors }) => errors?.[0].extensions.code ?? 'nothing')).toEqual([
      'ALREADY_A_MEMBER',
      'CREDIT_LIMIT_NOT_ALLOWED',
      'FORBIDDEN',
      'OWNER_PROTECTED',
      'nothing',
      'STALE_VERSION',
      'nothing',
      'FORBIDDEN',
      'UNAUTHENTICATED',
    ]);
    expect(await written()).toEqual([]);
  });

  test('are found by action and by target, and form the history of a member', async () => {
    const { member } = await done(app, admin.token, 'memberAdd', { workspaceId, userName: nextAddress() });
    await done(app, admin.token, 'memberRemove', { workspaceId, memberId: member.id });
    const both = await log({ targetId: member.id });
    expect(both).toMatchObject([{ action: 'member.remove' }, { action: 'member.add' }]);
    expect(await log({ targetId: member.id, actions: ['member.remove'] })).toEqual(both.slice(0, 1));
    expect(await log({ targetId: '01930000-0000-7000-8000-000000000000' })).toEqual([]);
    const query = `query ($id: ID!) { node(id: $id) { ... on Member { history { totalCount nodes { ${ENTRY} } } } } }`;
    expect(await app.graphql(admin.token, query, { id: member.id })).toEqual({
      data: { node: { history: { totalCount: 2, nodes: both } } },
    });
  });

  test('are found by actor, target, channel and time', async () => {
    const before = new Date(Date.now() - 1).toISOString();
    const { member } = await done(app, admin.token, 'memberAdd', { workspaceId, userName: nextAddress() });
    const scim = app.scim(workspaceId, workspace.apiKey);
    await app.sql('update workspace set scim_enabled = true where id = $1', [workspaceId]);
    await scim.patch(`/Users/${member.id}`, { Operations: [{ op: 'replace', value: { active: false } }] });
    const [removal, addition] = (await log({ targetId: member.id })) as { requestId: string; at: string }[];
    const ofMember = { targetId: member.id };
    const both = [removal, addition];
    const after = new Date(Date.now() + 1000).toISOString();
    const cases: readonly [object, readonly unknown[]][] = [
      [{ actions: ['member.add', 'member.remove'] }, both],
      [{ actions: [] }, []],
      [{ actorTypes: ['API_KEY'] }, [removal]],
      [{ actorTypes: ['PERSON', 'API_KEY'] }, both],
      [{ actorId: await accountId(admin.email) }, [addition]],
      [{ actorId: '01930000-0000-7000-8000-000000000000' }, []],
      [{ search: admin.email.toUpperCase() }, [addition]],
      [{ search: 'REMOVE' }, [removal]],
      [{ search: 'a_c%' }, []],
      [{ channels: ['SCIM'] }, [removal]],
      [{ targetTypes: ['member'] }, both],
      [{ targetTypes: ['apiKey'] }, []],
      [{ requestId: addition?.requestId }, [addition]],
      [{ since: before, until: after }, both],
      [{ since: after }, []],
      [{ until: before }, []],
      [{ since: removal?.at, channels: ['SCIM'] }, [removal]],
      [{ until: removal?.at, channels: ['SCIM'] }, []],
      [{ since: '0001-01-01T00:00:00Z', until: '9999-12-31T23:59:59Z' }, both],
    ];
    for (const [filter, found] of cases) expect(await log({ ...ofMember, ...filter })).toEqual(found);
  });

  test('cannot be filtered by an unknown action; auditActions lists the known ones', async () => {
    const answer = await app.graphql(app.operatorToken, LOG, {
      id: workspaceId,
      filter: { actions: ['member.add', 'member.fly'] },
    });
    expect(answer.errors).toMatchObject([
      {
        message: 'There is no action "member.fly".',
        extensions: {
          code: 'INVALID_INPUT',
          path: ['filter', 'actions'],
          hint: 'The query auditActions lists them all.',
        },
      },
    ]);
    const { data } = await app.graphql(workspace.apiKey, '{ auditActions { name description } }');
    expect(data.auditActions).toContainEqual({
      name: 'member.remove',
      description: 'A membership ended: the member is no longer active.',
    });
  });
});
