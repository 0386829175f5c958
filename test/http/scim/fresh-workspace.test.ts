import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ScimClient, startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { done } from '../graphql/operations.js';
import { find, matching, ROLLCALL, read, type User } from './resources.js';

/** Case "who is locked out": Okta's test of a SCIM server reads `Resources[0]` of a fresh workspace, its owner. */

let app: TestApp;
let workspace: TestWorkspace;
let scim: ScimClient;
let owner: User;

beforeAll(async () => {
  app = await startTestApp();
});

beforeEach(async () => {
  workspace = await app.workspace({ version: 'V2', scim: true });
  scim = app.scim(workspace.workspaceId, workspace.apiKey);
  owner = await find(scim, workspace.ownerEmail);
});

afterAll(async () => {
  await app.stop();
});

const emailOf = (value: string) => [{ type: 'work', value, primary: true }];

test('the owner has the address as primary work e-mail', () => {
  expect(owner.emails).toEqual(emailOf(workspace.ownerEmail));
});

test('the owner has the name with which the workspace was created', async () => {
  const created = await app.graphql(
    app.operatorToken,
    `mutation ($input: WorkspaceCreateInput!) { workspaceCreate(input: $input) { workspace { id } } }`,
    {
      input: {
        name: 'Named',
        accessModel: 'V2',
        scimEnabled: true,
        ownerEmail: 'olga@acme.test',
        ownerProfile: { name: { givenName: 'Olga', familyName: 'Reyes' } },
      },
    },
  );
  const { id } = created.data.workspaceCreate.workspace;
  const client = app.scim(id, await app.key(id, ['SCIM']));
  const { body } = await client.get('/Users?startIndex=1&count=2');
  expect(body).toMatchObject({
    Resources: [
      {
        userName: 'olga@acme.test',
        active: true,
        name: { givenName: 'Olga', familyName: 'Reyes' },
        emails: emailOf('olga@acme.test'),
      },
    ],
  });
});

test('PUT of what GET gave changes nothing, and neither does PUT without e-mails', async () => {
  for (const body of [owner, { ...owner, emails: undefined }, { userName: owner.userName, active: true }]) {
    const answer = await scim.put(`/Users/${owner.id}`, body);
    expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: owner });
  }
});

test('a member whom the provider does not change keeps it, and one whom it changes has what it sent', async () => {
  const { workspaceId } = workspace;
  await done(app, app.operatorToken, 'memberAdd', { workspaceId, userName: 'ann@acme.test' });
  const ann = await find(scim, 'ann@acme.test');
  expect(ann.emails).toEqual(emailOf('ann@acme.test'));
  expect((await scim.put(`/Users/${ann.id}`, ann)).body).toEqual(ann);
  const changed = await scim.put(`/Users/${ann.id}`, { ...ann, [ROLLCALL]: { role: 'editor' } });
  expect(changed.body).toMatchObject({ emails: ann.emails, [ROLLCALL]: { role: 'editor' } });
  expect((await read(scim, ann.id)).emails).toEqual(ann.emails);
});

describe('a filter finds it', () => {
  test.each([
    ['emails.value eq "$"', 1],
    ['emails co "$"', 1],
    ['emails[type eq "work" and value eq "$"]', 1],
    ['emails[type eq "work"].value eq "$"', 1],
    ['emails pr', 1],
    ['emails.display pr', 0],
    ['emails.primary eq true', 1],
    ['emails[type eq "home"]', 0],
    ['not (emails.value eq "$")', 0],
  ])('%s: %i', async (filter, found) => {
    const { body } = await scim.get(matching(filter.replace('$', workspace.ownerEmail)));
    expect(body.totalResults).toBe(found);
  });
});
