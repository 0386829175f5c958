import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SESSION_COOKIE } from '../../src/sign-in/cookies.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import { done } from '../http/graphql/operations.js';
import {
  browserPerFile,
  expectAccessible,
  expectFocus,
  expectNoSideScroll,
  openDashboard,
  reloadLive,
} from './dashboard.js';
import { addPeople, addressOf, type Person } from './people.js';

const PEOPLE: readonly Person[] = [
  { name: 'Ann Lee', role: 'ADMIN' },
  { name: 'Carla Diaz', role: 'VIEWER' },
  { name: 'Dora Finch', creditLimit: 300 },
];

browserPerFile();

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

/** A V2 workspace of its own with a few people, open at one of its screens. */
async function openScreen(path: string, email?: string) {
  const workspace = await app.workspace({ version: 'V2', credits: 10_000 });
  const ids = await addPeople(app, workspace, PEOPLE);
  const page = await openDashboard(app, {
    path: `/workspace/${workspace.workspaceId}${path}`,
    email: email ?? workspace.ownerEmail,
  });
  return { page, workspace, ids };
}

/** Makes a change in a workspace as the operator. */
async function change(
  { workspaceId }: TestWorkspace,
  field: string,
  type: string,
  input: Readonly<Record<string, unknown>>,
): Promise<void> {
  const document = `mutation ($input: ${type}Input!) { ${field}(input: $input) { __typename } }`;
  const { errors } = await app.graphql(app.operatorToken, document, { input: { workspaceId, ...input } });
  expect(errors).toBeUndefined();
}

async function choose(page: Page, action: string): Promise<void> {
  await page.getByRole('menuitem', { name: action }).click();
}

describe('the overview', () => {
  it('tells a member who has reached the limit what blocks them, and has no link to settings', async () => {
    const workspace = await app.workspace({ version: 'V2', credits: 10_000 });
    const ids = await addPeople(app, workspace, PEOPLE);
    const use = { memberId: ids['Dora Finch'], amount: 300, idempotencyKey: 'all' };
    await change(workspace, 'creditsConsume', 'CreditsConsume', use);
    const path = `/workspace/${workspace.workspaceId}`;
    const page = await openDashboard(app, { path, email: addressOf('Dora Finch') });
    await page.getByText('The credit limit is reached for this month.').waitFor();
    await page.getByText('Ask an owner or admin of the workspace.').waitFor();
    expect(await page.getByRole('heading', { name: 'Settings' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Show all' }).count()).toBe(0);
  });

  it('tells a member without a seat what that means, and whom to ask', async () => {
    const workspace = await app.workspace({ version: 'V1', seats: { builder: 1 } });
    const email = `looker@${workspace.workspaceId}.test`;
    await app.scim(workspace.workspaceId, workspace.apiKey).post('/Users', { userName: email });
    const page = await openDashboard(app, { path: `/workspace/${workspace.workspaceId}`, email });
    await page.getByText('Without a seat, you can look at the workspace, but not build in it.').waitFor();
    await page.getByText('Ask an owner or admin of the workspace.').waitFor();
    await expectAccessible(page);
  });

  it('tells an owner for whom the credits are used up to enlarge the pool, not to ask an owner', async () => {
    const workspace = await app.workspace({ version: 'V2', credits: 300 });
    const ids = await addPeople(app, workspace, PEOPLE);
    const use = { memberId: ids['Dora Finch'], amount: 300, idempotencyKey: 'all' };
    await change(workspace, 'creditsConsume', 'CreditsConsume', use);
    const path = `/workspace/${workspace.workspaceId}`;
    const page = await openDashboard(app, { path, email: workspace.ownerEmail });
    await page.getByText('Set more monthly credits, or wait for the next month.').waitFor();
    expect(await page.getByText('Ask an owner').count()).toBe(0);
  });
});

it('an address with a text that is no id shows that nothing is there, as for an unknown id', async () => {
  const { page, workspace } = await openScreen('/settings/members/nonsense');
  await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
  expect(await page.getByText('is not an id').count()).toBe(0);
  await page.getByRole('main').getByRole('link', { name: 'Overview' }).waitFor();
  await page.goto('/workspace/nonsense/settings/members');
  await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
  expect(await page.getByRole('main').getByRole('link').allInnerTexts()).toEqual(['Your workspaces']);
  await page.goto(`/workspace/${workspace.workspaceId}`);
  await page.getByRole('region', { name: 'Latest activity' }).getByText('Member added').first().waitFor();
});

describe('Credits', () => {
  it('shows the figures of a chart as a table, opened with the keyboard', async () => {
    const { page } = await openScreen('/settings/credits');
    const months = page.getByRole('region', { name: 'Credits by month' });
    await months.getByText('Monthly credits: 10,000').waitFor();
    const height = async () => (await months.boundingBox())?.height ?? 0;
    const before = await height();
    await months.getByRole('button', { name: 'Show as table' }).press('Enter');
    await months.getByRole('button', { name: 'Hide the table' }).waitFor();
    expect(await height()).toBeGreaterThan(before + 200);
  });

  it('shows who uses most credits, and sets the default limit', async () => {
    const { page, workspace, ids } = await openScreen('/settings/members');
    const use = { memberId: ids['Ann Lee'], amount: 1200, idempotencyKey: '1' };
    await change(workspace, 'creditsConsume', 'CreditsConsume', use);
    await page.getByRole('link', { name: 'Credits' }).click();
    await page.getByRole('row', { name: /Ann Lee.*1,200/ }).waitFor();
    await page.getByRole('button', { name: 'Set default limit' }).click();
    await page.getByRole('textbox', { name: 'Default limit' }).fill('500');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The default limit is now 500.').waitFor();
  });
});

describe('Seats', () => {
  it('shows free seats, and who holds a seat', async () => {
    const workspace = await app.workspace({ version: 'V1', seats: { pro: 5 } });
    const path = `/workspace/${workspace.workspaceId}/settings/seats`;
    const page = await openDashboard(app, { path, email: workspace.ownerEmail });
    await page.getByRole('row', { name: /Pro/ }).waitFor();
    await page.getByRole('button', { name: 'Holders of Pro seats' }).click();
    await page.getByRole('heading', { name: 'Holders of Pro seats' }).waitFor();
    expect(new URL(page.url()).searchParams.get('type')).toBe('pro');
  });
});

describe('Groups', () => {
  it('creates a group, adds Ann, and counts the members that the grant changes before it is saved', async () => {
    const { page } = await openScreen('/settings/groups');
    await page.getByRole('button', { name: 'Create group' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Design');
    await page.getByRole('dialog').getByRole('button', { name: 'Create group' }).click();
    await page.getByRole('heading', { name: 'Design' }).waitFor();
    await page.getByRole('button', { name: 'Add member to group' }).click();
    await page.getByRole('combobox').fill('ann');
    await page.getByRole('option', { name: /Ann Lee/ }).click();
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('row', { name: /Ann Lee/ }).waitFor();
    await page.getByRole('button', { name: 'Change grant' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /Grants/ })
      .click();
    await page.getByRole('option', { name: 'Viewer' }).click();
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText(/will change\./).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The grant of Design is saved.').waitFor();
  });
});

describe('a group that a colleague changes meanwhile', () => {
  async function openGroup() {
    const workspace = await app.workspace({ version: 'V2' });
    const scim = app.scim(workspace.workspaceId, workspace.apiKey);
    const { body: ann } = await scim.post('/Users', { userName: 'ann@acme.test' });
    const { body: dora } = await scim.post('/Users', { userName: 'dora@acme.test' });
    const created = await done(app, app.operatorToken, 'groupCreate', {
      workspaceId: workspace.workspaceId,
      displayName: 'Design',
      memberIds: [ann.id],
    });
    const groupId: string = created.group.id;
    const path = `/workspace/${workspace.workspaceId}/settings/groups/${groupId}`;
    const page = await openDashboard(app, { path, email: workspace.ownerEmail });
    await page.getByRole('heading', { name: 'Design' }).waitFor();
    await reloadLive(page);
    return { page, workspace, groupId, dora };
  }

  it('is checked again before its grant is saved for members who were not counted', async () => {
    const { page, workspace, groupId, dora } = await openGroup();
    await page.getByRole('button', { name: 'Change grant' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: /Grants/ }).click();
    await page.getByRole('option', { name: 'Admin' }).click();
    await dialog.getByRole('button', { name: 'Check' }).click();
    await dialog.getByText('1 member will change.').waitFor();
    await change(workspace, 'groupUpdate', 'GroupUpdate', { groupId, addMemberIds: [dora.id] });
    await page.getByRole('row', { name: /dora@acme/, includeHidden: true }).waitFor();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('The group has changed meanwhile').waitFor();
    await dialog.getByRole('button', { name: 'Check' }).click();
    await dialog.getByText('2 members will change.').waitFor();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The grant of Design is saved.').waitFor();
  });

  it('has a new name, of which a renaming dialog tells', async () => {
    const { page, workspace, groupId } = await openGroup();
    await page.getByRole('button', { name: 'Actions' }).first().click();
    await choose(page, 'Rename');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('Mine');
    await change(workspace, 'groupUpdate', 'GroupUpdate', { groupId, displayName: 'Colleagues' });
    await dialog.getByText('The group has been renamed to Colleagues meanwhile.').waitFor();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The group is now called Mine.').waitFor();
  });
});

describe('API keys', () => {
  it('keep a code in one line in a window of 768 pixels, where the table scrolls', async () => {
    const { page } = await openScreen('/settings/api-keys');
    await page.setViewportSize({ width: 768, height: 800 });
    const prefix = page.locator('td code').first();
    expect((await prefix.boundingBox())?.height).toBeLessThan(30);
    await expectNoSideScroll(page);
  });

  it('creates a key whose secret works and is shown once; rotates, disables and deletes it', async () => {
    const { page, workspace } = await openScreen('/settings/api-keys');
    await page.getByRole('button', { name: 'Create API key' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Reports');
    await dialog.getByText('Read members, groups and seats').click();
    await dialog.getByRole('button', { name: 'Create API key' }).click();
    await page.getByText('Copy the secret now').waitFor();
    await page.keyboard.press('Escape');
    const secret = await page.getByRole('alertdialog').locator('code').innerText();
    const document = 'query ($id: ID!) { workspace(id: $id) { memberCounts { active } } }';
    const { data } = await app.graphql(secret, document, { id: workspace.workspaceId });
    expect(data.workspace.memberCounts.active).toBe(4);
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await page.locator('main:focus').waitFor();
    expect(await page.getByText(secret).count()).toBe(0);

    const menu = page.getByRole('button', { name: 'More actions for Reports' });
    await menu.click();
    await choose(page, 'Rotate');
    await page.getByRole('button', { name: 'Rotate' }).click();
    await page.getByText('The old secret keeps working until').waitFor();
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await menu.click();
    await choose(page, 'Disable');
    await page.getByText('Reports is disabled.').waitFor();
    await menu.click();
    await choose(page, 'Delete');
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Reports was deleted.').waitFor();
  });
});

describe('Audit log', () => {
  it('finds a change by its action, and shows the values before and after', async () => {
    const { page, workspace, ids } = await openScreen('/settings/audit-log');
    const limit = { memberId: ids['Dora Finch'], creditLimit: 400 };
    await change(workspace, 'memberSetCreditLimit', 'MemberSetCreditLimit', limit);
    await page.goto(`/workspace/${workspace.workspaceId}/settings/audit-log?search=Dora`);
    await page
      .getByRole('button', { name: /Changes of/ })
      .first()
      .click();
    const dialog = page.getByRole('dialog', { name: 'Member changed' });
    await dialog.getByRole('row', { name: 'Credit limit 300 400' }).waitFor();
    await dialog.getByText('Values as the API has them').click();
    await dialog.getByText('"creditLimit"').waitFor();
  });

  it('is filtered by a day when its year is typed in full', async () => {
    const { page } = await openScreen('/settings/audit-log');
    const since = page.getByLabel('From day');
    await since.waitFor();
    const days: unknown[] = [];
    page.on('request', (request) => {
      const filter = request.postDataJSON()?.variables?.filter;
      if (filter?.since !== undefined) days.push(filter.since);
    });
    await since.pressSequentially('11292026');
    await expect.poll(() => new URL(page.url()).searchParams.get('since')).toBe('2026-11-29');
    await expect.poll(() => days).toEqual(['2026-11-29T00:00:00Z']);
    await page.goBack();
    expect(new URL(page.url()).searchParams.get('since')).toBeNull();
  });
});

describe('Access review', () => {
  it('shows who has access today, compares it with an earlier day, and saves a file', async () => {
    const { page, workspace, ids } = await openScreen('/settings/access-review');
    const limit = { memberId: ids['Dora Finch'], creditLimit: 12_345 };
    await change(workspace, 'memberSetCreditLimit', 'MemberSetCreditLimit', limit);
    await page.reload();
    await page
      .getByRole('row', { name: /dora\.finch.*Editor 12,345 .*, [A-Z][a-z]{2} \d+, \d{4}$/ })
      .waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export as CSV' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(/^access-.*\.csv$/);
    // A program reads the file the same wherever it was saved.
    expect(await readFile(await file.path(), 'utf8')).toMatch(
      /dora\.finch@acme\.test,Dora Finch,Editor,12345,".*, \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/,
    );
    await page.getByLabel('Compare with day').fill('2020-01-31');
    await page.getByRole('row', { name: /carla\.diaz.*Joined/ }).waitFor();
    await page.getByRole('group', { name: 'Differences from Jan 31, 2020' }).waitFor();
    const downloadOfChanges = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export as CSV' }).click();
    const changes = await downloadOfChanges;
    expect(changes.suggestedFilename()).toMatch(/^access-2020-01-31-.*\.csv$/);
    const text = await readFile(await changes.path(), 'utf8');
    expect(text).toMatch(/carla\.diaz@acme\.test"?,"?Joined/);
    expect(text).toMatch(/dora\.finch@acme\.test,Joined,–,"Editor, limit 12345"/);
  });

  it('shows who was admin, with the role in the URL', async () => {
    const { page } = await openScreen('/settings/access-review');
    await page.getByRole('row', { name: /carla\.diaz/ }).waitFor();
    await page.getByRole('button', { name: /Role/ }).click();
    await page.getByRole('option', { name: 'Admin' }).click();
    await page.getByRole('row', { name: /carla\.diaz/ }).waitFor({ state: 'detached' });
    await page.getByRole('row', { name: /ann\.lee/ }).waitFor();
    expect(new URL(page.url()).searchParams.get('role')).toBe('admin');
    await page.getByRole('searchbox').fill('nobody');
    await page.getByRole('heading', { name: 'No member matches' }).waitFor();
  });

  it('says that a day has not come yet, instead of showing who has access today', async () => {
    const { page } = await openScreen('/settings/access-review?day=2999-10-15');
    await page.getByRole('heading', { name: 'This day has not come yet' }).waitFor();
    expect(await page.getByRole('table').count()).toBe(0);
  });
});

describe('General', () => {
  it('renames the workspace', async () => {
    const { page } = await openScreen('/settings/general');
    await page.getByRole('textbox', { name: 'Name' }).fill('Acme North');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The settings are saved.').waitFor();
  });

  it('keeps what is typed when a colleague changes the settings, shows the change, and saves', async () => {
    const { page, workspace } = await openScreen('/settings/general');
    const name = page.getByRole('textbox', { name: 'Name' });
    await name.waitFor();
    await reloadLive(page);
    await name.fill('Mine');
    await change(workspace, 'workspaceUpdate', 'WorkspaceUpdate', { name: 'Colleagues' });
    await page.getByText('The settings were changed meanwhile: the name is Colleagues').waitFor();
    expect(await name.inputValue()).toBe('Mine');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The settings are saved.').waitFor();
    await expectFocus(page.getByRole('button', { name: 'Save' }));
    await page.getByText('The settings were changed meanwhile').waitFor({ state: 'detached' });
    await page.getByRole('banner').getByText('Mine').waitFor();
  });

  it('says so when the browser does not allow to copy', async () => {
    const { page } = await openScreen('/settings/general');
    await page.getByRole('button', { name: 'Copy Workspace ID' }).waitFor();
    await page.evaluate('navigator.clipboard.writeText = () => Promise.reject(new Error())');
    await page.getByRole('button', { name: 'Copy Workspace ID' }).click();
    await page.getByText('The browser does not allow to copy here').waitFor();
  });
});

describe('Auth and security', () => {
  it('shows the SCIM base URL, and marks an Okta domain that is not one', async () => {
    const { page, workspace } = await openScreen('/settings/auth-and-security');
    await page.getByText(`/workspaces/${workspace.workspaceId}`).first().waitFor();
    await page.getByRole('button', { name: 'Configure' }).click();
    await page.getByRole('textbox', { name: 'Okta domain' }).fill('not a domain');
    await page.getByRole('textbox', { name: 'Client ID' }).fill('rollcall');
    await page.getByRole('textbox', { name: 'Client secret' }).fill('secret');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('[aria-invalid=true], [role=alert]').first().waitFor();
  });
});

describe('Your account', () => {
  it('ends all other sessions', async () => {
    const { page, workspace } = await openScreen('');
    await app.session(workspace.ownerEmail);
    await page.goto('/account');
    await page.getByText('This session').waitFor();
    await page.getByRole('button', { name: 'End all other sessions' }).click();
    await page.getByText('The session was ended.').waitFor();
  });

  it('keeps the focus of the keyboard in the list whose session was ended', async () => {
    const { page, workspace } = await openScreen('');
    for (let session = 0; session < 3; session += 1) await app.session(workspace.ownerEmail);
    await page.goto('/account');
    const ends = page.getByRole('button', { name: 'End session' });
    const ended = page.getByText('The session was ended.');
    await ends.last().press('Enter');
    await ended.waitFor();
    await expect.poll(() => ends.count()).toBe(2);
    await expectFocus(ends.last());
    await page.keyboard.press('Enter');
    await expect.poll(() => ends.count()).toBe(1);
    await expectFocus(ends);
    await page.getByRole('button', { name: 'End all other sessions' }).press('Enter');
    await expect.poll(() => ends.count()).toBe(0);
    await expectFocus(page.getByRole('heading', { name: 'Sessions' }));
  });
});

describe('a session that ends while something is typed', () => {
  it('loses nothing: Save says so, and works after signing in in another tab', async () => {
    const { page, workspace } = await openScreen('/settings/general');
    await page.getByRole('textbox', { name: 'Name' }).waitFor();
    await reloadLive(page);
    await page.getByRole('textbox', { name: 'Name' }).fill('Cassiopeia');
    // The stream of a live page ends with the session, and the page offers to sign in.
    await page.context().request.post('/sign-out', { headers: { Origin: app.url } });
    const offer = page.getByRole('alertdialog').filter({ hasText: 'You are signed out.' });
    await offer.waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('main').getByText('You are signed out.').waitFor();
    await expectAccessible(page);
    const [tab] = await Promise.all([
      page.waitForEvent('popup'),
      page.getByRole('button', { name: 'Sign in', exact: true }).click(),
    ]);
    await tab.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(new URL(tab.url()).searchParams.get('returnTo')).toBe(
      `/workspace/${workspace.workspaceId}/settings/general`,
    );
    const name = SESSION_COOKIE.name;
    await page.context().addCookies([{ name, value: await app.session(workspace.ownerEmail), url: app.url }]);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The settings are saved.').waitFor();
    await offer.waitFor({ state: 'detached' });
    await page.getByText('Cassiopeia').first().waitFor();
  });

  it('makes no change in the name of somebody who has signed in meanwhile, in another tab', async () => {
    const { page, workspace } = await openScreen('/settings/general');
    const field = page.getByRole('textbox', { name: 'Name' });
    await field.fill('Renamed');
    const { name } = SESSION_COOKIE;
    const other = await app.session(addressOf('Ann Lee'));
    await page.context().addCookies([{ name, value: other, url: app.url }]);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    expect(await field.inputValue()).toBe('Renamed');
    const renamed = await app.sql("select from workspace where id = $1 and name = 'Renamed'", [
      workspace.workspaceId,
    ]);
    expect(renamed).toEqual([]);
  });

  it('leads to sign-in when another screen is opened', async () => {
    // A screen that is not live.
    const { page } = await openScreen('/settings/access-review');
    await page.getByRole('table').waitFor();
    await page.context().clearCookies();
    await page.getByRole('link', { name: 'Groups', exact: true }).click();
    await page.waitForURL((url) => url.pathname === '/sign-in');
  });
});

describe('Workspaces', () => {
  it('lets an operator create a workspace, find it, and switch SCIM on', async () => {
    const { page, workspace } = await openScreen('');
    await page.goto('/sign-in/operator');
    await page.getByLabel('Operator token').fill(app.operatorToken);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Create workspace' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Create workspace' }).click();
    expect(await dialog.getByText('This is required.').count()).toBe(2);
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Borealis');
    expect(await dialog.getByText('This is required.').count()).toBe(1);
    await dialog
      .getByRole('textbox', { name: 'E-mail address of the first owner' })
      .fill('otto@borealis.test');
    await dialog.getByRole('textbox', { name: 'Credits in each month' }).fill('5000');
    await dialog.getByRole('button', { name: 'Create workspace' }).click();
    await page.getByText('Borealis was created.').waitFor();
    await page.getByRole('searchbox').fill('borealis');
    await page.locator(`a[href$="${workspace.workspaceId}"]`).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'More actions for Borealis' }).click();
    await choose(page, 'Set plan and SCIM');
    await dialog.getByText('An identity provider may provision members').click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Borealis was changed.').waitFor();
    await page.getByRole('row', { name: /Borealis.*On/ }).waitFor();
    await page.goto('/account');
    await page.getByText('You are signed in as an operator.').waitFor();
  });
});
