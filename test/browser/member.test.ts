import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../app.js';
import { browserPerFile, expectFocus, expectNoSideScroll, openDashboard } from './dashboard.js';
import { addPeople, addressOf } from './people.js';

browserPerFile();

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

async function openAnn() {
  const workspace = await app.workspace({ version: 'V2', credits: 10_000 });
  const { 'Ann Lee': memberId } = await addPeople(app, workspace, [{ name: 'Ann Lee', creditLimit: 300 }]);
  const path = `/workspace/${workspace.workspaceId}/settings/members/${memberId}`;
  const page = await openDashboard(app, { path, email: workspace.ownerEmail });
  await page.getByRole('heading', { name: 'Ann Lee', level: 1 }).waitFor();
  return { page, workspace };
}

it.each([320, 1280])(
  'a long name without spaces fits into %s pixels, and leaves room in the table',
  async (width) => {
    const workspace = await app.workspace({ version: 'V2', credits: 10_000 });
    const name = 'Konstantin'.repeat(12);
    const { [name]: memberId } = await addPeople(app, workspace, [{ name, creditLimit: 300 }]);
    const base = `/workspace/${workspace.workspaceId}/settings/members`;
    const page = await openDashboard(app, {
      path: `${base}/${memberId}`,
      email: workspace.ownerEmail,
      width,
    });
    const actions = page.getByRole('button', { name: 'More actions' });
    await actions.click();
    await expectNoSideScroll(page);
    await page.getByRole('menuitem', { name: 'Set credit limit' }).click();
    await expectNoSideScroll(page);
    const dialog = page.getByRole('dialog');
    expect(await dialog.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
    await page.goto(base);
    const column = page.getByRole('row', { name }).getByRole('rowheader');
    expect((await column.boundingBox())?.width).toBeLessThan(500);
  },
);

it.each([320, 768, 1280, 1440])(
  'long names of groups are cut at the edge of their column in %s pixels, and readable in full',
  async (width) => {
    const workspace = await app.workspace({ version: 'V2', credits: 10_000 });
    const { 'Ann Lee': memberId } = await addPeople(app, workspace, [{ name: 'Ann Lee' }]);
    const names = ['Customer success and partner operations '.repeat(3).trim(), 'Konstantin'.repeat(12)];
    const scim = app.scim(workspace.workspaceId, workspace.apiKey);
    for (const displayName of names) {
      const answer = await scim.post('/Groups', { displayName, members: [{ value: memberId }] });
      expect(answer.status).toBe(201);
    }
    const path = `/workspace/${workspace.workspaceId}/settings/members`;
    const page = await openDashboard(app, { path, email: workspace.ownerEmail, width });
    const cell = page.getByRole('row', { name: 'Ann Lee' }).getByRole('gridcell').filter({ hasText: 'Kon' });
    await cell.getByTitle(names[0] ?? '').waitFor();
    const { right, height } = await cell.evaluate((element) => element.getBoundingClientRect());
    for (const name of names) {
      const badge = await cell.getByText(name).evaluate((element) => element.getBoundingClientRect());
      expect(badge.right).toBeLessThanOrEqual(right);
    }
    expect(height).toBeLessThan(120);
    await expectNoSideScroll(page);
  },
);

it('texts of 800 characters, the most that is stored, leave the page and the table their height', async () => {
  const workspace = await app.workspace({ version: 'V2', credits: 10_000 });
  const text = 'Konstantin'.repeat(80);
  const name = { givenName: text, familyName: text };
  const user = { userName: 'kon@acme.test', displayName: text, title: text, name, role: 'editor' };
  const { status, body } = await app.scim(workspace.workspaceId, workspace.apiKey).post('/Users', user);
  expect(status).toBe(201);
  const base = `/workspace/${workspace.workspaceId}/settings`;
  const page = await openDashboard(app, { path: `${base}/members/${body.id}`, email: workspace.ownerEmail });
  await page.getByText('Member added').waitFor();
  expect(await page.locator('html').evaluate(({ scrollHeight }) => scrollHeight)).toBeLessThan(2500);
  await page.getByRole('heading', { level: 1 }).and(page.getByTitle(text)).waitFor();
  await page.goto(`${base}/members`);
  const row = page.getByRole('row', { name: 'kon@acme.test' });
  expect((await row.boundingBox())?.height).toBeLessThan(150);
});

describe('the page of a member', () => {
  it('opens from the table, and shows who changed what when', async () => {
    const { page, workspace } = await openAnn();
    await page.goto(`/workspace/${workspace.workspaceId}/settings/members`);
    await page.getByRole('link', { name: 'Ann Lee' }).click();
    await page.getByRole('heading', { name: 'Ann Lee', level: 1 }).waitFor();
    await page.getByRole('region', { name: 'History' }).getByText('Member added').first().waitFor();
    await page
      .getByRole('region', { name: 'Memberships' })
      .getByText('now', { exact: true })
      .first()
      .waitFor();
  });

  it('tells those who may change the role of a viewer to change it first, and no viewer', async () => {
    const workspace = await app.workspace({ version: 'V2', credits: 10_000 });
    const { 'Vera Long': memberId } = await addPeople(app, workspace, [
      { name: 'Vera Long', role: 'VIEWER' },
    ]);
    const path = `/workspace/${workspace.workspaceId}/settings/members/${memberId}`;
    for (const [email, hint] of [
      [workspace.ownerEmail, 'Change the role first.'],
      [addressOf('Vera Long'), 'Ask an owner or admin of the workspace.'],
    ] as const) {
      const page = await openDashboard(app, { path, email });
      const notice = page.getByRole('status').filter({ hasText: 'Viewers use no credits.' });
      await notice.getByText(hint, { exact: true }).waitFor();
    }
  });

  it('has sessions, of which one or all are ended', async () => {
    const { page } = await openAnn();
    for (let count = 0; count < 3; count += 1) await app.session(addressOf('Ann Lee'));
    await page.reload();
    const sessions = page.getByRole('region', { name: 'Sessions' });
    const end = sessions.getByRole('button', { name: 'End session' });
    await expect.poll(() => end.count()).toBe(3);
    await end.first().press('Enter');
    await expect.poll(() => end.count()).toBe(2);
    await expectFocus(end.first());
    await sessions.getByRole('button', { name: 'End all sessions' }).press('Enter');
    await page.getByRole('alertdialog').getByRole('button', { name: 'End all sessions' }).click();
    await sessions.getByText('No session is open.').waitFor();
    await expectFocus(sessions.getByRole('heading', { name: 'Sessions' }));
    await page.getByText('2 sessions were ended.').waitFor();
  });

  it('renames the member, and the history shows the change', async () => {
    const { page } = await openAnn();
    await page.getByRole('button', { name: 'More actions for Ann Lee' }).click();
    await page.getByRole('menuitem', { name: 'Edit profile' }).click();
    await page.getByLabel('Display name').fill('Ann Mary Lee');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Ann Mary Lee', level: 1 }).waitFor();
    await page.getByText(/Ann Lee → Ann Mary Lee/).waitFor();
  });

  it('removes the member, and adds the member again with the former access', async () => {
    const { page } = await openAnn();
    await page.getByRole('button', { name: 'More actions for Ann Lee' }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Add again' }).click();
    await page.getByText('Ann Lee is back').waitFor();
    await page.getByRole('button', { name: 'Add again' }).waitFor({ state: 'detached' });
    await expect.poll(() => page.getByRole('region', { name: 'Access' }).textContent()).toContain('300');
  });

  it('shows the reason of a refusal beside the field', async () => {
    const { page, workspace } = await openAnn();
    await addPeople(app, workspace, [{ name: 'Bob Kent' }]);
    await page.getByRole('button', { name: 'More actions for Ann Lee' }).click();
    await page.getByRole('menuitem', { name: 'Edit profile' }).click();
    const field = page.getByLabel('E-mail address (user name)');
    await field.fill(addressOf('Bob Kent'));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('[aria-invalid="true"]').waitFor();
    expect(await field.inputValue()).toBe(addressOf('Bob Kent'));
  });

  it('warns when a new address, or that of somebody who is added, looks like that of another member', async () => {
    const { page, workspace } = await openAnn();
    await addPeople(app, workspace, [{ name: 'Bob Kent' }, { name: 'Carla Diaz' }]);
    const warning = 'The address looks like that of another member:';
    await page.getByRole('button', { name: 'More actions for Ann Lee' }).click();
    await page.getByRole('menuitem', { name: 'Edit profile' }).click();
    await page.getByLabel('E-mail address (user name)').fill('b\u043eb.kent@acme.test');
    await page.getByRole('button', { name: 'Save' }).click();
    await page
      .getByText(`The profile of Ann Lee was saved. ${warning} Bob Kent (bob.kent@acme.test).`)
      .waitFor();
    await page.getByRole('button', { name: 'Open Bob Kent' }).click();
    await page.getByRole('heading', { name: 'Bob Kent', level: 1 }).waitFor();
    await page.goto(page.url().replace(/members\/.*/, 'members'));
    await page.getByRole('button', { name: 'Add member' }).click();
    await page.getByLabel('E-mail address').fill('c\u0430rla.diaz@acme.test');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText(`was added. ${warning} Carla Diaz (carla.diaz@acme.test).`).waitFor();
  });

  it('rule 14: says at the field what an address looks like, whoever is added or edited', async () => {
    const { page } = await openAnn();
    const advice = page.getByText(/must have the form ann@example\.com\.$|^E-mail address is required/);
    await page.getByRole('button', { name: 'More actions for Ann Lee' }).click();
    await page.getByRole('menuitem', { name: 'Edit profile' }).click();
    await page.getByLabel('E-mail address (user name)').fill('annlee');
    await page.getByRole('button', { name: 'Save' }).click();
    expect(await advice.innerText()).toBe('E-mail address must have the form ann@example.com.');
    await page.goto(page.url().replace(/members\/.*/, 'members'));
    await page.getByRole('button', { name: 'Add member' }).click();
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    expect(await advice.innerText()).toBe('E-mail address is required and cannot be empty.');
    await page.getByLabel('E-mail address').fill('annlee');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await advice.filter({ hasText: 'form' }).waitFor();
    expect(await advice.innerText()).toBe('E-mail address must have the form ann@example.com.');
  });

  it('for a member of another workspace looks as for one that does not exist', async () => {
    const { page } = await openAnn();
    const other = await app.workspace({ version: 'V2' });
    await page.goto(page.url().replace(/members\/.*/, `members/${other.ownerMemberId}`));
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
    await page.goto(page.url().replace(/members\/.*/, 'members/unknown'));
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
  });
});
