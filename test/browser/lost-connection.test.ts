import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../app.js';
import { done } from '../http/graphql/operations.js';
import { CLIENT_ID, MisbehavingProvider } from '../http/sso/misbehaving-provider.js';
import { testEnvironment } from '../http/sso/setting.js';
import { browserPerFile, openDashboard, takeFaults } from './dashboard.js';
import { addPeople } from './people.js';

/**
 * A network that fails in the middle of a change: the screen says so, keeps what was typed, and the change can be sent again.
 * A screen that cannot be loaded, or that throws, says so too.
 */

browserPerFile();

let app: TestApp;
let provider: MisbehavingProvider;
beforeAll(async () => {
  app = await startTestApp({ sso: testEnvironment() });
  provider = await MisbehavingProvider.start();
});
afterAll(async () => {
  await app.stop();
  await provider.stop();
});

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
    await page.getByRole('dialog').getByText('Read the audit log').click();
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

interface Step {
  /** Opens the dialog and types. */
  readonly open?: (page: Page) => Promise<unknown>;
  /** The label of a field, and what is typed into it. */
  readonly typed?: readonly [label: string, text: () => string];
  /** Sends the change; the same press sends it again. */
  readonly press: (page: Page) => Promise<unknown>;
  /** What the screen says afterwards. */
  readonly done: string;
}

interface Screen {
  readonly name: string;
  /** Makes what the screen shows. @returns its path */
  readonly path: () => Promise<string>;
  /** Absent: the owner of the workspace. */
  readonly isOperator?: boolean;
  readonly steps: readonly Step[];
}

const dialogOf = (page: Page) => page.getByRole('dialog').or(page.getByRole('alertdialog'));
const inDialog = (button: string) => (page: Page) =>
  dialogOf(page).getByRole('button', { name: button, exact: true }).click();
const openBy = (button: string) => (page: Page) => page.getByRole('button', { name: button }).click();
const inMenu = (name: string, action: string) => (page: Page) => openAction(page, name, action);
const OWNER = 'owner-of-changes@acme.test';

async function groupPath(): Promise<string> {
  const { workspaceId } = await app.workspace({ version: 'V2', ownerEmail: OWNER });
  await done(app, app.operatorToken, 'memberAdd', { workspaceId, userName: 'ann.lee@acme.test' });
  const { group } = await done(app, app.operatorToken, 'groupCreate', { workspaceId, displayName: 'Design' });
  return `/workspace/${workspaceId}/settings/groups/${group.id}`;
}

const SCREENS: readonly Screen[] = [
  {
    name: 'Auth and security',
    path: async () => {
      const { workspaceId } = await app.workspace({ version: 'V2', ownerEmail: OWNER });
      return `/workspace/${workspaceId}/settings/auth-and-security`;
    },
    steps: [
      {
        open: async (page) => {
          await openBy('Configure')(page);
          await dialogOf(page).getByRole('button', { name: 'Provider' }).click();
          await page.getByRole('option', { name: 'Another OpenID Connect provider' }).click();
          await page.getByLabel('Client ID').fill(CLIENT_ID);
          await page.getByLabel('Client secret').fill('secret');
        },
        typed: ['Discovery URL', () => provider.issuer],
        press: inDialog('Save'),
        done: 'Single sign-on is saved.',
      },
      {
        open: openBy('Add domain'),
        typed: ['Domain', () => 'lost-connection.test'],
        press: inDialog('Add domain'),
        done: 'Not verified',
      },
      {
        open: inMenu('lost-connection.test', 'Remove'),
        press: inDialog('Remove domain'),
        done: 'lost-connection.test was removed.',
      },
      {
        open: openBy('Delete'),
        press: inDialog('Delete'),
        done: 'Single sign-on is no longer configured.',
      },
    ],
  },
  {
    name: 'Seats',
    path: async () => {
      const { workspaceId } = await app.workspace({ version: 'V1', seats: { pro: 5 }, ownerEmail: OWNER });
      return `/workspace/${workspaceId}/settings/seats`;
    },
    steps: [
      {
        open: openBy('Set totals'),
        typed: ['Pro', () => '7'],
        press: inDialog('Save'),
        done: 'The totals are saved.',
      },
    ],
  },
  {
    name: 'Group',
    path: groupPath,
    steps: [
      {
        open: async (page) => {
          await openBy('Add member to group')(page);
          await page.getByRole('combobox').fill('ann');
          await page.getByRole('option', { name: /ann.lee/ }).click();
        },
        press: inDialog('Add'),
        done: 'is now in Design.',
      },
      {
        open: async (page) => {
          await openBy('Change grant')(page);
          await dialogOf(page)
            .getByRole('button', { name: /Grants/ })
            .click();
          await page.getByRole('option', { name: 'Editor' }).click();
        },
        press: inDialog('Check'),
        done: '1 member will change.',
      },
      { press: inDialog('Save'), done: 'The grant of Design is saved.' },
      {
        press: inMenu('ann.lee@acme.test', 'Remove from group'),
        done: 'ann.lee@acme.test is no longer in Design.',
      },
      {
        open: inMenu('Design', 'Rename'),
        typed: ['Name', () => 'Design North'],
        press: inDialog('Save'),
        done: 'Design North',
      },
      {
        open: inMenu('Design North', 'Delete'),
        press: inDialog('Delete group'),
        done: 'Design North was deleted.',
      },
    ],
  },
  {
    name: 'Workspaces of operators',
    path: async () => '/sign-in/operator',
    isOperator: true,
    steps: [
      {
        open: async (page) => {
          await openBy('Create workspace')(page);
          await page.getByLabel('E-mail address of the first owner').fill('otto@borealis.test');
        },
        typed: ['Name', () => 'Borealis'],
        press: inDialog('Create workspace'),
        done: 'Borealis was created.',
      },
      {
        open: async (page) => {
          await page.getByRole('searchbox').fill('borealis');
          await openAction(page, 'Borealis', 'Set plan and SCIM');
          await dialogOf(page).getByText('An identity provider may provision members').click();
        },
        press: inDialog('Save'),
        done: 'Borealis was changed.',
      },
    ],
  },
];

it.each(SCREENS)('$name keeps what was typed, and the same press sends the change again', async (screen) => {
  const page = await openDashboard(app, { path: await screen.path(), email: OWNER });
  if (screen.isOperator === true) {
    await page.getByLabel('Operator token').fill(app.operatorToken);
    await page.keyboard.press('Enter');
  }
  for (const { open, typed, press, done: said } of screen.steps) {
    await open?.(page);
    const field = typed && dialogOf(page).getByRole('textbox', { name: typed[0], exact: true });
    await field?.fill(typed?.[1]() ?? '');
    await cut(page);
    await press(page);
    await page.getByText('Rollcall cannot be reached').waitFor();
    expect(await field?.inputValue()).toBe(typed?.[1]());
    await mend(page);
    await press(page);
    await page.getByText(said).first().waitFor();
    await page.getByText('Rollcall cannot be reached').waitFor({ state: 'detached' });
  }
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
    await page.getByRole('dialog').getByText('Read the audit log').click();
    await cutAnswer(page);
    await page.getByRole('dialog').getByRole('button', { name: 'Create API key' }).click();
    await page.getByText('nobody knows its secret: delete it there').waitFor();
    await mend(page);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Deploys').waitFor();
  });
});

/** The server answers the frame of the screens, and refuses the lists in it. */
async function refuseLists(route: Route): Promise<void> {
  const answer = await (await route.fetch()).json();
  const { workspace } = answer.data ?? {};
  if (workspace == null || route.request().postDataJSON().operationName === 'WorkspaceFrame')
    return route.fulfill({ json: answer });
  const parent = workspace.scim ?? workspace;
  const lists = Object.keys(parent).filter((name) => typeof parent[name] === 'object');
  for (const name of lists) parent[name] = null;
  const errors = lists.map((name) => ({
    message: 'The database is too busy.',
    path: ['workspace', ...(parent === workspace ? [] : ['scim']), name],
    extensions: { code: 'UNAVAILABLE', hint: 'Try again in a moment.', requestId: '1' },
  }));
  await route.fulfill({ json: { data: answer.data, errors } });
}

it.each([
  ['/settings/members', 'Dora Finch'],
  ['/settings/invitations', 'No invitation is pending'],
  ['/settings/groups', 'There are no groups yet'],
  ['/settings/credits', 'Credits'],
  ['/settings/api-keys', 'Test'],
  ['/settings/webhooks', 'There are no webhooks yet'],
  ['/settings/provisioning', 'No problems'],
  ['/settings/audit-log', 'dora.finch@acme.test'],
])('%s says that a part of it was refused, instead of being empty', async (path, shown) => {
  const { page, workspace } = await openScreen('');
  await page.getByText('Active members').first().waitFor();
  await page.route('**/graphql', refuseLists);
  await page.goto(`/workspace/${workspace.workspaceId}${path}`);
  await page.getByText('The database is too busy.').first().waitFor();
  for (const empty of [/^No /, /^There are no /, /^Nobody/])
    expect(await page.locator('main').getByText(empty).filter({ visible: true }).allInnerTexts()).toEqual([]);
  await page.unroute('**/graphql');
  const again = page.getByRole('button', { name: 'Try again' });
  for (let left = await again.count(); left > 0; left -= 1) await again.first().click();
  await page.locator('main').getByText(shown).filter({ visible: true }).first().waitFor();
});

it('the code of a screen that cannot be loaded leaves the navigation usable, and a reload shows the screen', async () => {
  const { page } = await openScreen('/settings/members');
  await page.getByRole('grid').waitFor();
  await page.route('**/assets/*.js', (route) => route.abort('connectionreset'));
  await page.getByRole('link', { name: 'Groups' }).click();
  await page.getByRole('alert').getByText('This page could not be loaded').waitFor();
  await page.getByRole('link', { name: 'Members' }).click();
  await page.getByRole('grid').waitFor();
  await page.getByRole('link', { name: 'Groups' }).click();
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'Reload' }).click();
  await page.getByText('Rollcall cannot be reached').waitFor();
  await page.context().setOffline(false);
  await page.unroute('**/assets/*.js');
  await page.getByRole('button', { name: 'Reload' }).click();
  await page.getByRole('heading', { name: 'There are no groups yet' }).waitFor();
});

it('a screen that throws leaves the navigation usable, and a reload shows the screen', async () => {
  const { page } = await openScreen('/settings/members');
  await page.getByRole('grid').waitFor();
  const breakTimes = async (route: Route) => {
    const answer = await (await route.fetch()).text();
    await route.fulfill({
      contentType: 'application/json',
      body: answer.replaceAll(/"20\d\d-[^"]+Z"/g, '"soon"'),
    });
  };
  await page.route('**/graphql', breakTimes);
  await page.getByRole('link', { name: 'Audit log' }).click();
  await page.getByRole('alert').getByText('This page has stopped working').waitFor();
  expect(takeFaults(page).join()).toContain('RangeError');
  await page.unroute('**/graphql');
  await page.getByRole('link', { name: 'Members' }).click();
  await page.getByRole('grid').waitFor();
  await page.getByRole('link', { name: 'Audit log' }).click();
  await page.getByRole('alert').waitFor();
  expect(takeFaults(page).join()).toContain('RangeError');
  await page.getByRole('button', { name: 'Reload' }).click();
  await page
    .getByRole('button', { name: /Changes of/ })
    .first()
    .waitFor();
});
