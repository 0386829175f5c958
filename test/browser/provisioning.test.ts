import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SESSION_COOKIE } from '../../src/sign-in/cookies.js';
import { type ScimClient, startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import {
  browserPerFile,
  expectAccessible,
  expectFocus,
  expectNoSideScroll,
  openDashboard,
} from './dashboard.js';
import { addPeople, addressOf } from './people.js';

/** The screen Provisioning (rules 54 to 64 of the provisioning log). */

const BOB = { userName: 'bob@acme.test', role: 'manager' };

browserPerFile();

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

interface Opened {
  readonly workspace: TestWorkspace;
  readonly scim: ScimClient;
}

async function company(): Promise<Opened> {
  const workspace = await app.workspace({ version: 'V2', credits: 10_000 });
  return { workspace, scim: app.scim(workspace.workspaceId, workspace.apiKey) };
}

const open = ({ workspace }: Opened, query = '', email = workspace.ownerEmail) =>
  openDashboard(app, { path: `/workspace/${workspace.workspaceId}/settings/provisioning${query}`, email });

/** Refuses Bob, and opens the screen when the entry is in the log. */
async function refuseBob(opened: Opened): Promise<{ readonly reference: string }> {
  const { status, body } = await opened.scim.post('/Users', BOB);
  expect(status).toBe(400);
  const reference = /ref ([0-9A-Z]{4}-[0-9A-Z]{4})/.exec(body.detail)?.[1];
  if (reference === undefined) throw new Error(`No reference in: ${body.detail}`);
  await expect
    .poll(async () => {
      const [row] = await app.sql<{ entries: number }>(
        'select count(*)::integer as entries from scim_request where workspace_id = $1',
        [opened.workspace.workspaceId],
      );
      return row?.entries;
    })
    .toBe(1);
  return { reference };
}

const problems = (page: Page) => page.getByRole('region', { name: 'Problems' });

describe('an administrator finds out why Bob was refused', () => {
  it('reads the problem with its fix, which disappears after a success', async () => {
    const opened = await company();
    await refuseBob(opened);
    const page = await open(opened);
    const problem = problems(page).getByRole('listitem').filter({ hasText: BOB.userName }).first();
    await problem.getByText('To fix it:').waitFor();
    await problem.getByText('create user').waitFor();
    expect(await problem.locator('ol li').count()).toBeGreaterThan(0);

    expect((await opened.scim.post('/Users', { ...BOB, role: 'editor' })).status).toBe(201);
    await expect
      .poll(async () => {
        await page.getByRole('button', { name: 'Check again' }).click();
        return problems(page).getByText('No problems').count();
      })
      .toBe(1);
  });

  it('reads what is wrong with each person, and which key sent somebody without a name (rule 56)', async () => {
    const opened = await company();
    await opened.scim.post('/Users', { active: true });
    await opened.scim.post('/Users', { userName: 'not an address' });
    const page = await open(opened);
    await expect
      .poll(async () => {
        await page.getByRole('button', { name: 'Check again' }).click();
        return problems(page).getByRole('listitem').filter({ hasText: '(create user, once)' }).count();
      })
      .toBeGreaterThan(2);
    const of = (name: string) => problems(page).locator('li li').filter({ hasText: name }).innerText();
    expect(await of('Requests without a name (key: ')).toContain('Neither userName nor an e-mail address');
    expect(await of('not an address (create user')).not.toContain('Neither userName');
  });

  it('finds a request by its reference, and reads it in full', async () => {
    const opened = await company();
    const { reference } = await refuseBob(opened);
    const page = await open(opened);
    await page.getByRole('textbox', { name: 'Reference' }).fill(reference);
    await expect.poll(() => new URL(page.url()).searchParams.get('reference')).toBe(reference);
    await page.getByRole('button', { name: `Show request ${reference}` }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(BOB.userName).first().waitFor();
    await dialog.getByText('To fix it:').waitFor();
    await dialog.getByText(BOB.role, { exact: true }).waitFor();
    await expectAccessible(page);
  });

  it('follows the link from an accepted request to the member and the audit entry', async () => {
    const opened = await company();
    await refuseBob(opened);
    await opened.scim.post('/Users', { ...BOB, role: 'editor' });
    const accepted = () =>
      app.sql('select 1 from scim_request where workspace_id = $1 and status = 201', [
        opened.workspace.workspaceId,
      ]);
    await expect.poll(accepted).toHaveLength(1);
    const page = await open(opened, '?outcome=ACCEPTED');
    const row = page.getByRole('row', { name: BOB.userName });
    await row.getByRole('button', { name: /^Show request/ }).click();
    await page
      .getByRole('dialog')
      .getByRole('link', { name: /^Show in the audit log: Member/ })
      .waitFor();
    await page.getByRole('dialog').getByRole('link', { name: BOB.userName }).click();
    await page.getByRole('heading', { name: BOB.userName }).first().waitFor();
  });

  it('sees a refusal and its problem appear without a reload', async () => {
    const opened = await company();
    const page = await open(opened);
    await problems(page).getByText('No problems').waitFor();
    const { reference } = await refuseBob(opened);
    await page.getByRole('button', { name: `Show request ${reference}` }).waitFor();
    await problems(page).getByRole('listitem').filter({ hasText: BOB.userName }).first().waitFor();
  });

  it('dismisses the problem', async () => {
    const opened = await company();
    await refuseBob(opened);
    const page = await open(opened);
    await page.getByRole('button', { name: /^Dismiss:/ }).click();
    await page.getByText('The problem is hidden until it occurs again.').waitFor();
    await problems(page).getByText('No problems').waitFor();
  });

  it('dismisses one problem after the other with the keyboard, which ends at the heading', async () => {
    const opened = await company();
    await refuseBob(opened);
    await opened.scim.post('/Users', { active: true });
    const page = await open(opened);
    const dismiss = page.getByRole('button', { name: /^Dismiss:/ });
    await expect
      .poll(async () => {
        await page.getByRole('button', { name: 'Check again' }).click();
        return dismiss.count();
      })
      .toBe(2);
    await dismiss.first().press('Enter');
    await expect.poll(() => dismiss.count()).toBe(1);
    await expectFocus(dismiss);
    await page.keyboard.press('Enter');
    await problems(page).getByText('No problems').waitFor();
    await expectFocus(page.getByRole('heading', { name: 'Problems' }));
  });
});

describe('a member with a problem', () => {
  it('is marked in the members table, found by a filter, and leads to the problem', async () => {
    const opened = await company();
    await addPeople(app, opened.workspace, [{ name: 'Ann Lee' }, { name: 'Bob Kent' }]);
    const { status } = await opened.scim.post('/Users', { userName: addressOf('Bob Kent') });
    expect(status).toBe(409);
    const page = await openDashboard(app, {
      path: `/workspace/${opened.workspace.workspaceId}/settings/members`,
      email: opened.workspace.ownerEmail,
    });
    const bob = page.getByRole('row', { name: 'Bob Kent' });
    await expect
      .poll(async () => {
        await page.reload();
        await bob.waitFor();
        return bob.getByRole('link', { name: /Problem/ }).count();
      })
      .toBe(1);
    await page.getByText('Has a problem').click();
    await page.getByRole('row', { name: 'Ann Lee' }).waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.get('problem')).toBe('yes');
    await bob.getByRole('link', { name: /Problem/ }).click();
    await problems(page).locator('li[aria-current]:focus').getByText('To fix it:').waitFor();
  });

  it('shows the requests about it and how to fix them', async () => {
    const opened = await company();
    const { body } = await opened.scim.post('/Users', { userName: 'ann@acme.test' });
    await opened.scim.patch(`/Users/${body.id}`, {
      Operations: [{ op: 'replace', value: { role: 'boss' } }],
    });
    const page = await openDashboard(app, {
      path: `/workspace/${opened.workspace.workspaceId}/settings/members/${body.id}`,
      email: opened.workspace.ownerEmail,
    });
    const provisioning = page.getByRole('region', { name: 'Provisioning' });
    await expect
      .poll(async () => {
        await page.reload();
        await provisioning.waitFor();
        return provisioning.getByText('To fix it:').count();
      })
      .toBe(1);
    expect(await provisioning.getByRole('button', { name: /Show request/ }).count()).toBe(2);
    await provisioning.getByRole('link', { name: 'Show requests' }).click();
    await page.getByRole('button', { name: 'Clear filter: Only about ann@acme.test' }).waitFor();
  });
});

describe('the requests', () => {
  it('are filtered by operation and key, and by a press on a bar of the chart', async () => {
    const opened = await company();
    await refuseBob(opened);
    const page = await open(opened);
    const requests = page.getByRole('region', { name: 'Requests' });
    const rows = requests.getByRole('button', { name: /Show request/ });
    await rows.waitFor();
    await requests
      .getByRole('listbox', { name: 'Refused requests by time' })
      .getByRole('option')
      .last()
      .click();
    const part = requests.getByRole('button', { name: /Clear filter: .* to / });
    await part.waitFor();
    expect(new URL(page.url()).searchParams.get('outcome')).toBe('REFUSED');
    await rows.waitFor();
    await requests
      .getByRole('listbox', { name: 'Refused requests by time' })
      .getByRole('option')
      .first()
      .click();
    await page.getByRole('heading', { name: 'No request matches' }).waitFor();
    await part.click();
    await rows.waitFor();
    await requests.getByRole('button', { name: /Operation/ }).click();
    await page.getByRole('option', { name: 'delete user' }).click();
    await page.getByRole('heading', { name: 'No request matches' }).waitFor();
    await requests.getByRole('button', { name: /Operation/ }).click();
    await page.getByRole('option', { name: 'create user' }).click();
    await rows.waitFor();
    await requests.getByRole('button', { name: /API key/ }).click();
    await page.getByRole('listbox', { name: 'API key' }).getByRole('option').nth(1).click();
    await expect.poll(() => new URL(page.url()).searchParams.get('key')).not.toBeNull();
    await rows.waitFor();
  });
});

describe('Set up', () => {
  it('is one press away from the top of the screen, with the focus', async () => {
    const page = await open(await company());
    await page.getByRole('button', { name: 'Set up', exact: true }).press('Enter');
    await page.locator(':focus').getByRole('heading', { name: 'Set up' }).waitFor();
  });

  it('shows the base URL, the mappings and a Terraform file to save', async () => {
    const opened = await company();
    const page = await open(opened);
    await page.getByText(`/organizations/${opened.workspace.workspaceId}`).first().waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download rollcall.tf' }).click();
    expect((await download).suggestedFilename()).toBe('rollcall.tf');
  });

  it('runs the request sequence of a provider: each step passes', async () => {
    const page = await open(await company());
    await page.getByRole('button', { name: 'Run the self-test' }).click();
    await page.getByText('All steps passed').waitFor();
    const steps = page.getByRole('list', { name: 'Steps of the self-test' }).getByRole('listitem');
    expect(await steps.filter({ hasText: 'Passed' }).count()).toBe(await steps.count());
  });
});

describe('Try a request', () => {
  it('shows a refusal with its fix, the changes it would make, and a body that is not JSON', async () => {
    const page = await open(await company());
    const body = page.getByRole('textbox', { name: 'Body (JSON)' });
    const answer = page.getByRole('region', { name: 'Answer' });
    const run = page.getByRole('button', { name: 'Try', exact: true });
    await body.fill(JSON.stringify(BOB));
    await run.click();
    await answer.getByText('To fix it:').waitFor();
    await body.fill(JSON.stringify({ ...BOB, role: 'editor' }));
    await run.click();
    await answer.getByText('201').first().waitFor();
    await answer
      .getByRole('heading', { name: /^Member / })
      .first()
      .waitFor();
    await body.fill('{');
    await run.click();
    await page.getByText('The body is not a JSON object.').waitFor();
  });

  it('keeps what was typed when the session ends, and can be sent after signing in in another tab', async () => {
    const opened = await company();
    const page = await open(opened);
    const body = page.getByRole('textbox', { name: 'Body (JSON)' });
    await body.fill(JSON.stringify({ ...BOB, role: 'editor' }));
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Try', exact: true }).click();
    const answer = page.getByRole('region', { name: 'Try a request' }).getByRole('alert');
    await answer.filter({ hasText: 'what you typed is still here' }).waitFor();
    const offer = page.getByRole('alertdialog').filter({ hasText: 'You are signed out.' });
    await offer.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await body.inputValue()).toContain('"role":"editor"');
    const value = await app.session(opened.workspace.ownerEmail);
    await page.context().addCookies([{ name: SESSION_COOKIE.name, value, url: app.url }]);
    await page.getByRole('button', { name: 'Try', exact: true }).click();
    await page.getByRole('region', { name: 'Answer' }).getByText('201').first().waitFor();
    expect(await body.inputValue()).toContain('"role":"editor"');
  });

  it('leads to sign-in when nothing was typed', async () => {
    const page = await open(await company());
    await page.getByRole('textbox', { name: 'Body (JSON)' }).waitFor();
    await page.context().clearCookies();
    const run = page.getByRole('button', { name: 'Try', exact: true });
    // A live part of the page may be faster.
    await run.click({ timeout: 2000 }).catch(() => undefined);
    await page.waitForURL((url) => url.pathname === '/sign-in');
  });
});

describe('the removal brake', () => {
  it('shows what is paused, restores members after a dry run, and is released', async () => {
    const opened = await company();
    const added = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        opened.scim.post('/Users', { userName: `m${index}@acme.test`, role: 'viewer' }),
      ),
    );
    for (const { body } of added.slice(0, 15)) await opened.scim.delete(`/Users/${body.id}`);
    const page = await open(opened);
    const banner = page
      .getByRole('alert')
      .filter({ hasText: 'Removals by the identity provider are paused' });
    await banner.waitFor();
    await banner.getByRole('button', { name: 'Undo removals' }).click();
    await page.getByRole('dialog').getByText('Each is entered in the audit log.').waitFor();
    await page.getByRole('button', { name: 'Bring them back' }).click();
    await page.getByText(/members are back\./).waitFor();
    await banner.getByRole('button', { name: 'Release' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Release' }).click();
    await page.getByText(/The brake is released/).waitFor();
  });
});

it('removals of the last day are undone for the chosen people only (rule 64)', async () => {
  const opened = await company();
  for (const name of ['gone', 'wrong']) {
    const { body } = await opened.scim.post('/Users', { userName: `${name}@acme.test`, role: 'viewer' });
    await opened.scim.delete(`/Users/${body.id}`);
  }
  const page = await open(opened);
  await page.getByRole('button', { name: 'Undo removals of the last 24 hours' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('2 of 2 removed members come back.').waitFor();
  await dialog.getByText('gone@acme.test').click();
  await dialog.getByText('1 of 2 removed members come back.').waitFor();
  await dialog.getByRole('button', { name: 'Bring them back' }).click();
  await page.getByText('1 member is back.').waitFor();
  const back = await app.sql<{ name: string }>(
    `select m.user_name as name from member m join membership s on s.member_id = m.id and s.ended_at is null
     where m.workspace_id = $1 and s.role <> 'OWNER'`,
    [opened.workspace.workspaceId],
  );
  expect(back).toEqual([{ name: 'wrong@acme.test' }]);
});

it('only owners, admins and operators see the screen', async () => {
  const opened = await company();
  await addPeople(app, opened.workspace, [{ name: 'Vera Voss', role: 'VIEWER' }]);
  const page = await open(opened, '', addressOf('Vera Voss'));
  await page.getByRole('heading', { name: 'You cannot open this page' }).waitFor();
  expect(await page.getByRole('link', { name: 'Provisioning' }).count()).toBe(0);
});

it('with a problem: axe finds nothing, and 320 pixels are enough, in both themes', async () => {
  const opened = await company();
  await refuseBob(opened);
  const { workspaceId, ownerEmail } = opened.workspace;
  const path = `/workspace/${workspaceId}/settings/provisioning`;
  const page = await openDashboard(app, { path, email: ownerEmail });
  await problems(page).getByText('To fix it:').waitFor();
  await page.getByText('Terraform file', { exact: true }).waitFor();
  await expectAccessible(page);
  await page.setViewportSize({ width: 320, height: 640 });
  await expectNoSideScroll(page);
});
