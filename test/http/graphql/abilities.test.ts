import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Action, needed } from '../../../src/auth/policy.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { done, type MutationName, mutate, nextAddress, person } from './operations.js';

/** Each ability is {allowed, refusal}, and a refusal has the shape that it has everywhere (newcomers, "The developer"). */

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.stop();
});

interface Ability {
  readonly allowed: boolean;
  readonly refusal: { readonly code: string; readonly message: string } | null;
}

const ABILITY = '{ allowed refusal { code message } }';
const YES: Ability = { allowed: true, refusal: null };

function refusedWith(code: string, message: string): Ability {
  return { allowed: false, refusal: { code, message } };
}

function forbidden(action: Action): Ability {
  return refusedWith('FORBIDDEN', `You may not do this. It needs ${needed(action)}.`);
}

/** The callers, besides the operator. */
async function callers(workspace: TestWorkspace): Promise<Readonly<Record<string, string>>> {
  const { workspaceId, ownerEmail } = workspace;
  return {
    operator: app.operatorToken,
    owner: await app.session(ownerEmail),
    admin: (await person(app, workspace, { roleAccess: { role: 'ADMIN' } })).token,
    key: workspace.apiKey,
    reader: await app.key(workspaceId, ['MEMBERS_READ']),
  };
}

/** The mutation of each ability. */
const MEMBER_ABILITIES: Readonly<Record<string, readonly [MutationName, object]>> = {
  update: ['memberUpdate', { profile: { displayName: 'Somebody else' } }],
  setAccess: ['memberSetAccess', { access: { roleAccess: { role: 'VIEWER' } } }],
  clearAccess: ['memberClearAccess', {}],
  setCreditLimit: ['memberSetCreditLimit', { creditLimit: 77 }],
  remove: ['memberRemove', {}],
  delete: ['memberDelete', {}],
  promote: ['ownerPromote', {}],
  demote: ['ownerDemote', { access: { roleAccess: { role: 'EDITOR' } } }],
};

const KINDS = ['viewer', 'editor', 'gone', 'last owner', 'one of two owners'] as const;

async function memberOf(kind: (typeof KINDS)[number], workspace: TestWorkspace): Promise<string> {
  const { workspaceId, ownerMemberId } = workspace;
  if (kind === 'last owner') return ownerMemberId;
  const access = { roleAccess: { role: kind === 'editor' ? 'EDITOR' : 'VIEWER' } };
  const input = { workspaceId, userName: nextAddress(), ...(kind === 'editor' ? { access } : {}) };
  const { member } = await done(app, app.operatorToken, 'memberAdd', input);
  const target = { workspaceId, memberId: member.id };
  if (kind === 'gone') await done(app, app.operatorToken, 'memberRemove', target);
  if (kind === 'one of two owners') await done(app, app.operatorToken, 'ownerPromote', target);
  return member.id;
}

describe('Member.viewerCan', () => {
  test.each(KINDS)('for %s has the refusals of the mutations, for every caller', async (kind) => {
    for (const caller of ['operator', 'owner', 'admin', 'key', 'reader']) {
      for (const [name, [mutation, more]] of Object.entries(MEMBER_ABILITIES)) {
        const workspace = await app.workspace({ version: 'V2' });
        const memberId = await memberOf(kind, workspace);
        const credential = (await callers(workspace))[caller] ?? '';
        const { workspaceId } = workspace;
        const asked = await app.graphql(
          credential,
          `query ($id: ID!) { node(id: $id) { ... on Member { viewerCan { ${name} ${ABILITY} } } } }`,
          { id: memberId },
        );
        const ability: Ability = asked.data.node.viewerCan[name];
        const { data, errors } = await mutate(app, credential, mutation, { workspaceId, memberId, ...more });
        const outcome = { caller, name, allowed: ability.allowed };
        if (errors === undefined) {
          // A mutation that would change nothing is not an ability, although it is not an error.
          const isOfUse = data[mutation].changed !== false || name === 'setAccess';
          expect({ ...outcome, allowed: isOfUse }).toEqual(outcome);
        } else {
          const { message, extensions } = errors[0];
          expect({ ...outcome, ...ability }).toMatchObject({
            allowed: false,
            refusal: { code: extensions.code },
          });
          if (extensions.code !== 'INVALID_INPUT' && extensions.code !== 'CREDIT_LIMIT_NOT_ALLOWED')
            expect(ability.refusal?.message).toBe(message);
        }
      }
    }
  });

  test('for a page of owners decides for each of them', async () => {
    const [pair, alone] = [await app.workspace({ version: 'V2' }), await app.workspace({ version: 'V1' })];
    const second = await memberOf('one of two owners', pair);
    const ids = [pair.ownerMemberId, second, alone.ownerMemberId];
    const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Member { viewerCan { demote ${ABILITY} } } } }`;
    const last = refusedWith('LAST_OWNER', 'This is the last owner of the workspace.');
    expect(await app.graphql(app.operatorToken, query, { ids })).toEqual({
      data: { nodes: [YES, YES, last].map((demote) => ({ viewerCan: { demote } })) },
    });
  });

  test('for the history follows the right to read the audit log', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const query = `query ($id: ID!) { node(id: $id) { ... on Member { viewerCan { readHistory ${ABILITY} } } } }`;
    const { operator, reader } = await callers(workspace);
    for (const [credential, ability] of [
      [operator, YES],
      [reader, forbidden('audit.read')],
    ] as const) {
      expect(await app.graphql(credential, query, { id: workspace.ownerMemberId })).toEqual({
        data: { node: { viewerCan: { readHistory: ability } } },
      });
    }
  });
});

test('Workspace.viewerCan tells every caller what they may do', async () => {
  const workspace = await app.workspace({ version: 'V2' });
  const query = `query ($id: ID!) { workspace(id: $id) { viewerCan {
    setPlan ${ABILITY} readMembers ${ABILITY} addMember ${ABILITY} changeMembers ${ABILITY} reviewAccess ${ABILITY}
    readAuditLog ${ABILITY} manageScim ${ABILITY} } } }`;
  const ask = async (credential: string | undefined) =>
    (await app.graphql(credential, query, { id: workspace.workspaceId })).data.workspace.viewerCan;
  const who = await callers(workspace);
  const editor = await person(app, workspace, { roleAccess: { role: 'EDITOR' } });
  const everything = {
    setPlan: YES,
    readMembers: YES,
    addMember: YES,
    changeMembers: YES,
    reviewAccess: YES,
    readAuditLog: YES,
    manageScim: YES,
  };
  expect(await ask(who.operator)).toEqual(everything);
  for (const credential of [who.owner, who.admin])
    expect(await ask(credential)).toEqual({ ...everything, setPlan: forbidden('workspace.setPlan') });
  expect(await ask(who.key)).toEqual({
    ...everything,
    setPlan: forbidden('workspace.setPlan'),
    manageScim: forbidden('scim.manage'),
  });
  const reading = {
    ...everything,
    setPlan: forbidden('workspace.setPlan'),
    addMember: forbidden('member.write'),
    changeMembers: forbidden('member.write'),
    reviewAccess: forbidden('audit.read'),
    readAuditLog: forbidden('audit.read'),
    manageScim: forbidden('scim.manage'),
  };
  expect(await ask(who.reader)).toEqual(reading);
  expect(await ask(editor.token)).toEqual({
    ...reading,
    readMembers: forbidden('member.read'),
    reviewAccess: forbidden('member.read'),
  });
});

test('ApiKey.viewerCan: rule 27, owners and admins in person, and operators', async () => {
  const workspace = await app.workspace({ version: 'V2' });
  const query = `query ($id: ID!) { workspace(id: $id) { apiKeys { nodes {
    viewerCan { update ${ABILITY} rotate ${ABILITY} delete ${ABILITY} } } } } }`;
  const { operator, owner, admin } = await callers(workspace);
  for (const credential of [operator, owner, admin]) {
    const { data } = await app.graphql(credential, query, { id: workspace.workspaceId });
    expect(data.workspace.apiKeys.nodes[0]).toEqual({ viewerCan: { update: YES, rotate: YES, delete: YES } });
  }
});
