import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../app.js';
import { browserPerFile, expectFocus, openPage } from './dashboard.js';

browserPerFile();

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

it('runs the first query as the person who is signed in, who need neither paste a credential nor click', async () => {
  const { ownerEmail } = await app.workspace({ version: 'V2' });
  const page = await openPage(app, { path: '/playground', email: ownerEmail });
  const editor = page.locator('.graphiql-query-editor .monaco-editor').first();
  await editor.getByText('press Ctrl-Enter: queries run as').waitFor();
  await expectFocus(editor.getByRole('textbox'));
  await page.keyboard.press('Control+Enter');
  await page.locator('.result-window').getByText(ownerEmail).first().waitFor();
});

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
  const streamed = page.waitForResponse((response) => response.url().endsWith('/graphql/stream'));
  let isSent = false;
  page.on('request', (request) => {
    isSent ||= request.url().endsWith('/graphql/stream');
  });
  // GraphiQL parses what was typed a moment later; until then it sends the name of the former operation.
  const run = async () => {
    if (!isSent) await page.keyboard.press('Control+Enter');
    return isSent;
  };
  await expect.poll(run, { interval: 1000 }).toBe(true);
  await streamed;
  const name = 'Acme, renamed';
  await app.graphql(
    app.operatorToken,
    'mutation ($input: WorkspaceUpdateInput!) { workspaceUpdate(input: $input) { workspace { id } } }',
    { input: { workspaceId: workspace.workspaceId, name } },
  );
  await expect.poll(() => page.locator('.result-window').innerText()).toContain('workspace.update');
});
