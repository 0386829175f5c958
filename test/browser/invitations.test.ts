import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SESSION_COOKIE } from '../../src/sign-in/cookies.js';
import { startTestApp, type TestApp } from '../app.js';
import { done } from '../http/graphql/operations.js';
import { browserPerFile, expectAccessible, openDashboard } from './dashboard.js';
import { addPeople } from './people.js';

browserPerFile();

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

async function openInvitations(below = '') {
  const workspace = await app.workspace({ version: 'V2' });
  const path = `/workspace/${workspace.workspaceId}/settings/invitations${below}`;
  const page = await openDashboard(app, { path, email: workspace.ownerEmail });
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { page, workspace };
}

const csv = (lines: readonly string[]) => ({
  name: 'people.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(lines.join('\n')),
});

/** Chooses a file of so many people without a mistake, and waits for the verdicts. */
async function choosePeople(page: Page, count: number): Promise<void> {
  const people = Array.from({ length: count }, (_, index) => `person${index}@acme.test,editor`);
  await page.locator('input[type=file]').setInputFiles(csv(['email,role', ...people]));
  await page.getByText(`${count} people of ${count} rows will be invited`).waitFor();
}

/** Whether a request invites people, and does not only check the file. */
const isInviting = (body: string | null) =>
  body?.includes('InvitationsCreateFromCsv') === true && body.includes('"dryRun":false');

async function invited(workspaceId: string): Promise<number> {
  const [row] = await app.sql<{ count: number }>(
    'select count(*)::integer as count from invitation where workspace_id = $1',
    [workspaceId],
  );
  return row?.count ?? 0;
}

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

  it('sends the invitations again whose mails failed', async () => {
    const sent: string[] = [];
    const beside = await app.beside({
      mailTransport: { send: async ({ to }) => void sent.push(to), close: () => undefined },
    });
    try {
      const workspace = await app.workspace({ version: 'V2' });
      const csvText = ['email', 'a@acme.test', 'b@acme.test', 'c@acme.test'].join('\n');
      await app.graphql(
        app.operatorToken,
        `mutation ($input: InvitationsCreateFromCsvInput!) { invitationsCreateFromCsv(input: $input) { invitedCount } }`,
        { input: { workspaceId: workspace.workspaceId, csv: csvText } },
      );
      await app.sql(
        `update invitation set delivery = 'FAILED', delivery_error = 'The server stopped before it sent this mail.'
         where workspace_id = $1 and email <> 'c@acme.test'`,
        [workspace.workspaceId],
      );
      const path = `${beside.url}/workspace/${workspace.workspaceId}/settings/invitations`;
      const page = await openDashboard(app, { path, email: workspace.ownerEmail });
      await page.getByText('2 pending invitations were not delivered').waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Send again' }).press('Enter');
      await page.getByText('2 invitations are on the way.').waitFor();
      await page.getByText('were not delivered').waitFor({ state: 'detached' });
      expect(sent.sort()).toEqual(['a@acme.test', 'b@acme.test']);
    } finally {
      await beside.stop();
    }
  });

  it('warns of an address that looks like that of a member, and blocks nothing', async () => {
    const { page, workspace } = await openInvitations('?invite');
    await addPeople(app, workspace, [{ name: 'Ann Lee', role: 'ADMIN' }]);
    const warning = 'The address looks like that of another member: Ann Lee (ann.lee@acme.test).';
    await page.getByLabel('E-mail address').fill('\u0430nn.lee@acme.test');
    await page.getByRole('button', { name: 'Send invitation' }).click();
    await page.getByText(warning).waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.goto(`${app.url}/workspace/${workspace.workspaceId}/settings/invitations/csv`);
    const file = csv(['email,role', '\u0430nn.l\u0435e@acme.test,viewer', 'new@acme.test,viewer']);
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByText('2 people of 2 rows will be invited').waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
    await page.getByRole('row', { name: `Will be invited ${warning}` }).waitFor();
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

  it('finds the invitation of a person among many', async () => {
    const { page, workspace } = await openInvitations();
    const people = Array.from({ length: 60 }, (_, index) => `person${index}@acme.test`);
    await done(app, app.operatorToken, 'invitationsCreateFromCsv', {
      workspaceId: workspace.workspaceId,
      csv: ['email', ...people].join('\n'),
    });
    await page.reload();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.waitForURL(/after=/);
    await page.getByRole('searchbox', { name: 'Search by address' }).fill('PERSON59');
    await page.getByText('1 invitation', { exact: true }).waitFor();
    await page.getByText('person59@acme.test').waitFor();
    await page.goBack();
    await page.waitForURL(/after=/);
    await page.getByText('60 invitations').waitFor();
  });

  it('invites 200 people from a spreadsheet with mistakes: shows the verdicts, then progress, then the results', async () => {
    const { page, workspace } = await openInvitations('/csv');
    const people = Array.from({ length: 200 }, (_, index) => `person${index}@acme.test,editor`);
    const mistakes = ['no address,editor', 'king@acme.test,king', `${workspace.ownerEmail},viewer`];
    await page.locator('input[type=file]').setInputFiles(csv(['email,role', ...mistakes, ...people]));
    await page.getByText('200 people of 203 rows will be invited, and 3 rows are refused.').waitFor();
    expect(await page.getByRole('row').count()).toBe(4);
    await page.getByRole('button', { name: 'Invite 200 people' }).click();
    await page.getByText('200 people were invited, and 3 rows were refused.').waitFor();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download results' }).click();
    const file = await downloading;
    expect(file.suggestedFilename()).toBe('invitations.csv');
    const results = (await readFile(await file.path(), 'utf8')).split('\r\n');
    expect(results).toHaveLength(205);
    expect(results[2]).toContain('"3","king@acme.test","Refused"');
    expect(results[4]).toContain('"5","person0@acme.test","invited"');
    await page.getByText('200 invitations').waitFor();
  });

  it('a file: is checked again after the session has ended, without choosing it again', async () => {
    const { page, workspace } = await openInvitations('/csv');
    await page.context().clearCookies();
    await page.locator('input[type=file]').setInputFiles(csv(['email', 'new@acme.test']));
    await page.getByRole('alert').getByText('You are signed out.').first().waitFor();
    const { name } = SESSION_COOKIE;
    await page.context().addCookies([{ name, value: await app.session(workspace.ownerEmail), url: app.url }]);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('button', { name: 'Invite 1 person' }).waitFor();
  });

  it('a file: that is at fault itself is chosen again, not checked again', async () => {
    const { page } = await openInvitations('/csv');
    await page.locator('input[type=file]').setInputFiles(csv(['mail', 'new@acme.test']));
    await page.getByText('The file has no column email').waitFor();
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  });

  it('a file: is not continued, and its links are not shown, for another person in the same tab', async () => {
    const { page } = await openInvitations('/csv');
    await choosePeople(page, 2);
    await page.getByRole('button', { name: 'Invite 2 people' }).click();
    await page.getByText('2 people were invited').waitFor();
    const { workspaceId, ownerEmail } = await app.workspace({ version: 'V2' });
    const { name } = SESSION_COOKIE;
    await page.context().addCookies([{ name, value: await app.session(ownerEmail), url: app.url }]);
    await page.goto(`/workspace/${workspaceId}`);
    await page.getByText('Your access').waitFor();
    expect(await page.getByText('2 people were invited').count()).toBe(0);
    expect(await page.evaluate('Object.keys(sessionStorage)')).toEqual([]);
  });

  it('a file: continues after the connection failed in the middle, and invites nobody twice', async () => {
    const { page, workspace } = await openInvitations('/csv');
    await choosePeople(page, 450);
    let requests = 0;
    await page.route('**/graphql', async (route) => {
      if (!isInviting(route.request().postData())) return route.continue();
      requests += 1;
      if (requests !== 2) return route.continue();
      // The server invites them, and the answer is lost.
      await route.fetch();
      await route.abort('connectionreset');
    });
    await page.getByRole('button', { name: 'Invite 450 people' }).click();
    await page.getByText('Inviting goes on when the connection is back').waitFor();
    await page.getByText('200 of 450').waitFor();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('450 people were invited, and no row was refused.').waitFor();
    expect(await invited(workspace.workspaceId)).toBe(450);
  });

  it('a file: continues after a reload, and invites nobody twice', async () => {
    const { page, workspace } = await openInvitations('/csv');
    page.on('dialog', (dialog) => dialog.accept());
    await choosePeople(page, 450);
    let requests = 0;
    await page.route('**/graphql', async (route) => {
      if (!isInviting(route.request().postData())) return route.continue();
      requests += 1;
      // The second request never gets its answer: the page is reloaded before.
      if (requests === 2) await route.fetch();
      else await route.continue();
    });
    await page.getByRole('button', { name: 'Invite 450 people' }).click();
    await expect.poll(() => invited(workspace.workspaceId)).toBe(400);
    await page.reload();
    await page.getByText('450 people were invited, and no row was refused.').waitFor();
    expect(await invited(workspace.workspaceId)).toBe(450);
    await page.reload();
    await page.getByText('450 people were invited, and no row was refused.').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.reload();
    await page.getByText('450 invitations').waitFor();
    expect(await page.getByText('450 people were invited').count()).toBe(0);
  });

  it('a file: can be stopped when it cannot continue, and says how many were not invited', async () => {
    const { page, workspace } = await openInvitations('/csv');
    await choosePeople(page, 250);
    await page.route('**/graphql', (route) =>
      isInviting(route.request().postData()) ? route.abort() : route.continue(),
    );
    await page.getByRole('button', { name: 'Invite 250 people' }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Nobody was invited, and 250 rows were refused.').waitFor();
    expect(await invited(workspace.workspaceId)).toBe(0);
  });

  it('pass axe in both themes', async () => {
    const { page } = await openInvitations();
    await page.getByRole('heading', { name: 'No invitation is pending' }).waitFor();
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
