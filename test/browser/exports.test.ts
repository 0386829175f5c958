import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../app.js';
import { browserPerFile, openDashboard, takeFaults } from './dashboard.js';
import { addPeople } from './people.js';

browserPerFile();

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

async function openScreen(screen: 'members' | 'audit-log') {
  const workspace = await app.workspace({ version: 'V2' });
  await addPeople(app, workspace, [{ name: 'Ann Lee' }, { name: 'Bob Kent' }]);
  const path = `/workspace/${workspace.workspaceId}/settings/${screen}?search=ann`;
  const page = await openDashboard(app, { path, email: workspace.ownerEmail });
  const button = page.getByRole('button', { name: /^Export/ });
  await page.getByText('ann.lee@acme.test').waitFor();
  return { page, workspace, button };
}

/** Answers the exports of a page with a refusal, in the form that the server gives it. */
async function refuse(page: Page, status: number, error: object): Promise<void> {
  await page.route('**/exports/**', (route) => route.fulfill({ status, json: { error } }));
}

describe('an export', () => {
  it('says that it runs, and saves what the screen shows, by the keyboard', async () => {
    const { page, button } = await openScreen('members');
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    await page.route('**/exports/**', async (route) => {
      await held;
      await route.fallback();
    });
    await button.focus();
    const download = page.waitForEvent('download');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Exporting…', disabled: true }).waitFor();
    const question = page.waitForEvent('dialog');
    await page.close({ runBeforeUnload: true });
    await (await question).dismiss();
    // The screen can be left meanwhile, and come back to.
    await page.getByRole('link', { name: 'Groups', exact: true }).click();
    await page.getByRole('heading', { name: 'Groups', level: 1 }).waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Exporting…', disabled: true }).waitFor();
    release();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(/^Acme \d+ members \d{4}-\d\d-\d\d\.csv$/);
    const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
    expect(lines.length).toBe(2);
    expect(lines[1]).toContain('ann.lee@acme.test');
    await page.getByRole('button', { name: 'Export as CSV', disabled: false }).waitFor();
  });

  it('of the audit log saves the entries that match', async () => {
    const { page, workspace, button } = await openScreen('audit-log');
    const download = page.waitForEvent('download');
    await button.click();
    const file = await download;
    expect(file.suggestedFilename()).toContain(`audit ${workspace.workspaceId}`);
    const lines = (await readFile(await file.path(), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).targetLabel)).toEqual(['ann.lee@acme.test']);
  });
});

describe('an export that is refused says why', () => {
  it('when the session has ended, and offers to sign in beside the page', async () => {
    const { page, button } = await openScreen('members');
    // Without its cookie the page, which is live, could leave for sign-in before the click.
    await page.route('**/exports/**', async (route) => {
      const { status, headers, ...answer } = await fetch(route.request().url()).then(async (response) => ({
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: await response.text(),
      }));
      await route.fulfill({ status, headers: { 'content-type': headers['content-type'] ?? '' }, ...answer });
    });
    await button.click();
    await page.getByText('You are signed out.').waitFor();
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    expect(new URL(page.url()).pathname).toContain('/settings/members');
  });

  it.each([
    [
      429,
      { code: 'RATE_LIMITED', message: '4 exports are being downloaded already.', hint: 'Try again later.' },
      '4 exports are being downloaded already. Try again later.',
    ],
    [
      503,
      { code: 'UNAVAILABLE', message: 'The database does not answer.', hint: 'Try again in a minute.' },
      'The database does not answer. Try again in a minute.',
    ],
    [
      500,
      { code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong on our side.', requestId: 'r-1' },
      'send support this request id: r-1',
    ],
    [502, {}, 'The export could not be made. Try again in a moment.'],
  ])('by %s, in the words of the server', async (status, error, text) => {
    const { page, button } = await openScreen('audit-log');
    await refuse(page, status, error);
    await button.click();
    await page.getByRole('alertdialog').getByText(text).waitFor();
    await page.getByRole('button', { name: 'Export', disabled: false }).waitFor();
    takeFaults(page);
  });

  it('when the connection is cut, and saves no file', async () => {
    const { page, button } = await openScreen('members');
    await page.route('**/exports/**', (route) => route.abort('connectionreset'));
    await button.click();
    await page.getByText('The export did not arrive in full, and no file was saved.').waitFor();
  });
});
