import { Property } from '@mikro-orm/decorators/legacy';
import { Field } from 'type-graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ScimClient, TestApp, TestWorkspace } from '../../app.js';

/**
 * Adds a column to the model's `Member`, which GraphQL can write, and one to `Membership`, in memory and in the tests'
 * database, and then looks for places that forgot them: readers, both write paths, GraphQL's inputs, the audit log.
 */

let app: TestApp;
let workspace: TestWorkspace;
let scim: ScimClient;
let ownerSession: string;
const statements: string[] = [];

beforeAll(async () => {
  // Everything takes its columns from the model when it is loaded, so the model comes first.
  const { Member } = await import('../../../src/model/member.js');
  const { Membership } = await import('../../../src/model/membership.js');
  const inputs = await import('../../../src/graphql/members/inputs.js');
  const provisioning = await import('../../../src/domain/provisioning.js');
  const nullableText = Field(() => String, { nullable: true, description: 'A test.' });
  for (const type of [Member, inputs.MemberAddInput, inputs.MemberUpdateInput])
    nullableText(type.prototype, 'nickname');
  nullableText(Membership.prototype, 'note');
  Property({ type: 'text', nullable: true })(Member.prototype, 'nickname');
  Property({ type: 'text', nullable: true })(Membership.prototype, 'note');
  const { externalId } = provisioning.PARSERS;
  Object.assign(provisioning.PARSERS, { nickname: externalId });
  Object.assign(provisioning.EMPTY_PERSON, { nickname: null });
  Reflect.apply(Array.prototype.push, provisioning.PERSON_NAMES, ['nickname']);

  const { PreparingClient } = await import('../../../src/database/preparing-client.js');
  const { query } = PreparingClient.prototype;
  vi.spyOn(PreparingClient.prototype, 'query').mockImplementation(function (
    this: unknown,
    ...args: unknown[]
  ) {
    const [text] = args;
    if (typeof text === 'string') statements.push(text);
    return Reflect.apply(query, this, args);
  });
  const { startTestApp } = await import('../../app.js');
  app = await startTestApp();
  await app.sql('alter table member add column nickname text');
  await app.sql('alter table membership add column note text');
  workspace = await app.workspace({ version: 'V2' });
  scim = app.scim(workspace.workspaceId, workspace.apiKey);
  ownerSession = await app.session(workspace.ownerEmail);
});

afterAll(async () => {
  await app.stop();
  vi.restoreAllMocks();
});

let made = 0;
let userName: string;

beforeEach(() => {
  made += 1;
  userName = `ann${made}@acme.test`;
  statements.length = 0;
});

const MEMBER = '{ id nickname version membership { id note } memberships(first: 9) { nodes { note } } }';

async function mutate(credential: string, name: string, input: object) {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const { data, errors } = await app.graphql(
    credential,
    `mutation ($input: ${type}!) { ${name}(input: $input) { changed member ${MEMBER} } }`,
    { input: { workspaceId: workspace.workspaceId, ...input } },
  );
  expect(errors).toBeUndefined();
  return data[name];
}

/** The member as each reader shows it. */
async function shown(id: string) {
  const { workspaceId } = workspace;
  const { data, errors } = await app.graphql(
    app.operatorToken,
    `query ($workspaceId: ID!, $id: ID!, $userName: String!) {
       workspace(id: $workspaceId) {
         byId: member(id: $id) ${MEMBER}
         byName: member(userName: $userName) ${MEMBER}
         members(filter: { id: { eq: $id } }, first: 1) { nodes ${MEMBER} }
       }
     }`,
    { workspaceId, id, userName },
  );
  expect(errors).toBeUndefined();
  const { byId, byName, members } = data.workspace;
  expect(byName).toEqual(byId);
  expect(members.nodes).toEqual([byId]);
  return byId;
}

async function setNote(id: string, note: string): Promise<void> {
  await app.sql('update membership set note = $2 where member_id = $1 and ended_at is null', [id, note]);
}

describe.each([
  ['one statement', () => app.operatorToken],
  ['a transaction', () => ownerSession],
])('written by %s', (_path, credential) => {
  test('the new attribute of a member is added, changed, cleared, compared and recorded', async () => {
    const { member } = await mutate(credential(), 'memberAdd', { userName, nickname: 'A' });
    const memberId = member.id;
    expect(member).toMatchObject({ nickname: 'A', version: 1 });
    expect(await shown(memberId)).toEqual(member);

    const changed = await mutate(credential(), 'memberUpdate', { memberId, nickname: 'B' });
    expect(changed).toMatchObject({ changed: true, member: { nickname: 'B', version: 2 } });
    expect(await shown(memberId)).toEqual(changed.member);
    expect(await mutate(credential(), 'memberUpdate', { memberId, nickname: 'B' })).toMatchObject({
      changed: false,
    });
    expect(await mutate(credential(), 'memberUpdate', { memberId, externalId: userName })).toMatchObject({
      member: { nickname: 'B' },
    });
    expect(await mutate(credential(), 'memberUpdate', { memberId, nickname: null })).toMatchObject({
      changed: true,
      member: { nickname: null },
    });
    const entries = await app.sql<{ nickname: object }>(
      `select changes->'nickname' as nickname from audit_entry where target_id = $1 and changes ? 'nickname'
       order by id`,
      [memberId],
    );
    expect(entries.map(({ nickname }) => nickname)).toEqual([
      { before: null, after: 'A' },
      { before: 'A', after: 'B' },
      { before: 'B', after: null },
    ]);
  });

  test('it is kept by every other change, and returned with the member', async () => {
    const { member } = await mutate(credential(), 'memberAdd', { userName, nickname: 'A' });
    const memberId = member.id;
    await mutate(credential(), 'memberSetAccess', { memberId, access: { roleAccess: { role: 'EDITOR' } } });
    await mutate(credential(), 'memberRemove', { memberId });
    const again = await mutate(credential(), 'memberAdd', { userName });
    expect(again.member).toMatchObject({ id: memberId, nickname: 'A' });
    expect(await shown(memberId)).toEqual(again.member);
  });

  test('the new column of a membership is of each membership alone', async () => {
    const { member } = await mutate(credential(), 'memberAdd', { userName });
    const memberId = member.id;
    await setNote(memberId, 'first');
    const access = { roleAccess: { role: 'EDITOR' } };
    const changed = await mutate(credential(), 'memberSetAccess', { memberId, access });
    expect(changed.member).toMatchObject({ membership: { note: 'first' } });
    expect(await shown(memberId)).toEqual(changed.member);
    await mutate(credential(), 'memberRemove', { memberId });
    await mutate(credential(), 'memberAdd', { userName });
    await setNote(memberId, 'second');
    expect(await shown(memberId)).toMatchObject({
      membership: { note: 'second' },
      memberships: { nodes: [{ note: 'second' }, { note: 'first' }] },
    });
  });
});

test('every attribute of a person can be written and read by GraphQL', async () => {
  const { PERSON_NAMES } = await import('../../../src/domain/provisioning.js');
  const { createSchema } = await import('../../../src/graphql/serving/schema.js');
  const schema = createSchema();
  for (const type of ['MemberAddInput', 'MemberUpdateInput', 'Member']) {
    const fields = schema
      .toConfig()
      .types.find(({ name }) => name === type)
      ?.toConfig();
    expect(Object.keys(Reflect.get(fields ?? {}, 'fields'))).toEqual(expect.arrayContaining(PERSON_NAMES));
  }
});

test('SCIM does not show the attribute, and keeps it when it replaces the member', async () => {
  const { member } = await mutate(app.operatorToken, 'memberAdd', { userName, nickname: 'A' });
  const body = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName, displayName: 'Ann' };
  expect(await scim.put(`/Users/${member.id}`, body)).toMatchObject({ status: 200 });
  expect(await scim.patch(`/Users/${member.id}`, PATCH)).toMatchObject({ status: 200 });
  expect(await shown(member.id)).toMatchObject({ nickname: 'A' });
});

const PATCH = {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: [{ op: 'replace', path: 'title', value: 'Engineer' }],
};

test('a bulk update and a change of grants keep both', async () => {
  const { member } = await mutate(app.operatorToken, 'memberAdd', { userName, nickname: 'A' });
  const memberId = member.id;
  await setNote(memberId, 'first');
  const { workspaceId } = workspace;
  const send = (mutation: string, input: object) =>
    app.graphql(app.operatorToken, mutation, { input: { workspaceId, ...input } });
  const bulk = await send(
    `mutation ($input: MembersBulkUpdateInput!) {
       membersBulkUpdate(input: $input) { results { changed member { nickname membership { note } } } }
     }`,
    { members: { ids: [memberId] }, change: { access: { roleAccess: { role: 'EDITOR' } } } },
  );
  expect(bulk.data.membersBulkUpdate.results).toEqual([
    { changed: true, member: { nickname: 'A', membership: { note: 'first' } } },
  ]);
  const group = await send(
    'mutation ($input: GroupCreateInput!) { groupCreate(input: $input) { group { id } } }',
    {
      displayName: 'Admins',
      memberIds: [memberId],
    },
  );
  const groupId = group.data.groupCreate.group.id;
  await mutate(app.operatorToken, 'memberClearAccess', { memberId });
  await send('mutation ($input: GroupSetGrantInput!) { groupSetGrant(input: $input) { changed } }', {
    groupId,
    grant: { role: 'ADMIN' },
  });
  expect(await shown(memberId)).toMatchObject({ nickname: 'A', membership: { note: 'first' } });
});

test('every statement with all columns of a table has the new one', async () => {
  const { member } = await mutate(app.operatorToken, 'memberAdd', { userName, nickname: 'A' });
  const target = { memberId: member.id };
  for (const credential of [app.operatorToken, ownerSession]) {
    await mutate(credential, 'memberUpdate', { ...target, nickname: credential });
    const role = credential === ownerSession ? 'ADMIN' : 'EDITOR';
    await mutate(credential, 'memberSetAccess', { ...target, access: { roleAccess: { role } } });
  }
  await mutate(ownerSession, 'memberAdd', { userName: `in-person-${userName}` });
  await shown(member.id);
  const response = await fetch(`${app.url}/exports/workspaces/${workspace.workspaceId}/members.csv`, {
    headers: { Authorization: app.operatorToken },
  });
  await response.text();
  const wholeRows = statements.filter((text) => /\bmanaged_by\b/.test(text));
  expect(wholeRows.length).toBeGreaterThan(5);
  expect(wholeRows.filter((text) => !/\bnickname\b/.test(text))).toEqual([]);
  const memberships = statements.filter((text) => /\baccess_set_by\b/.test(text));
  expect(memberships.length).toBeGreaterThan(5);
  expect(memberships.filter((text) => !/\bnote\b/.test(text))).toEqual([]);
});
