import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ScimClient, startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import { browserPerFile, isStream, openDashboard, reloadLive } from './dashboard.js';
import { addPeople, addressOf } from './people.js';

/** What others change appears without a reload, on every screen that shows it (the members table has its own tests). */

browserPerFile();

let app: TestApp;
let workspace: TestWorkspace;
let scim: ScimClient;
let ids: Readonly<Record<string, string>>;
beforeAll(async () => {
  app = await startTestApp();
  workspace = await app.workspace({ version: 'V2', credits: 10_000 });
  scim = app.scim(workspace.workspaceId, workspace.apiKey);
  ids = await addPeople(app, workspace, [{ name: 'Ann Lee' }, { name: 'Bob Kent' }, { name: 'Cem Aydin' }]);
});
afterAll(() => app.stop());

/** The logs whose streams the page has asked for. */
const streamsOf = (page: Page) => {
  const streams: string[] = [];
  page.on('request', (request) => {
    if (!isStream(request)) return;
    streams.push(/(\w+)\(workspaceId/.exec(request.postData() ?? '')?.[1] ?? '');
  });
  return streams;
};

const at = (path: string, email = workspace.ownerEmail) =>
  openDashboard(app, { path: `/workspace/${workspace.workspaceId}${path}`, email });

/** Opens a screen, until it has its stream. */
async function open(path: string) {
  const page = await at(path);
  await reloadLive(page);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

const rename = (name: string, displayName: string) =>
  scim.patch(`/Users/${ids[name]}`, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', path: 'displayName', value: displayName }],
  });

/** Opens the page of a member, and types a given name into the dialog of the profile. */
async function openAndType(name: string, text: string) {
  const page = await open(`/settings/members/${ids[name]}`);
  await page.getByRole('button', { name: `More actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Edit profile' }).click();
  const givenName = page.getByLabel('Given name');
  await givenName.fill(text);
  return { page, givenName };
}

it('a session that ends while something is typed into a dialog: offers to sign in, and leaves once it is closed', async () => {
  const { page, givenName } = await openAndType('Bob Kent', 'Roberto');
  await page.context().clearCookies();
  await rename('Bob Kent', 'Bob K.');
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  expect(await givenName.inputValue()).toBe('Roberto');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await rename('Bob Kent', 'Bob Kent');
  await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
});

describe('changes by an identity provider appear by themselves', () => {
  it('on the page of a member, with its history and its requests, and leave an open dialog as it is', async () => {
    const { page, givenName } = await openAndType('Ann Lee', 'Anna Maria');
    expect((await rename('Ann Lee', 'Ann Smith')).status).toBe(200);
    await page.locator('h1', { hasText: 'Ann Smith' }).waitFor();
    await page.getByText('Ann Lee → Ann Smith').waitFor({ state: 'attached' });
    await page.locator('#main').getByText('update user').first().waitFor({ state: 'attached' });
    expect(await givenName.inputValue()).toBe('Anna Maria');
  });

  it('on the page of a member who is deleted, which says so', async () => {
    const page = await open(`/settings/members/${ids['Cem Aydin']}`);
    expect((await scim.delete(`/Users/${ids['Cem Aydin']}`)).status).toBe(204);
    await page.getByRole('heading', { name: 'This member has been deleted' }).waitFor();
    await page.getByRole('heading', { name: 'Cem Aydin', level: 1 }).waitFor();
  });

  it('on the overview, with what was refused', async () => {
    const page = await open('');
    await scim.post('/Users', { userName: 'dora@acme.test', active: true });
    await page.getByRole('region', { name: 'Latest activity' }).getByText('dora@acme.test').first().waitFor();
    await scim.post('/Users', { userName: 'eve@acme.test', role: 'manager' });
    await page.getByRole('region', { name: 'Open problems of provisioning' }).waitFor();
  });

  it('on the first page of the audit log, as a notice, so that no entry moves under the mouse', async () => {
    const page = await open('/settings/audit-log');
    await rename('Bob Kent', 'Bobby Kent');
    await page.getByText('The list has changed since it was loaded.').waitFor();
    const rows = page.getByRole('row');
    expect(await rows.nth(1).innerText()).not.toContain('bob.kent');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await expect.poll(() => rows.nth(1).innerText()).toContain('bob.kent');
    expect(await page.getByText('The list has changed').count()).toBe(0);
  });

  it('on the list of groups, and on the page of a group', async () => {
    const page = await open('/settings/groups');
    const { body: group } = await scim.post('/Groups', { displayName: 'Design' });
    await page.getByRole('link', { name: 'Design' }).click();
    await page.getByText('Nobody is in this group yet.').waitFor();
    await scim.patch(`/Groups/${group.id}`, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'add', path: 'members', value: [{ value: ids['Ann Lee'] }] }],
    });
    await page.getByRole('link', { name: 'Ann' }).waitFor();
    await scim.delete(`/Groups/${group.id}`);
    await page.getByRole('heading', { name: 'This group has been deleted' }).waitFor();
  });
});

describe('changes by a colleague appear by themselves', () => {
  const done = async (name: string, type: string, input: object) => {
    const answer = await app.graphql(
      app.operatorToken,
      `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename } }`,
      { input: { workspaceId: workspace.workspaceId, ...input } },
    );
    expect(answer.errors).toBeUndefined();
  };

  it('on the list of API keys', async () => {
    const page = await open('/settings/api-keys');
    await done('apiKeyCreate', 'ApiKeyCreate', { name: 'Payroll', scopes: ['MEMBERS_READ'] });
    await page.getByRole('row', { name: 'Payroll' }).waitFor();
  });

  it('on auth and security', async () => {
    const page = await open('/settings/auth-and-security');
    await page.getByRole('button', { name: 'Switch off' }).waitFor();
    await done('workspaceUpdate', 'WorkspaceUpdate', { scimEnabled: false });
    await page.getByRole('button', { name: 'Switch on' }).waitFor();
    await done('workspaceUpdate', 'WorkspaceUpdate', { scimEnabled: true });
    await page.getByRole('button', { name: 'Switch off' }).waitFor();
  });
});

it('a screen reads again when a day (UTC) begins, for credits are counted by the month', async () => {
  const page = await at('');
  await page.clock.install({ time: '2026-12-31T23:59:50Z' });
  await page.goto(`/workspace/${workspace.workspaceId}/settings/credits`);
  await page.getByText('Credits left in').waitFor();
  const read = page.waitForRequest((request) => request.postData()?.includes('query Credits') === true);
  await page.clock.fastForward(30_000);
  await read;
});

it('a screen has one stream of each log, and reads its page about once a second while much is changed', async () => {
  const page = await at('/settings/general');
  const streams = streamsOf(page);
  const reads: string[] = [];
  page.on('request', (request) => {
    if (request.postData()?.includes('query MemberScreen')) reads.push(request.url());
  });
  await page.goto(`/workspace/${workspace.workspaceId}/settings/members/${ids['Bob Kent']}`);
  await expect.poll(() => streams.toSorted()).toEqual(['scimActivity', 'workspaceActivity']);
  const begin = Date.now();
  for (let count = 0; count < 60; count += 1) await rename('Bob Kent', `Bob ${count}`);
  await page.getByRole('heading', { name: 'Bob 59', level: 1 }).waitFor();
  // The first read of the screen, the first news at once, and then one for each second.
  expect(reads.length).toBeLessThanOrEqual(3 + (Date.now() - begin) / 1000);
  expect(streams).toHaveLength(2);
});

it('people who may not read the audit log have no stream, and see no error', async () => {
  const page = await at('', addressOf('Bob Kent'));
  const streams = streamsOf(page);
  for (const path of ['', `/settings/members/${ids['Bob Kent']}`]) {
    await page.goto(`/workspace/${workspace.workspaceId}${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(await page.getByRole('alert').count()).toBe(0);
  }
  expect(streams).toEqual([]);
});
