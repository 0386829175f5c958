import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import { done } from '../http/graphql/operations.js';
import {
  browserPerFile,
  expectAccessible,
  expectFocus,
  expectNoSideScroll,
  isStream,
  openDashboard,
  reloadLive,
} from './dashboard.js';
import { addPeople, addressOf, type Person } from './people.js';

const PEOPLE: readonly Person[] = [
  { name: 'Ann Lee', role: 'ADMIN' },
  { name: 'Bob Kent' },
  { name: 'Carla Diaz', role: 'VIEWER' },
  { name: 'Dora Finch', creditLimit: 300 },
];

browserPerFile();

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

/** A workspace of its own with a few people, open at Settings → Members as its owner. */
async function openMembers(query = '', options: { readonly width?: number } = {}) {
  const workspace = await app.workspace({ version: 'V2', credits: 10_000 });
  const ids = await addPeople(app, workspace, PEOPLE);
  const path = `/workspace/${workspace.workspaceId}/settings/members${query}`;
  const page = await openDashboard(app, { path, email: workspace.ownerEmail, ...options });
  await page.getByRole('grid', { name: 'Members' }).waitFor();
  return { page, workspace, ids };
}

/** Reloads the page, until it has its stream. */
async function reloaded(page: Page): Promise<void> {
  await reloadLive(page);
  await page.getByRole('grid', { name: 'Members' }).waitFor();
}

const rowOf = (page: Page, name: string) => page.getByRole('row', { name });

async function openAction(page: Page, name: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `More actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: action }).click();
}

const CONSUME = /* GraphQL */ `
  mutation Consume($input: CreditsConsumeInput!) {
    creditsConsume(input: $input) {
      replayed
    }
  }
`;

function consume(workspace: TestWorkspace, memberId: string | undefined, amount: number) {
  const input = { workspaceId: workspace.workspaceId, memberId, amount, idempotencyKey: `run-${amount}` };
  return app.graphql(app.operatorToken, CONSUME, { input });
}

const SET_LIMIT = /* GraphQL */ `
  mutation SetLimit($input: MemberSetCreditLimitInput!) {
    memberSetCreditLimit(input: $input) {
      changed
    }
  }
`;

function setLimit(workspace: TestWorkspace, memberId: string | undefined, creditLimit: number) {
  const input = { workspaceId: workspace.workspaceId, memberId, creditLimit };
  return app.graphql(app.operatorToken, SET_LIMIT, { input });
}

describe('the members table', () => {
  it('finds people as their name is typed, and puts the search into the URL', async () => {
    const { page, workspace } = await openMembers();
    await page.getByRole('searchbox').fill('dora');
    await rowOf(page, 'Bob Kent').waitFor({ state: 'detached' });
    expect(await rowOf(page, 'Dora Finch').count()).toBe(1);
    expect(new URL(page.url()).searchParams.get('search')).toBe('dora');

    const colleague = await openDashboard(app, { path: page.url(), email: workspace.ownerEmail });
    await rowOf(colleague, 'Dora Finch').waitFor();
    expect(await colleague.getByRole('searchbox').inputValue()).toBe('dora');
    expect(await rowOf(colleague, 'Ann Lee').count()).toBe(0);
  });

  it('tells screen readers how many people a search finds, and when it finds none (WCAG 4.1.3)', async () => {
    const { page } = await openMembers();
    const status = (text: string) => page.getByRole('status').filter({ hasText: text }).waitFor();
    await page.getByRole('searchbox').fill('dora');
    await status('1 member');
    await page.getByRole('searchbox').fill('nobody at all');
    await status('No member matches');
  });

  it('filters, sorts, and goes back', async () => {
    const { page } = await openMembers();
    await page.getByRole('button', { name: 'Any role' }).click();
    await page.getByRole('option', { name: 'Viewer' }).click();
    await rowOf(page, 'Bob Kent').waitFor({ state: 'detached' });
    await rowOf(page, 'Carla Diaz').waitFor();
    await page.goBack();
    await rowOf(page, 'Bob Kent').waitFor();
    await page.getByRole('columnheader', { name: 'Credit limit' }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get('sort')).toBe('credit_limit');
    await expect.poll(() => page.getByRole('row').nth(1).innerText()).toContain('Dora Finch');
  });

  it('remembers hidden columns', async () => {
    const { page } = await openMembers();
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Groups' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('columnheader', { name: 'Groups' }).waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('columnheader', { name: 'Status' }).waitFor();
    expect(await page.getByRole('columnheader', { name: 'Groups' }).count()).toBe(0);
  });
});

describe('a credit limit', () => {
  it("is set by an admin, and Ann's next use beyond it is refused", async () => {
    const { page, workspace, ids } = await openMembers();
    expect((await consume(workspace, ids['Ann Lee'], 60)).errors).toBeUndefined();
    await openAction(page, 'Ann Lee', 'Set credit limit');
    await page.getByRole('textbox', { name: 'Credit limit' }).fill('100');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The credit limit of Ann Lee is now 100.').waitFor();
    expect(await rowOf(page, 'Ann Lee').innerText()).toContain('100');

    const { errors = [] } = await consume(workspace, ids['Ann Lee'], 41);
    expect(errors[0]?.extensions).toMatchObject({ code: 'CREDITS_EXHAUSTED' });
  });

  it('says beside the field what is wrong with it, and keeps what was typed', async () => {
    const { page } = await openMembers();
    await openAction(page, 'Ann Lee', 'Set credit limit');
    const field = page.getByRole('textbox', { name: 'Credit limit' });
    await field.fill('12.5');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Enter a whole number').waitFor();
    expect(await field.inputValue()).toBe('12.5');
    expect(await field.getAttribute('aria-invalid')).toBe('true');
  });

  it('is cleared by a button of its own', async () => {
    const { page } = await openMembers();
    await openAction(page, 'Dora Finch', 'Set credit limit');
    await page.getByRole('button', { name: 'Clear credit limit' }).click();
    await page.getByText('Dora Finch has no credit limit of their own now.').waitFor();
    expect(await rowOf(page, 'Dora Finch').innerText()).toContain('No limit');
  });

  it("does not overwrite another person's change: it shows what changed and keeps what was typed", async () => {
    const { page, workspace, ids } = await openMembers();
    await openAction(page, 'Dora Finch', 'Set credit limit');
    await page.getByRole('textbox', { name: 'Credit limit' }).fill('500');
    expect((await setLimit(workspace, ids['Dora Finch'], 400)).errors).toBeUndefined();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Dora Finch was changed by somebody else').waitFor();
    await page.getByText('Credit limit: “300” is now “400”.').waitFor();
    expect(await page.getByRole('textbox', { name: 'Credit limit' }).inputValue()).toBe('500');
    await page.getByRole('button', { name: 'Save anyway' }).click();
    await page.getByText('The credit limit of Dora Finch is now 500.').waitFor();
  });

  it('is rolled back on the screen when the connection fails, and can be sent again', async () => {
    const { page } = await openMembers();
    await openAction(page, 'Dora Finch', 'Set credit limit');
    await page.getByRole('textbox', { name: 'Credit limit' }).fill('900');
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Rollcall cannot be reached').waitFor();
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The credit limit of Dora Finch is now 900.').waitFor();
  });
});

describe('roles and removal', () => {
  it('changes a role', async () => {
    const { page } = await openMembers();
    await openAction(page, 'Bob Kent', 'Change role');
    await page.getByRole('dialog').getByRole('button', { name: /Role/ }).click();
    await page.getByRole('option', { name: 'Viewer' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Bob Kent now has the role Viewer.').waitFor();
    expect(await rowOf(page, 'Bob Kent').innerText()).toContain('Viewer');
  });

  it('promotes and demotes an owner', async () => {
    const { page } = await openMembers();
    await openAction(page, 'Ann Lee', 'Promote to owner');
    await page.getByRole('button', { name: 'Promote to owner' }).click();
    await page.getByText('Ann Lee is now an owner.').waitFor();
    await openAction(page, 'Ann Lee', 'Demote owner');
    await page.getByRole('button', { name: 'Demote', exact: true }).click();
    await page.getByText('Ann Lee is no longer an owner').waitFor();
  });

  it('says why the last owner cannot be demoted', async () => {
    const { page, workspace } = await openMembers();
    const owner = workspace.ownerEmail;
    await page.getByRole('button', { name: `More actions for ${owner}` }).click();
    const demote = page.getByRole('menuitem', { name: 'Demote owner' });
    expect((await demote.innerText()).split('\n').length).toBe(2);
    const role = page.getByRole('menuitem', { name: 'Change role' });
    expect(await role.innerText()).toContain('Demote the owner first.');
  });

  it('shows who loses what before it removes members, and undoes the removal', async () => {
    const { page, workspace, ids } = await openMembers();
    await openAction(page, 'Dora Finch', 'Remove');
    const dialog = page.getByRole('alertdialog');
    expect(await dialog.innerText()).toContain(addressOf('Dora Finch'));
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await rowOf(page, 'Dora Finch').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await rowOf(page, 'Dora Finch').waitFor();
    const { data } = await app.graphql(
      app.operatorToken,
      `query ($workspaceId: ID!, $memberId: ID!) {
        workspace(id: $workspaceId) { member(id: $memberId) { active access { ... on RoleAccess { role creditLimit } } } }
      }`,
      { workspaceId: workspace.workspaceId, memberId: ids['Dora Finch'] },
    );
    expect(data.workspace.member).toEqual({ active: true, access: { role: 'EDITOR', creditLimit: 300 } });
  });
});

describe('the own access', () => {
  /** Members as Ann, an admin. */
  async function openAsAnn() {
    const workspace = await app.workspace({ version: 'V2', credits: 10_000 });
    const ids = await addPeople(app, workspace, PEOPLE);
    const path = `/workspace/${workspace.workspaceId}/settings/members`;
    const page = await openDashboard(app, { path, email: addressOf('Ann Lee') });
    await rowOf(page, 'Bob Kent').waitFor();
    return { page, workspace, ids };
  }

  it('may be lowered: the dialog closes, and the screens follow the new role', async () => {
    const { page } = await openAsAnn();
    await openAction(page, 'Ann Lee', 'Change role');
    await page.getByRole('dialog').getByRole('button', { name: 'Role' }).click();
    await page.getByRole('option', { name: 'Viewer' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'You cannot open this page' }).waitFor();
    await page.getByRole('link', { name: 'Invitations' }).waitFor({ state: 'detached' });
  });

  it('ends by your own removal, of which the dialog warns', async () => {
    const { page } = await openAsAnn();
    await openAction(page, 'Ann Lee', 'Remove');
    await page.getByRole('alertdialog').getByText('This is you: you lose access to').waitFor();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByRole('heading', { name: 'Your access has ended' }).waitFor();
  });

  it('is lowered by others: an open list says that the page cannot be opened, not that it is empty', async () => {
    const { page, workspace, ids } = await openAsAnn();
    await reloaded(page);
    const target = { workspaceId: workspace.workspaceId, memberId: ids['Ann Lee'] };
    const access = { roleAccess: { role: 'VIEWER' } };
    await done(app, app.operatorToken, 'memberSetAccess', { ...target, access });
    await page.getByRole('heading', { name: 'You cannot open this page' }).waitFor();
  });

  it('ends: a viewer, who gets no news, is told within half a minute (rule 34)', async () => {
    const { workspace, ids } = await openAsAnn();
    const path = `/workspace/${workspace.workspaceId}`;
    const page = await openDashboard(app, { path: '/healthz', email: addressOf('Carla Diaz') });
    await page.clock.install();
    await page.goto(path);
    await page.getByText('Your access').waitFor();
    const input = { workspaceId: workspace.workspaceId, memberId: ids['Carla Diaz'] };
    await done(app, app.operatorToken, 'memberRemove', input);
    await page.clock.fastForward(30_000);
    await page.getByRole('heading', { name: 'Your access has ended' }).waitFor();
  });
});

describe('bulk changes', () => {
  it('change members after a dry run that lists each refusal', async () => {
    const { page, workspace } = await openMembers();
    await page.getByRole('columnheader', { name: 'Select' }).locator('label').click();
    await page.getByText('5 selected').waitFor();
    await page
      .getByRole('region', { name: 'Selected members' })
      .getByRole('button', { name: 'Set credit limit' })
      .click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Credit limit' }).fill('250');
    expect(await dialog.getByRole('button', { name: 'Set limit', exact: true }).isDisabled()).toBe(true);
    await dialog.getByRole('button', { name: 'Check' }).click();
    await dialog.getByText('3 members will change.').waitFor();
    const refusals = await dialog.getByRole('listitem').allInnerTexts();
    expect(refusals.join()).toContain(workspace.ownerEmail);
    expect(refusals.join()).toContain(addressOf('Carla Diaz'));
    await dialog.getByRole('button', { name: 'Set limit of 3 members' }).click();
    await page.getByText('The credit limit of 3 members was set.').waitFor();
    await expect.poll(() => rowOf(page, 'Bob Kent').innerText()).toContain('250');
  });

  it('remove members, who are back after Undo', async () => {
    const { page } = await openMembers();
    await rowOf(page, 'Bob Kent').locator('label').click();
    await rowOf(page, 'Dora Finch').locator('label').click();
    await page
      .getByRole('region', { name: 'Selected members' })
      .getByRole('button', { name: 'Remove' })
      .click();
    await page.getByRole('button', { name: 'Remove 2 members' }).click();
    await page.getByText('2 members were removed.').waitFor();
    await rowOf(page, 'Bob Kent').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('2 members are back').waitFor();
    await rowOf(page, 'Bob Kent').waitFor();
  });

  it('remove the viewer last, and say so before', async () => {
    const { workspace } = await openMembers();
    const path = `/workspace/${workspace.workspaceId}/settings/members`;
    const page = await openDashboard(app, { path, email: addressOf('Ann Lee') });
    await page.getByRole('columnheader', { name: 'Select' }).locator('label').click();
    await page
      .getByRole('region', { name: 'Selected members' })
      .getByRole('button', { name: 'Remove' })
      .click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByText('You are among them: you lose access').waitFor();
    await dialog.getByRole('button', { name: 'Remove 4 members' }).click();
    await page.getByRole('heading', { name: 'Your access has ended' }).waitFor();
    const left = await app.sql<{ name: string }>(
      `select m.user_name as name from member m join membership s on s.member_id = m.id and s.ended_at is null
       where m.workspace_id = $1`,
      [workspace.workspaceId],
    );
    expect(left).toEqual([{ name: workspace.ownerEmail }]);
  });

  it('continue after a reload, and change nobody twice', async () => {
    const { page } = await openMembers();
    page.on('dialog', (dialog) => dialog.accept());
    await rowOf(page, 'Bob Kent').locator('label').click();
    await rowOf(page, 'Dora Finch').locator('label').click();
    await page
      .getByRole('region', { name: 'Selected members' })
      .getByRole('button', { name: 'Remove' })
      .click();
    const remove = page.getByRole('button', { name: 'Remove 2 members' });
    await remove.waitFor();
    // The server removes them, and the page is reloaded before the answer.
    const isMade = answerIsHeld(page, 'mutation MembersBulkUpdate');
    await remove.click();
    await isMade;
    await page.reload();
    await page.getByText('2 members were removed.').waitFor();
    await page.reload();
    const isUndone = answerIsHeld(page, 'mutation MemberAdd');
    await page.getByRole('button', { name: 'Undo' }).click();
    await isUndone;
    await page.reload();
    await page.getByText('2 members are back').waitFor();
    expect(await page.getByText('is a member').count()).toBe(0);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.reload();
    await rowOf(page, 'Dora Finch').waitFor();
    expect(await page.getByText('2 members are back').count()).toBe(0);
  });
});

/** The server answers the next request of an operation, and the page never gets the answer. Fulfilled when it has answered. */
async function answerIsHeld(page: Page, operation: string): Promise<void> {
  let isHeld = false;
  await new Promise<void>((resolve) => {
    void page.route('**/graphql', async (route) => {
      if (isHeld || !route.request().postData()?.includes(operation)) return route.fallback();
      isHeld = true;
      await route.fetch();
      resolve();
    });
  });
}

describe('changes by other people', () => {
  it('appear in their row within two seconds, without a reload', async () => {
    const { page, workspace, ids } = await openMembers();
    await setLimit(workspace, ids['Dora Finch'], 777);
    await rowOf(page, 'Dora Finch').getByText('777').first().waitFor({ timeout: 4000 });
  });

  it('arrive in a stream, so that the page does not poll', async () => {
    const { page, workspace, ids } = await openMembers();
    await reloaded(page);
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.postDataJSON()?.operationName));
    await setLimit(workspace, ids['Dora Finch'], 778);
    await rowOf(page, 'Dora Finch').getByText('778').first().waitFor();
    expect(sent).toContain('MembersPage');
    expect(sent).not.toContain('NewestChange');
  });

  it('appear in all tabs, which share one stream', async () => {
    const { page, workspace, ids } = await openMembers();
    await reloaded(page);
    const second = await page.context().newPage();
    const streams: string[] = [];
    second.on('request', (request) => {
      if (isStream(request)) streams.push(request.url());
    });
    await second.goto(page.url());
    await rowOf(second, 'Dora Finch').waitFor();
    await setLimit(workspace, ids['Dora Finch'], 779);
    for (const tab of [page, second]) await rowOf(tab, 'Dora Finch').getByText('779').first().waitFor();
    expect(streams).toEqual([]);
  });

  it('appear a few seconds later where there is no stream', async () => {
    const { page, workspace, ids } = await openMembers();
    await page.route('**/graphql/stream', (route) => route.abort());
    await page.reload();
    await rowOf(page, 'Dora Finch').waitFor();
    await setLimit(workspace, ids['Dora Finch'], 780);
    await rowOf(page, 'Dora Finch').getByText('780').first().waitFor();
  });

  it('announces new members, and keeps the rows in place until the person loads them', async () => {
    const { page, workspace } = await openMembers();
    await addPeople(app, workspace, [{ name: 'Aaron Aa' }]);
    await page.getByText('The list has changed since it was loaded.').waitFor();
    expect(await rowOf(page, 'Aaron Aa').count()).toBe(0);
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await rowOf(page, 'Aaron Aa').waitFor();
  });
});

describe('accessibility', () => {
  it('leaves the focus on the button that has turned to the last page, and back to the first', async () => {
    const { page, workspace } = await openMembers();
    await addPeople(
      app,
      workspace,
      Array.from({ length: 25 }, (_, index) => ({ name: `Zoe ${index + 10}` })),
    );
    await page.reload();
    const next = page.getByRole('button', { name: 'Next' });
    await next.press('Enter');
    await rowOf(page, 'Zoe 34').waitFor();
    await expectFocus(next);
    expect(await next.getAttribute('aria-disabled')).toBe('true');
    const previous = page.getByRole('button', { name: 'Previous' });
    await previous.press('Enter');
    await rowOf(page, 'Ann Lee').waitFor();
    await expectFocus(previous);
  });

  it('says that a page is empty whose members were removed, and leads to the first one', async () => {
    const { page, workspace } = await openMembers();
    const names = Array.from({ length: 21 }, (_, index) => `Zoe ${index + 10}`);
    const ids = await addPeople(
      app,
      workspace,
      names.map((name) => ({ name })),
    );
    await page.reload();
    await page.getByRole('button', { name: 'Next' }).click();
    await rowOf(page, 'Zoe 30').waitFor();
    const input = { workspaceId: workspace.workspaceId, memberId: ids['Zoe 30'] };
    await done(app, app.operatorToken, 'memberRemove', input);
    await page.reload();
    await page.getByRole('heading', { name: 'There is nobody on this page any more' }).waitFor();
    await page.getByRole('button', { name: 'First page' }).click();
    await rowOf(page, 'Ann Lee').waitFor();
  });

  it('sets a credit limit with the keyboard alone', async () => {
    const { page } = await openMembers();
    await page.getByRole('row', { name: 'Ann Lee' }).focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('S');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('150');
    await page.keyboard.press('Enter');
    await page.getByText('The credit limit of Ann Lee is now 150.').waitFor();
    await page.locator('[aria-label="More actions for Ann Lee"]:focus').waitFor();
  });

  it('passes axe in both themes', async () => {
    const { page } = await openMembers();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'More actions for Ann Lee' }).click();
    await page.getByRole('menu').waitFor();
    await expectAccessible(page);
    await page.getByRole('menuitem', { name: 'Set credit limit' }).click();
    await page.getByRole('dialog').waitFor();
    await expectAccessible(page);
  });

  it('fits into a window of 320 pixels', async () => {
    const { page } = await openMembers('', { width: 320 });
    await expectNoSideScroll(page);
    await expectAccessible(page);
  });
});
