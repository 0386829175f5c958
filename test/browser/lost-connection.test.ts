import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../app.js';
import { browserPerFile, openDashboard } from './dashboard.js';
import { addPeople } from './people.js';

/** A network that fails in the middle of a change: the screen says so, keeps what was typed, and the change can be sent again. */

browserPerFile();

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

async function openScreen(path: string) {
  const workspace = await app.workspace({ version: 'V2', credits: 10_000 });
  await addPeople(app, workspace, [
    { name: 'Ann Lee' },
    { name: 'Bob Kent' },
    { name: 'Dora Finch', creditLimit: 300 },
  ]);
  const page = await openDashboard(app, {
    path: `/workspace/${workspace.workspaceId}${path}`,
    email: workspace.ownerEmail,
  });
  return { page, workspace };
}

const isMutation = (route: Route) => route.request().postData()?.includes('"query":"mutation') === true;

/** The request of the next change never reaches the server. */
const cut = (page: Page) =>
  page.route('**/graphql', (route) =>
    isMutation(route) ? route.abort('connectionreset') : route.fallback(),
  );

/** The server makes the next change, and its answer is lost. */
const cutAnswer = (page: Page) =>
  page.route('**/graphql', async (route) => {
    if (!isMutation(route)) return route.fallback();
    await route.fetch();
    await route.abort('connectionreset');
  });

const mend = (page: Page) => page.unroute('**/graphql');

/** Presses a dialog's button without a connection, and once more with one. */
async function pressTwice(page: Page, button: string, done: string): Promise<void> {
  const dialog = page.getByRole('dialog').or(page.getByRole('alertdialog'));
  const confirm = dialog.getByRole('button', { name: button, exact: true });
  await cut(page);
  await confirm.click();
  await page.getByText('Rollcall cannot be reached').waitFor();
  await mend(page);
  await confirm.click();
  await page.getByText(done).first().waitFor();
}

async function openAction(page: Page, name: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `More actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: action }).click();
}

describe('a request that never arrives', () => {
  it('changes nothing about a member, and the same dialog sends it again', async () => {
    const { page } = await openScreen('/settings/members');
    await openAction(page, 'Ann Lee', 'Set credit limit');
    await page.getByRole('textbox', { name: 'Credit limit' }).fill('100');
    await pressTwice(page, 'Save', 'The credit limit of Ann Lee is now 100.');
    await openAction(page, 'Ann Lee', 'Set credit limit');
    await pressTwice(page, 'Clear credit limit', 'Ann Lee has no credit limit of their own now.');
    await openAction(page, 'Ann Lee', 'Change role');
    await page.getByRole('dialog').getByRole('button', { name: /Role/ }).click();
    await page.getByRole('option', { name: 'Viewer' }).click();
    await pressTwice(page, 'Save', 'Ann Lee now has the role Viewer.');
    await openAction(page, 'Ann Lee', 'Promote to owner');
    await pressTwice(page, 'Promote to owner', 'Ann Lee is now an owner.');
    await openAction(page, 'Ann Lee', 'Demote owner');
    await pressTwice(page, 'Demote', 'Ann Lee is no longer an owner');
    await page.getByRole('button', { name: 'Add member' }).click();
    await page.getByLabel('E-mail address').fill('eve@acme.test');
    await pressTwice(page, 'Add', 'eve@acme.test was added.');
  });

  it('leaves a removal undone until Undo is pressed with a connection', async () => {
    const { page } = await openScreen('/settings/members');
    await openAction(page, 'Bob Kent', 'Remove');
    await pressTwice(page, 'Remove', 'Bob Kent was removed');
    await cut(page);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Rollcall cannot be reached').waitFor();
    await mend(page);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('row', { name: 'Bob Kent' }).waitFor();
  });

  it('keeps what was typed into settings, keys, groups and invitations', async () => {
    const { page, workspace } = await openScreen('/settings/api-keys');
    const settings = `/workspace/${workspace.workspaceId}/settings`;
    await page.getByRole('button', { name: 'Create API key' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Deploys');
    await page.getByText('Read the audit log').click();
    await pressTwice(page, 'Create API key', 'Copy the secret now');
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await openAction(page, 'Deploys', 'Rotate');
    await pressTwice(page, 'Rotate', 'Copy the secret now');
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByText('Old secret ends').waitFor();

    await page.goto(`${settings}/groups`);
    await page.getByRole('button', { name: 'Create group' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Design');
    await pressTwice(page, 'Create group', 'Design');

    await page.goto(`${settings}/invitations?invite`);
    await page.getByLabel('E-mail address').fill('new@acme.test');
    await pressTwice(page, 'Send invitation', 'The invitation is ready');

    await page.goto(`${settings}/credits`);
    await page.getByRole('button', { name: 'Set default limit' }).click();
    await page.getByRole('textbox', { name: 'Default limit' }).fill('700');
    await pressTwice(page, 'Save', 'The default limit is now 700.');

    await page.goto(`${settings}/provisioning`);
    await page
      .getByRole('region', { name: 'Brake on removals' })
      .getByRole('button', { name: 'Change' })
      .click();
    await page.getByLabel('Within minutes').fill('30');
    await pressTwice(page, 'Save', 'The settings of the brake are saved.');
    await page.getByText('within 30 minutes').waitFor();

    await page.goto(`${settings}/general`);
    const name = page.getByRole('textbox', { name: 'Name' });
    await name.fill('Acme Two');
    await cut(page);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Rollcall cannot be reached').waitFor();
    expect(await name.inputValue()).toBe('Acme Two');
    await mend(page);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The settings are saved.').waitFor();
  });
});

describe('an answer that is lost', () => {
  it('is told before a member is changed twice', async () => {
    const { page } = await openScreen('/settings/members');
    await openAction(page, 'Dora Finch', 'Set credit limit');
    await page.getByRole('textbox', { name: 'Credit limit' }).fill('900');
    await cutAnswer(page);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Rollcall cannot be reached').waitFor();
    await mend(page);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Credit limit: “300” is now “900”.').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => page.getByRole('row', { name: 'Dora Finch' }).innerText()).toContain('900');
  });

  it('leaves a key in the list, so that it can be deleted', async () => {
    const { page } = await openScreen('/settings/api-keys');
    await page.getByRole('button', { name: 'Create API key' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Deploys');
    await page.getByText('Read the audit log').click();
    await cutAnswer(page);
    await page.getByRole('dialog').getByRole('button', { name: 'Create API key' }).click();
    await page.getByText('nobody knows its secret: delete it there').waitFor();
    await mend(page);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Deploys').waitFor();
  });
});
