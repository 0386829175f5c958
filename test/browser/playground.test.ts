import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../app.js';
import { browserPerFile, openPage } from './dashboard.js';

browserPerFile();

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

it('shows the entries of a subscription as they come', async () => {
  const workspace = await app.workspace({ version: 'V2' });
  const page = await openPage(app, { path: '/playground', email: workspace.ownerEmail });
  const editor = page.locator('.graphiql-query-editor .monaco-editor').first();
  await editor.waitFor();
  const query = `subscription { workspaceActivity(workspaceId: "${workspace.workspaceId}") { action targetLabel } }`;
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(query)})`);
  await editor.click();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Control+V');
  await expect.poll(() => editor.innerText()).toContain('workspaceActivity');
  await Promise.all([
    page.waitForResponse((response) => response.url().endsWith('/graphql/stream')),
    page.keyboard.press('Control+Enter'),
  ]);
  const name = 'Acme, renamed';
  await app.graphql(
    app.operatorToken,
    'mutation ($input: WorkspaceUpdateInput!) { workspaceUpdate(input: $input) { workspace { id } } }',
    { input: { workspaceId: workspace.workspaceId, name } },
  );
  await expect.poll(() => page.locator('.result-window').innerText()).toContain('workspace.update');
});
