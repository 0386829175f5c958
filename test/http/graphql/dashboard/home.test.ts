import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../app.js';
import { countingStatements } from '../../../statements.js';
import { ACCOUNT_ID, done, nextAddress, person, roleAccess, seatAccess } from '../operations.js';
import { ALLOWED, forbidden } from './expectations.js';
import { documentOf } from './screens.js';

/** The start screen: the caller's workspaces, with the role in each. */

/**
 * The statements read the credential, the list, its total, the account, the grant in each workspace, and the own record
 * in each.
 */
const MOST_STATEMENTS = 6;

let app: TestApp;
let document: string;

beforeAll(async () => {
  // The log writes in the background, which would be counted as well.
  app = await startTestApp({ provisioningLogDays: 0 });
  document = await documentOf('home');
});

afterAll(async () => {
  await app.stop();
});

async function home(credential: string) {
  const { answer, statements } = await countingStatements(() => app.graphql(credential, document));
  expect(statements).toBeLessThanOrEqual(MOST_STATEMENTS);
  return answer;
}

test('a person sees each of their workspaces, with their role in it', async () => {
  const ownerEmail = nextAddress();
  const here = await app.workspace({ version: 'V1', ownerEmail });
  const there = await app.workspace({ version: 'V2' });
  const { member } = await done(app, app.operatorToken, 'memberAdd', {
    workspaceId: there.workspaceId,
    userName: ownerEmail,
    access: { roleAccess: { role: 'ADMIN', creditLimit: 900 } },
  });
  const common = {
    name: expect.stringMatching(/^Acme \d+$/),
    plan: 'ENTERPRISE',
    viewerCan: { readMembers: ALLOWED, readAuditLog: ALLOWED },
  };
  const who = { userName: ownerEmail, profile: { displayName: null } };
  expect(await home(await app.session(ownerEmail))).toEqual({
    data: {
      viewer: { type: 'PERSON', label: ownerEmail, account: { id: ACCOUNT_ID, email: ownerEmail } },
      workspaces: {
        totalCount: 2,
        nodes: [
          {
            ...common,
            id: here.workspaceId,
            accessModel: 'V1',
            viewerMember: { ...who, id: here.ownerMemberId, role: 'OWNER', access: seatAccess(null) },
          },
          {
            ...common,
            id: there.workspaceId,
            accessModel: 'V2',
            viewerMember: { ...who, id: member.id, role: 'ADMIN', access: roleAccess('ADMIN', 900) },
          },
        ],
      },
    },
  });
});

test('a viewer sees their own record and nobody else', async () => {
  const workspace = await app.workspace({ version: 'V2' });
  const { memberId, email, token } = await person(app, workspace);
  expect(await home(token)).toEqual({
    data: {
      viewer: { type: 'PERSON', label: email, account: { id: ACCOUNT_ID, email } },
      workspaces: {
        totalCount: 1,
        nodes: [
          {
            id: workspace.workspaceId,
            name: expect.any(String),
            accessModel: 'V2',
            plan: 'ENTERPRISE',
            viewerMember: {
              id: memberId,
              userName: email,
              role: 'VIEWER',
              profile: { displayName: null },
              access: roleAccess('VIEWER'),
            },
            viewerCan: { readMembers: forbidden('member.read'), readAuditLog: forbidden('audit.read') },
          },
        ],
      },
    },
  });
});

test('a key and an operator, who are not members, see workspaces without a record of their own', async () => {
  const { workspaceId, apiKey } = await app.workspace({ version: 'V2' });
  const shown = {
    id: workspaceId,
    name: expect.any(String),
    accessModel: 'V2',
    plan: 'ENTERPRISE',
    viewerMember: null,
    viewerCan: { readMembers: ALLOWED, readAuditLog: ALLOWED },
  };
  expect(await home(apiKey)).toEqual({
    data: {
      viewer: { type: 'API_KEY', label: 'Test', account: null },
      workspaces: { totalCount: 1, nodes: [shown] },
    },
  });
  expect(await home(app.operatorToken)).toEqual({
    data: {
      viewer: { type: 'OPERATOR', label: 'operator', account: null },
      workspaces: { totalCount: expect.any(Number), nodes: expect.arrayContaining([shown]) },
    },
  });
});

test('ten workspaces take as many statements as one', async () => {
  const ownerEmail = nextAddress();
  for (let index = 0; index < 10; index += 1) {
    await app.workspace({ version: index % 2 === 0 ? 'V1' : 'V2', ownerEmail });
  }
  const { data } = await home(await app.session(ownerEmail));
  const own: object[] = data.workspaces.nodes.map(
    ({ viewerMember }: { viewerMember: object }) => viewerMember,
  );
  expect(own).toEqual(Array(10).fill(expect.objectContaining({ userName: ownerEmail, role: 'OWNER' })));
});
