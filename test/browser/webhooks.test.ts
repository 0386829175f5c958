import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Encryption, newEncryptionKey } from '../../src/auth/encryption.js';
import { NO_SSO } from '../../src/services/context/sso-environment.js';
import { httpTransport } from '../../src/webhooks/http.js';
import { startTestApp, type TestApp } from '../app.js';
import { type Receiver, startReceiver } from '../webhooks/receiver.js';
import { browserPerFile, openDashboard } from './dashboard.js';

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
  await page.getByText('No event was sent yet').waitFor();
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
  await menu.click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('There is nothing here').waitFor();
  await page.goto(path);
  await page.getByText('There are no webhooks yet').waitFor();
});
