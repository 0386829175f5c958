import { mkdir, writeFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Encryption, newEncryptionKey } from '../../src/auth/encryption.js';
import { NO_SSO } from '../../src/services/context/sso-environment.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import {
  browserPerFile,
  expectAccessible,
  expectNoSideScroll,
  openDashboard,
  SCREENSHOTS,
  TAKES_PICTURES,
  takePictures,
} from './dashboard.js';
import { addPeople, addressOf, type Person } from './people.js';

/**
 * Every screen of the dashboard in both themes: a screenshot, the faults that axe finds, and whether it fits a narrow
 * window.
 */
const PICTURES = 'dashboard/';

const NAMES = [
  'Ann Lee',
  'Bob Kent',
  'Carla Diaz',
  'Dora Finch',
  'Emil Novak',
  'Fay Wong',
  'Gus Moreau',
  'Hana Sato',
];
const PEOPLE: readonly Person[] = NAMES.map((name, index) => ({
  name,
  role: (['ADMIN', 'EDITOR', 'VIEWER', 'EDITOR'] as const)[index % 4] ?? 'EDITOR',
  ...(index % 4 === 3 ? { creditLimit: 300 * index } : {}),
}));

browserPerFile();

let app: TestApp;
let v1: TestWorkspace;
let v2: TestWorkspace;
let ids: Readonly<Record<string, string>>;
let groupId: string;
let webhookId: string;

beforeAll(async () => {
  await mkdir(`${SCREENSHOTS}${PICTURES}`, { recursive: true });
  app = await startTestApp({
    sso: { ...NO_SSO, encryption: Encryption.withKeys([newEncryptionKey()]) ?? null },
    webhookTransport: async ({ body }) => ({
      durationMs: 87,
      status: JSON.parse(body).type === 'webhook.test' ? 200 : 503,
      error:
        JSON.parse(body).type === 'webhook.test' ? null : 'The receiver answered 503 Service Unavailable.',
      response: JSON.parse(body).type === 'webhook.test' ? 'ok' : 'upstream connect error',
      retryAfterMs: null,
      isGone: false,
    }),
  });
  v1 = await app.workspace({ version: 'V1', seats: { pro: 5, starter: 20 }, ownerEmail: 'olivia@acme.test' });
  v2 = await app.workspace({ version: 'V2', credits: 10_000, ownerEmail: 'olivia@acme.test' });
  ids = await addPeople(app, v2, PEOPLE);
  await change('creditsConsume', 'CreditsConsume', {
    memberId: ids['Dora Finch'],
    amount: 640,
    idempotencyKey: '1',
  });
  await change('creditsConsume', 'CreditsConsume', {
    memberId: ids['Ann Lee'],
    amount: 1200,
    idempotencyKey: '2',
  });
  await change('webhookCreate', 'WebhookCreate', {
    url: 'https://billing.acme.test/webhooks/rollcall',
    description: 'Tells billing who is a member',
    eventTypes: ['member.*', 'group.create'],
  });
  const webhooks = 'query ($id: ID!) { workspace(id: $id) { webhooks(first: 1) { nodes { id } } } }';
  const made = await app.graphql(app.operatorToken, webhooks, { id: v2.workspaceId });
  webhookId = made.data.workspace.webhooks.nodes[0].id;
  await change('webhookTest', 'WebhookTest', { webhookId });
  await change('groupCreate', 'GroupCreate', {
    displayName: 'Design',
    memberIds: [ids['Ann Lee'], ids['Dora Finch'], ids['Fay Wong']],
  });
  const groups = 'query ($id: ID!) { workspace(id: $id) { group(displayName: "Design") { id } } }';
  const { data } = await app.graphql(app.operatorToken, groups, { id: v2.workspaceId });
  groupId = data.workspace.group.id;
  await change('invitationCreate', 'InvitationCreate', { email: 'nora@acme.test' });
  await change('invitationLinkCreate', 'InvitationLinkCreate', { maxUses: 25 });
  await change('memberRemove', 'MemberRemove', { memberId: ids['Gus Moreau'] });
  const key = await app.graphql(
    app.operatorToken,
    'mutation ($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) { apiKey { id } } }',
    { input: { workspaceId: v2.workspaceId, name: 'Reports', scopes: ['MEMBERS_READ'] } },
  );
  await change('apiKeyRotate', 'ApiKeyRotate', { apiKeyId: key.data.apiKeyCreate.apiKey.id });
  const scim = app.scim(v2.workspaceId, v2.apiKey);
  await scim.post('/Users', { userName: 'ivo@acme.test', role: 'manager' });
  await scim.post('/Users', { userName: addressOf('Bob Kent') });
  const { body } = await scim.post('/Users', { userName: 'jana@acme.test', role: 'editor' });
  await scim.patch(`/Users/${body.id}`, { Operations: [{ op: 'replace', value: { role: 'boss' } }] });
  ids = { ...ids, Jana: body.id };
});
afterAll(() => app.stop());

/** Makes a change in the V2 workspace as the operator. */
async function change(field: string, type: string, input: Readonly<Record<string, unknown>>): Promise<void> {
  const document = `mutation ($input: ${type}Input!) { ${field}(input: $input) { __typename } }`;
  const variables = { input: { workspaceId: v2.workspaceId, ...input } };
  expect((await app.graphql(app.operatorToken, document, variables)).errors).toBeUndefined();
}

interface Screen {
  readonly name: string;
  readonly path: () => string;
  /** The address of the person who looks; the owner without it. */
  readonly email?: string;
  /** Waits until the screen is complete. */
  readonly ready: (page: Page) => Promise<unknown>;
  /** Whether docs/administrators/dashboard.md shows the screen. */
  readonly isInGuide?: boolean;
}

const inV2 = (path: string) => () => `/workspace/${v2.workspaceId}${path}`;
const inV1 = (path: string) => () => `/workspace/${v1.workspaceId}${path}`;
const text = (shown: string) => (page: Page) => page.getByText(shown).first().waitFor();
const grid = (page: Page) => page.getByRole('grid').waitFor();

async function openMenu(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'More actions for Dora Finch' }).click();
  await page.getByRole('menu').waitFor();
}

const SCREENS: readonly Screen[] = [
  { name: 'workspaces', path: () => '/', ready: (page) => page.locator('main a').first().waitFor() },
  { name: 'overview-v2', path: inV2(''), ready: text('Active members') },
  { name: 'overview-v1', path: inV1(''), ready: text('Active members') },
  { name: 'members-v2', path: inV2('/settings/members'), ready: grid },
  { name: 'members-v1', path: inV1('/settings/members'), ready: grid },
  { name: 'members-filtered', path: inV2('/settings/members?role=viewer'), ready: text('Carla Diaz') },
  { name: 'members-none', path: inV2('/settings/members?search=nobody'), ready: text('No member matches') },
  { name: 'members-menu', path: inV2('/settings/members'), ready: openMenu },
  {
    name: 'members-limit',
    isInGuide: true,
    path: inV2('/settings/members'),
    ready: async (page) => {
      await openMenu(page);
      await page.getByRole('menuitem', { name: 'Set credit limit' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'members-bulk',
    path: inV2('/settings/members'),
    ready: async (page) => {
      await page.getByRole('columnheader', { name: 'Select' }).locator('label').click();
      await page
        .getByRole('region', { name: 'Selected members' })
        .getByRole('button', { name: 'Remove' })
        .click();
      await page.getByText('remain as they are').or(page.getByText('remains as it is')).waitFor();
    },
  },
  {
    name: 'member',
    path: () => inV2(`/settings/members/${ids['Dora Finch']}`)(),
    ready: text('Member added'),
  },
  {
    name: 'member-problem',
    path: () => inV2(`/settings/members/${ids.Jana}`)(),
    ready: (page) =>
      page.getByRole('region', { name: 'Provisioning' }).getByText('To fix it:').scrollIntoViewIfNeeded(),
  },
  {
    name: 'members-problem',
    path: inV2('/settings/members?problem=yes'),
    ready: (page) => page.getByRole('row', { name: 'jana' }).waitFor(),
  },
  { name: 'member-unknown', path: inV2('/settings/members/unknown'), ready: text('There is nothing here') },
  { name: 'invitations', path: inV2('/settings/invitations'), ready: text('nora@acme.test') },
  { name: 'invitations-empty', path: inV1('/settings/invitations'), ready: text('No invitation is pending') },
  {
    name: 'invite',
    path: inV2('/settings/invitations?invite'),
    ready: (page) => page.getByRole('dialog').waitFor(),
  },
  { name: 'bulk-invite', path: inV2('/settings/invitations/csv'), ready: text('Choose a CSV file') },
  { name: 'credits', path: inV2('/settings/credits'), ready: text('Members who use the most credits') },
  { name: 'seats', path: inV1('/settings/seats?type=pro'), ready: text('Holders of Pro seats') },
  { name: 'groups', path: inV2('/settings/groups'), ready: text('Design') },
  { name: 'groups-empty', path: inV1('/settings/groups'), ready: text('There are no groups yet') },
  { name: 'group', path: () => inV2(`/settings/groups/${groupId}`)(), ready: text('Ann Lee') },
  { name: 'group-unknown', path: inV2('/settings/groups/unknown'), ready: text('There is nothing here') },
  {
    name: 'group-grant',
    path: () => inV2(`/settings/groups/${groupId}`)(),
    ready: async (page) => {
      await page.getByRole('button', { name: 'Change grant' }).click();
      await page.getByRole('button', { name: 'Check' }).click();
      await page.getByText(/will change/).waitFor();
    },
  },
  { name: 'api-keys', isInGuide: true, path: inV2('/settings/api-keys'), ready: text('Old secret ends') },
  {
    name: 'api-key-create',
    path: inV2('/settings/api-keys'),
    ready: (page) => page.getByRole('button', { name: 'Create API key' }).click(),
  },
  { name: 'webhooks', path: inV2('/settings/webhooks'), ready: text('Tells billing') },
  { name: 'webhooks-empty', path: inV1('/settings/webhooks'), ready: text('There are no webhooks yet') },
  {
    name: 'webhook-create',
    path: inV2('/settings/webhooks'),
    ready: (page) => page.getByRole('button', { name: 'Create webhook' }).click(),
  },
  { name: 'webhook', path: () => inV2(`/settings/webhooks/${webhookId}`)(), ready: text('503') },
  { name: 'webhook-unknown', path: inV2('/settings/webhooks/unknown'), ready: text('There is nothing here') },
  {
    name: 'webhook-delivery',
    path: () => inV2(`/settings/webhooks/${webhookId}`)(),
    ready: (page) => page.getByRole('button', { name: 'Show group.create' }).click(),
  },
  {
    name: 'audit-log',
    path: inV2('/settings/audit-log'),
    ready: (page) => page.getByRole('button', { name: 'Changes of Group created, Design' }).waitFor(),
  },
  {
    name: 'audit-log-none',
    path: inV2('/settings/audit-log?search=nobody'),
    ready: text('No change matches'),
  },
  {
    name: 'audit-entry',
    path: inV2('/settings/audit-log'),
    ready: (page) =>
      page
        .getByRole('button', { name: /Changes of/ })
        .first()
        .click(),
  },
  {
    name: 'access-review',
    isInGuide: true,
    path: inV2('/settings/access-review'),
    ready: text(addressOf('Carla Diaz')),
  },
  { name: 'general-v1', path: inV1('/settings/general'), ready: text('About this workspace') },
  { name: 'general-v2', path: inV2('/settings/general'), ready: text('About this workspace') },
  { name: 'auth', path: inV2('/settings/auth-and-security'), ready: text('No sign-in was refused') },
  {
    name: 'provisioning',
    isInGuide: true,
    path: inV2('/settings/provisioning'),
    ready: async (page) => {
      await page.getByText('Terraform file').first().waitFor();
      await page.getByRole('heading', { name: 'Problems' }).evaluate((place) => place.scrollIntoView());
    },
  },
  {
    name: 'member-removed',
    isInGuide: true,
    path: () => inV2(`/settings/members/${ids['Gus Moreau']}`)(),
    ready: text('Add again'),
  },
  {
    name: 'provisioning-requests',
    path: inV2('/settings/provisioning'),
    ready: (page) =>
      page.getByRole('heading', { name: 'Requests' }).evaluate((place) => place.scrollIntoView()),
  },
  {
    name: 'brake-settings',
    path: inV2('/settings/provisioning'),
    ready: (page) =>
      page.getByRole('region', { name: 'Brake on removals' }).getByRole('button', { name: 'Change' }).click(),
  },
  {
    name: 'bulk-invite-preview',
    isInGuide: true,
    path: inV2('/settings/invitations/csv'),
    ready: async (page) => {
      const rows = ['email,role', 'eva@acme.test,editor', 'no address,editor', 'finn@acme.test,king'];
      const file = { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(rows.join('\n')) };
      await page.locator('input[type=file]').setInputFiles(file);
      await page.getByRole('button', { name: 'Invite 1 person' }).waitFor();
    },
  },
  {
    name: 'provisioning-request',
    path: inV2('/settings/provisioning'),
    ready: (page) =>
      page
        .getByRole('button', { name: /^Show request \S/ })
        .first()
        .click(),
  },
  {
    name: 'provisioning-set-up',
    path: inV2('/settings/provisioning'),
    ready: (page) => page.getByRole('button', { name: 'Set up', exact: true }).press('Enter'),
  },
  {
    name: 'provisioning-try',
    path: inV2('/settings/provisioning'),
    ready: async (page) => {
      await page.getByRole('button', { name: 'Try', exact: true }).click();
      await page.getByRole('region', { name: 'Answer' }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'member-history',
    path: () => inV2(`/settings/members/${ids['Dora Finch']}#history`)(),
    ready: (page) => page.getByText('Member added').scrollIntoViewIfNeeded(),
  },
  {
    name: 'access-review-compared',
    path: inV2('/settings/access-review?compare=2020-01-31'),
    ready: text('Joined'),
  },
  {
    name: 'operator-workspaces',
    path: () => '/sign-in/operator',
    ready: async (page) => {
      await page.getByLabel('Operator token').fill(app.operatorToken);
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Create workspace' }).waitFor();
      await page.getByRole('table').waitFor();
    },
  },
  { name: 'account', path: () => '/account', ready: text('This session') },
  {
    name: 'viewer-credits',
    path: inV2('/settings/credits'),
    email: addressOf('Carla Diaz'),
    ready: text('You cannot open this page'),
  },
  { name: 'seats-v2', path: inV2('/settings/seats'), ready: text('There is nothing here') },
  {
    name: 'viewer-bulk-invite',
    path: inV2('/settings/invitations/csv'),
    email: addressOf('Carla Diaz'),
    ready: text('You cannot open this page'),
  },
  {
    name: 'viewer-webhooks',
    path: inV2('/settings/webhooks'),
    email: addressOf('Carla Diaz'),
    ready: text('You cannot open this page'),
  },
  {
    name: 'viewer-overview',
    path: inV2(''),
    email: addressOf('Carla Diaz'),
    ready: text('Your access'),
  },
  {
    name: 'viewer-members',
    path: inV2('/settings/members'),
    email: addressOf('Carla Diaz'),
    ready: text('You cannot open this page'),
  },
];

/** A small picture, to be copied to docs/administrators/images when the screen has changed. */
async function pictureForGuide(page: Page, name: string): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1080, height: 600 });
  // The fonts of the browser that npm brings have no arrows.
  await page.evaluate(`{
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replaceAll('→', '>');
  }`);
  const browser = await page.context().newCDPSession(page);
  const { data } = await browser.send('Page.captureScreenshot', { format: 'webp', quality: 70 });
  await writeFile(`${SCREENSHOTS}${PICTURES}${name}.webp`, data, 'base64');
}

it.each(SCREENS)(
  '$name passes axe, and fits into 320 pixels, in both themes',
  async ({ name, path, email, ready, isInGuide = false }) => {
    const page = await openDashboard(app, { path: path(), email: email ?? v2.ownerEmail });
    await ready(page);
    await takePictures(page, `${PICTURES}${name}`);
    await expectAccessible(page);
    if (isInGuide && TAKES_PICTURES) await pictureForGuide(page, name);
    await page.setViewportSize({ width: 320, height: 640 });
    await takePictures(page, `${PICTURES}${name}`);
    await expectNoSideScroll(page);
  },
);
