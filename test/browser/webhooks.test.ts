import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Encryption, newEncryptionKey } from '../../src/auth/encryption.js';
import { NO_SSO } from '../../src/services/context/sso-environment.js';
import { httpTransport } from '../../src/webhooks/http.js';
import { startTestApp, type TestApp } from '../app.js';
import { type Receiver, startReceiver } from '../webhooks/receiver.js';
import { browserPerFile, expectAccessible, openDashboard, reloadLive } from './dashboard.js';

const TARGETS = { allowsHttp: true, allowsPrivate: true };

browserPerFile();

let app: TestApp;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
  app = await startTestApp({
    sso: { ...NO_SSO, encryption: Encryption.withKeys([newEncryptionKey()]) ?? null },
    webhookTargets: TARGETS,
    webhookTransport: httpTransport(TARGETS),
  });
});
afterAll(async () => {
  await app.stop();
  await receiver.stop();
});

it('a webhook is created, tested, found failing, replayed, rotated, disabled and deleted', async () => {
  const { workspaceId, ownerEmail } = await app.workspace({ version: 'V2' });
  const path = `/workspace/${workspaceId}/settings/webhooks`;
  const page = await openDashboard(app, { path, email: ownerEmail });

  await page.getByRole('button', { name: 'Create webhook' }).click();
  const dialog = page.getByRole('dialog');
  const url = dialog.getByRole('textbox', { name: 'URL' });
  await url.fill('not a URL');
  await dialog.getByText('All of the following').first().click();
  await dialog.getByRole('button', { name: 'Create webhook' }).click();
  await dialog.getByText('url must be a URL').waitFor();
  await url.fill(receiver.url);
  await dialog.getByRole('button', { name: 'Create webhook' }).click();
  const secretDialog = page.getByRole('alertdialog');
  const secret = (await secretDialog.getByText(/^whsec_/).textContent()) ?? '';
  await secretDialog.getByRole('button', { name: 'I have copied it' }).click();

  receiver.reply = () => ({ status: 500, body: 'out of order' });
  await page.getByRole('link', { name: receiver.url }).click();
  await page.getByRole('heading', { name: 'No event was sent yet' }).waitFor();
  const menu = page.getByRole('button', { name: `More actions for ${receiver.url}` });
  await menu.click();
  await page.getByRole('menuitem', { name: 'Send a test event' }).click();
  await page.getByText('The receiver answered 500 Internal Server Error.').waitFor();
  await page.getByRole('button', { name: 'Show webhook.test' }).click();
  await page.getByRole('dialog').getByText('out of order').first().waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();

  receiver.reply = () => ({ status: 204 });
  await page.getByRole('button', { name: 'Replay webhook.test' }).click();
  await page.getByRole('cell', { name: 'Delivered', exact: true }).waitFor();
  const { headers, body } = receiver.received.at(-1) ?? { headers: {}, body: '' };
  expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
    type: 'webhook.test',
  });

  await menu.click();
  await page.getByRole('menuitem', { name: 'Rotate secret' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate secret' }).click();
  await page.getByText(/signed with the old secret too until/).waitFor();
  await page.getByRole('button', { name: 'I have copied it' }).click();

  await page.getByRole('button', { name: 'Replay what was missed' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Replay', exact: true }).click();
  await page.getByText('0 failed events are sent again').waitFor();

  await menu.click();
  await page.getByRole('menuitem', { name: 'Disable' }).click();
  await page.getByText('Disabled', { exact: true }).first().waitFor();

  // The keyboard finds out why nothing can be sent, at the button of the panel and at that of a row.
  const missed = page.getByRole('button', { name: 'Replay what was missed', disabled: true });
  expect(await missed.evaluate((button) => button.ariaDescribedByElements?.[0]?.textContent)).toBe(
    'Enable the webhook first.',
  );
  await missed.press('Enter');
  expect(await page.getByRole('dialog').count()).toBe(0);
  await page.getByRole('button', { name: 'Replay webhook.test', disabled: true }).press('Enter');
  await page.getByRole('alertdialog').getByText('Enable the webhook first.').waitFor();
  await page.reload();
  await missed.waitFor();
  await expectAccessible(page);

  await menu.click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
  await page.goto(path);
  await page.getByRole('heading', { name: 'There are no webhooks yet' }).waitFor();
});

it('a webhook that a colleague creates appears in the list by itself', async () => {
  const { workspaceId, ownerEmail } = await app.workspace({ version: 'V2' });
  const path = `/workspace/${workspaceId}/settings/webhooks`;
  const page = await openDashboard(app, { path, email: ownerEmail });
  await reloadLive(page);
  await page.getByRole('heading', { name: 'There are no webhooks yet' }).waitFor();
  await createWebhook(workspaceId);
  await page.getByRole('link', { name: new URL(receiver.url).host }).waitFor();
});

async function createWebhook(workspaceId: string): Promise<string> {
  const create = `mutation ($input: WebhookCreateInput!) { webhookCreate(input: $input) { webhook { id } } }`;
  const input = { workspaceId, url: receiver.url, eventTypes: ['*'] };
  const created = await app.graphql(app.operatorToken, create, { input });
  return created.data.webhookCreate.webhook.id;
}

it('a webhook that somebody has disabled meanwhile: the refusal is shown in the words of the server', async () => {
  const { workspaceId, ownerEmail } = await app.workspace({ version: 'V2' });
  const webhookId = await createWebhook(workspaceId);
  const path = `/workspace/${workspaceId}/settings/webhooks/${webhookId}`;
  const page = await openDashboard(app, { path, email: ownerEmail });
  const menu = page.getByRole('button', { name: `More actions for ${receiver.url}` });
  receiver.reply = () => ({ status: 204 });
  await menu.click();
  await page.getByRole('menuitem', { name: 'Send a test event' }).click();
  await page.getByRole('row', { name: /webhook\.test Delivered/ }).waitFor();
  // The page reads the deliveries again for some seconds after a test event, and after a reload only once.
  await page.reload();
  await page.getByRole('button', { name: 'Replay webhook.test' }).waitFor();

  const update = `mutation ($input: WebhookUpdateInput!) { webhookUpdate(input: $input) { webhook { id } } }`;
  const disabling = { input: { workspaceId, webhookId, enabled: false } };
  expect((await app.graphql(app.operatorToken, update, disabling)).errors).toBeUndefined();
  const refusal = page
    .getByRole('alertdialog')
    .filter({ hasText: 'The webhook is disabled. Enable it first.' });
  await page.getByRole('button', { name: 'Replay webhook.test' }).click();
  await refusal.getByRole('button', { name: 'Close' }).click();
  await menu.click();
  await page.getByRole('menuitem', { name: 'Send a test event' }).click();
  await refusal.waitFor();
});
