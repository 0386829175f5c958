import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import { browserPerFile, openDashboard } from './dashboard.js';
import { addPeople } from './people.js';

/** Links whose parameters are out of date, of another list or edited still open their screen. */

browserPerFile();

let app: TestApp;
let workspace: TestWorkspace;
beforeAll(async () => {
  app = await startTestApp();
  workspace = await app.workspace({ version: 'V2', credits: 10_000 });
  await addPeople(app, workspace, [{ name: 'Ann Lee' }]);
  const scim = app.scim(workspace.workspaceId, workspace.apiKey);
  expect((await scim.post('/Users', { userName: 'bob@acme.test', active: true })).status).toBe(201);
  const CREATE =
    'mutation ($input: InvitationCreateInput!) { invitationCreate(input: $input) { invitation { id } } }';
  const input = { workspaceId: workspace.workspaceId, email: 'cem@acme.test' };
  expect((await app.graphql(app.operatorToken, CREATE, { input })).errors).toBeUndefined();
});
afterAll(() => app.stop());

const open = (path: string) =>
  openDashboard(app, {
    path: `/workspace/${workspace.workspaceId}/settings${path}`,
    email: workspace.ownerEmail,
  });

describe('a list whose cursor in the URL is not one of its own is shown from its beginning', () => {
  it.each([
    ['/members?after=zzz', 'ann.lee@acme.test'],
    ['/members?search=ann&before=zzz', 'ann.lee@acme.test'],
    ['/audit-log?after=zzz', 'ann.lee@acme.test'],
    ['/invitations?after=zzz', 'cem@acme.test'],
    ['/provisioning?after=zzz', 'bob@acme.test'],
  ])('%s', async (path, text) => {
    const page = await open(path);
    await page.getByRole('row').getByText(text).first().waitFor();
    await page.getByText('You see the list from its beginning.').waitFor();
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    const { searchParams } = new URL(page.url());
    expect([searchParams.get('after'), searchParams.get('before')]).toEqual([null, null]);
    expect(searchParams.get('search')).toBe(path.includes('search') ? 'ann' : null);
  });
});

describe('a filter in the URL whose value cannot be is as if it were absent', () => {
  it.each([
    ['/audit-log?action=nonsense&channel=nonsense&actor=nonsense', 'ann.lee@acme.test'],
    ['/audit-log?since=2026-02-31&until=2026-13-01', 'ann.lee@acme.test'],
    ['/members?group=zzz&role=nonsense&sort=foo', 'ann.lee@acme.test'],
    ['/provisioning?key=zzz&target=zzz&code=nonsense&since=2026-02-31', 'bob@acme.test'],
    ['/provisioning?from=1&to=2099-01-01', 'bob@acme.test'],
    ['/access-review?day=2026-02-31&compare=2026-04-31', 'ann.lee@acme.test'],
  ])('%s', async (path, text) => {
    const page = await open(path);
    await page.getByRole('row').getByText(text).first().waitFor();
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  });

  it('the field of the access review has the day that is shown', async () => {
    const page = await open('/access-review?day=2026-02-31');
    expect(await page.getByLabel('Day', { exact: true }).inputValue()).toMatch(/^\d{4}-\d\d-\d\d$/);
  });
});
