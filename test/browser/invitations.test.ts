import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../app.js';
import { browserPerFile, expectAccessible, openDashboard, THEMES } from './dashboard.js';

browserPerFile();

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

async function openInvitations(below = '', options: { readonly theme?: 'light' | 'dark' } = {}) {
  const workspace = await app.workspace({ version: 'V2' });
  const path = `/workspace/${workspace.workspaceId}/settings/invitations${below}`;
  const page = await openDashboard(app, { path, email: workspace.ownerEmail, ...options });
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { page, workspace };
}

const csv = (lines: readonly string[]) => ({
  name: 'people.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(lines.join('\n')),
});

describe('invitations', () => {
  it('invites one person, shows the link once, and revokes the invitation', async () => {
    const { page } = await openInvitations('?invite');
    await page.getByLabel('E-mail address').fill('new@acme.test');
    await page.getByRole('button', { name: 'Send invitation' }).click();
    await page.getByRole('heading', { name: 'The invitation is ready' }).waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'More actions for new@acme.test' }).click();
    await page.getByRole('menuitem', { name: 'Revoke' }).click();
    await page.getByText('The invitation of new@acme.test was revoked.').waitFor();
    await page.getByRole('button', { name: 'Pending' }).click();
    await page.getByRole('option', { name: 'Revoked' }).click();
    await page.getByText('new@acme.test').first().waitFor();
    expect(new URL(page.url()).searchParams.get('status')).toBe('revoked');
  });

  it('says beside the field why a person cannot be invited', async () => {
    const { page, workspace } = await openInvitations('?invite');
    await page.getByLabel('E-mail address').fill(workspace.ownerEmail);
    await page.getByRole('button', { name: 'Send invitation' }).click();
    await page.locator('[aria-invalid="true"]').waitFor();
    expect(await page.getByLabel('E-mail address').inputValue()).toBe(workspace.ownerEmail);
  });

  it('creates a link that several people can use', async () => {
    const { page } = await openInvitations();
    await page.getByRole('button', { name: 'Create link' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('25');
    await dialog.getByRole('button', { name: 'Create link' }).click();
    await page.getByRole('heading', { name: 'The invitation is ready' }).waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('Link, used 0 of 25 times').waitFor();
  });

  it('invites 200 people from a spreadsheet with mistakes: shows the verdicts, then progress, then the results', async () => {
    const { page, workspace } = await openInvitations('/csv');
    const people = Array.from({ length: 200 }, (_, index) => `person${index}@acme.test,editor`);
    const mistakes = ['no address,editor', 'king@acme.test,king', `${workspace.ownerEmail},viewer`];
    await page.locator('input[type=file]').setInputFiles(csv(['email,role', ...mistakes, ...people]));
    await page.getByText('200 people of 203 rows will be invited, and 3 rows are refused.').waitFor();
    expect(await page.getByRole('row').count()).toBe(4);
    await page.getByRole('button', { name: 'Invite 200 people' }).click();
    await page.getByText('200 people were invited, and 0 rows were refused.').waitFor();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download results' }).click();
    expect((await downloading).suggestedFilename()).toBe('invitations.csv');
    await page.getByText('200 invitations').waitFor();
  });

  it.each(THEMES)('pass axe in the %s theme', async (theme) => {
    const { page } = await openInvitations('', { theme });
    await page.getByRole('heading', { name: 'There is no such invitation' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Create link' }).click();
    await page.getByRole('dialog').waitFor();
    await expectAccessible(page);
    await page.goto(`${new URL(page.url()).pathname}/csv`);
    await page.locator('input[type=file]').setInputFiles(csv(['email', 'one@acme.test', 'none']));
    await page.getByRole('button', { name: 'Invite 1 person' }).waitFor();
    await expectAccessible(page);
  });
});
