import { Writable } from 'node:stream';
import { pino } from 'pino';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Encryption, newEncryptionKey } from '../../../src/auth/encryption.js';
import { WEBHOOK_EVENTS } from '../../../src/domain/webhooks.js';
import { NO_SSO } from '../../../src/services/context/sso-environment.js';
import { localContext } from '../../../src/services/context/system.js';
import { rotate as rotateSecrets } from '../../../src/services/sso/secret.js';
import { httpTransport } from '../../../src/webhooks/http.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { type Receiver, startReceiver } from '../../webhooks/receiver.js';
import {
  auditSize,
  DELIVERY,
  done,
  type MutationName,
  mutate,
  person,
  refusals,
  refused,
  type TestPerson,
  UUID,
  WEBHOOK,
} from './operations.js';

const TARGETS = { allowsHttp: true, allowsPrivate: true };
const OLD_KEY = newEncryptionKey();

let app: TestApp;
let receiver: Receiver;
let workspace: TestWorkspace;
let workspaceId: string;
let admin: TestPerson;
let logged = '';

beforeAll(async () => {
  receiver = await startReceiver();
  app = await startTestApp({
    sso: { ...NO_SSO, encryption: Encryption.withKeys([OLD_KEY]) ?? null },
    webhookTargets: TARGETS,
    webhookTransport: httpTransport(TARGETS),
    logger: pino(
      { level: 'trace' },
      new Writable({
        write(chunk, _encoding, done) {
          logged += chunk;
          done();
        },
      }),
    ),
  });
});

afterAll(async () => {
  await app.stop();
  await receiver.stop();
});

beforeEach(async () => {
  workspace = await app.workspace({ version: 'V2' });
  workspaceId = workspace.workspaceId;
  admin = await person(app, workspace, { roleAccess: { role: 'ADMIN' } });
  receiver.reply = () => ({ status: 204 });
});

function send(name: MutationName, input: object = {}) {
  return mutate(app, admin.token, name, { workspaceId, ...input });
}

interface Made {
  readonly webhookId: string;
  readonly secret: string;
}

async function made(input: object = {}, by = admin.token, id = workspaceId): Promise<Made> {
  const wanted = { workspaceId: id, url: receiver.url, eventTypes: ['workspace.update'], ...input };
  const { secret, webhook, webhookEdge } = await done(app, by, 'webhookCreate', wanted);
  expect(webhookEdge.node.id).toBe(webhook.id);
  return { webhookId: webhook.id, secret };
}

const LIST = `query ($id: ID!) { workspace(id: $id) { webhooks(first: 10) { totalCount nodes { ${WEBHOOK}
  deliveries(first: 5) { totalCount nodes { ${DELIVERY} } } } } } }`;

async function list(credential = admin.token) {
  return (await app.graphql(credential, LIST, { id: workspaceId })).data.workspace.webhooks;
}

/** The next request about this workspace that the receiver gets. */
function nextRequest(): Promise<{ headers: Record<string, string>; body: string }> {
  const next = Promise.withResolvers<{ headers: Record<string, string>; body: string }>();
  receiver.reply = ({ headers, body }) => {
    if (JSON.parse(body).workspaceId === workspaceId)
      next.resolve({ headers: headers as Record<string, string>, body });
    return { status: 200, body: 'thank you' };
  };
  return next.promise;
}

describe('webhookCreate', () => {
  test('shows the secret once, and the webhook afterwards without it', async () => {
    const { webhookId, secret } = await made({ description: ' Our billing ', eventTypes: ['member.*'] });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const webhook = {
      id: webhookId,
      url: receiver.url,
      description: 'Our billing',
      eventTypes: ['member.*'],
      enabled: true,
      disabledAt: null,
      disabledReason: null,
      createdBy: admin.email,
      createdAt: expect.any(String),
      failingSince: null,
      previousSecretUntil: null,
    };
    expect(await list()).toEqual({
      totalCount: 1,
      nodes: [{ ...webhook, deliveries: { totalCount: 0, nodes: [] } }],
    });
    const node = await app.graphql(
      admin.token,
      `query ($id: ID!) { node(id: $id) { id ... on Webhook { url } } }`,
      {
        id: webhookId,
      },
    );
    expect(node).toEqual({ data: { node: { id: webhookId, url: receiver.url } } });
  });

  test.each([
    [{ url: 'nonsense' }, 'url', /begins with https/],
    [{ url: 'https://a:b@example.com/' }, 'url', /must not contain a user/],
    [{ eventTypes: [] }, 'eventTypes', /needs an event type/],
    [{ eventTypes: ['member.fly'] }, 'eventTypes', /no event type "member.fly"/],
    [{ description: 'a'.repeat(201) }, 'description', /at most 200/],
    [{ description: 'a\u0000b' }, 'description', /control characters/],
  ])('refuses %j', async (wrong, attribute, message) => {
    const before = await auditSize(app, workspaceId);
    const answer = await send('webhookCreate', { url: receiver.url, eventTypes: ['*'], ...wrong });
    expect(answer).toMatchObject({
      data: { webhookCreate: null },
      errors: [
        {
          message: expect.stringMatching(message),
          extensions: { code: 'INVALID_INPUT', path: ['input', attribute].slice(1) },
        },
      ],
    });
    expect((await list()).totalCount).toBe(0);
    expect(await auditSize(app, workspaceId)).toBe(before);
  });

  test('refuses an eleventh webhook, under races too', async () => {
    for (let index = 0; index < 8; index += 1) await made();
    const input = { url: receiver.url, eventTypes: ['*'] };
    const answers = await Promise.all(Array.from({ length: 6 }, () => send('webhookCreate', input)));
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(2);
    expect(answers.find(({ errors }) => errors !== undefined)).toEqual(
      refused('webhookCreate', 'INVALID_INPUT', 'A workspace has at most 10 webhooks.', {
        hint: 'Delete one that is no longer used, or subscribe one of them to more event types.',
      }),
    );
    expect((await list()).totalCount).toBe(10);
  });
});

test('a change is sent by the server itself, and the log of deliveries shows it', async () => {
  const { webhookId, secret } = await made();
  const request = nextRequest();
  await done(app, admin.token, 'workspaceUpdate', { workspaceId, name: 'Renamed' });
  const { headers, body } = await request;
  expect(new Webhook(secret).verify(body, headers)).toMatchObject({
    type: 'workspace.update',
    workspaceId,
    data: { actor: { label: admin.email }, changes: { name: { after: 'Renamed' } } },
  });
  await expect
    .poll(async () => (await list()).nodes[0].deliveries)
    .toEqual({
      totalCount: 1,
      nodes: [
        {
          id: UUID,
          eventId: headers['webhook-id'],
          eventType: 'workspace.update',
          body,
          status: 'DELIVERED',
          createdAt: expect.any(String),
          nextAttemptAt: null,
          attempts: [{ status: 200, error: null, response: 'thank you' }],
        },
      ],
    });
  const filtered = await app.graphql(
    admin.token,
    `query ($id: ID!) { node(id: $id) { ... on Webhook {
      failed: deliveries(statuses: [FAILED, PENDING]) { totalCount }
      others: deliveries(eventTypes: ["member.add"]) { totalCount } } } }`,
    { id: webhookId },
  );
  expect(filtered.data.node).toEqual({ failed: { totalCount: 0 }, others: { totalCount: 0 } });
});

test('webhookTest sends an event whatever the webhook subscribes to', async () => {
  const { webhookId, secret } = await made();
  const request = nextRequest();
  const { delivery } = await done(app, admin.token, 'webhookTest', { workspaceId, webhookId });
  expect(delivery).toMatchObject({ eventType: 'webhook.test', status: 'PENDING', attempts: [] });
  const { headers, body } = await request;
  expect(new Webhook(secret).verify(body, headers)).toMatchObject({
    type: 'webhook.test',
    workspaceId,
    data: { webhookId },
  });
  expect(body).toBe(delivery.body);
  await done(app, admin.token, 'webhookUpdate', { workspaceId, webhookId, enabled: false });
  for (const name of ['webhookTest', 'webhookReplay'] as const) {
    const since = name === 'webhookReplay' ? { since: new Date().toISOString() } : {};
    expect(await send(name, { webhookId, ...since })).toMatchObject({
      data: { [name]: null },
      errors: [{ message: 'The webhook is disabled.', extensions: { hint: 'Enable it first.' } }],
    });
  }
});

test('a workspace sends 30 events a minute by hand, over all its webhooks; another workspace is not affected', async () => {
  const { webhookId } = await made({ url: `${receiver.url}/first` });
  const { webhookId: second } = await made({ url: `${receiver.url}/second` });
  const { workspaceId: elsewhere } = await app.workspace({ version: 'V2' });
  const { webhook } = await done(app, app.operatorToken, 'webhookCreate', {
    workspaceId: elsewhere,
    url: receiver.url,
    eventTypes: ['*'],
  });
  let sent = 0;
  let answer = await send('webhookTest', { webhookId });
  for (; answer.errors === undefined && sent < 40; sent += 1)
    answer = await send('webhookTest', { webhookId: sent % 2 === 0 ? webhookId : second });
  expect(sent).toBeLessThanOrEqual(30);
  expect(answer).toMatchObject({
    data: { webhookTest: null },
    errors: [{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) } }],
  });
  await done(app, app.operatorToken, 'webhookTest', { workspaceId: elsewhere, webhookId: webhook.id });
});

test('every change of a webhook is audited once, and what changes nothing is not', async () => {
  const { webhookId } = await made({ description: 'Billing' });
  await done(app, admin.token, 'webhookUpdate', { workspaceId, webhookId, description: 'Billing' });
  await done(app, admin.token, 'webhookUpdate', {
    workspaceId,
    webhookId,
    url: `${receiver.url}/new`,
    description: null,
    eventTypes: ['*'],
    enabled: false,
  });
  await done(app, admin.token, 'webhookRotate', { workspaceId, webhookId, overlapHours: 0 });
  await done(app, admin.token, 'webhookDelete', { workspaceId, webhookId });
  const entries = await app.sql<{ action: string; actor_label: string; changes: object }>(
    `select action, actor_label, changes from audit_entry where target_id = $1 order by id`,
    [webhookId],
  );
  expect(entries.map(({ action }) => action)).toEqual([
    'webhook.create',
    'webhook.update',
    'webhook.rotate',
    'webhook.delete',
  ]);
  expect(entries[1]).toEqual({
    action: 'webhook.update',
    actor_label: admin.email,
    changes: {
      url: { before: receiver.url, after: `${receiver.url}/new` },
      description: { before: 'Billing', after: null },
      eventTypes: { before: ['workspace.update'], after: ['*'] },
      enabled: { before: true, after: false },
    },
  });
  expect((await list()).totalCount).toBe(0);
});

describe('permissions', () => {
  const calls = (webhookId: string, deliveryId: string): [MutationName, object][] => [
    ['webhookCreate', { url: receiver.url, eventTypes: ['*'] }],
    ['webhookUpdate', { webhookId, enabled: false }],
    ['webhookRotate', { webhookId }],
    ['webhookTest', { webhookId }],
    ['webhookReplay', { webhookId, since: new Date().toISOString() }],
    ['webhookDeliveryReplay', { deliveryId }],
    ['webhookDelete', { webhookId }],
  ];

  test('owners, admins and operators manage webhooks; others and keys do not', async () => {
    const { webhookId } = await made();
    const { delivery } = await done(app, admin.token, 'webhookTest', { workspaceId, webhookId });
    const member = await person(app, workspace, { roleAccess: { role: 'EDITOR' } });
    for (const [name, input] of calls(webhookId, delivery.id)) {
      const all = { workspaceId, ...input };
      expect(await mutate(app, undefined, name, all)).toEqual(refusals.unauthenticated(name));
      expect(await mutate(app, member.token, name, all)).toEqual(refusals.forbidden(name, 'webhook.manage'));
      expect(await mutate(app, workspace.apiKey, name, all)).toEqual(
        refusals.forbidden(name, 'webhook.manage', true),
      );
    }
    expect((await app.graphql(member.token, LIST, { id: workspaceId })).data.workspace.webhooks).toBeNull();
    const owner = await app.session(workspace.ownerEmail);
    for (const [index, credential] of [owner, app.operatorToken].entries()) {
      await made({}, credential);
      expect((await list(credential)).nodes).toHaveLength(index + 2);
    }
  });

  test("another workspace's webhooks and deliveries look like none", async () => {
    const other = await app.workspace({ version: 'V2' });
    const foreign = await made({}, app.operatorToken, other.workspaceId);
    const { delivery } = await done(app, app.operatorToken, 'webhookTest', {
      workspaceId: other.workspaceId,
      webhookId: foreign.webhookId,
    });
    const unknown = crypto.randomUUID();
    const inOther = calls(foreign.webhookId, delivery.id);
    for (const [index, [name, input]] of calls(unknown, unknown).entries()) {
      const foreignInput = inOther[index]?.[1] ?? {};
      // In the other workspace: as if it did not exist.
      expect(
        await mutate(app, admin.token, name, { ...foreignInput, workspaceId: other.workspaceId }),
      ).toEqual(refusals.noWorkspace(name));
      if (name === 'webhookCreate') continue;
      // In the own workspace: the same answer as for an id that nothing has.
      const answer = await send(name, foreignInput);
      expect(answer).toMatchObject({
        data: { [name]: null },
        errors: [{ extensions: { code: 'NOT_FOUND' } }],
      });
      const { errors: [error] = [] } = await send(name, input);
      expect(answer.errors?.[0]).toEqual({
        ...error,
        extensions: { ...error.extensions, requestId: expect.any(String) },
      });
    }
    const nodes = `query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`;
    expect(await app.graphql(admin.token, nodes, { ids: [foreign.webhookId, delivery.id] })).toEqual({
      data: { nodes: [null, null] },
    });
  });
});

test('the secret is nowhere in the database in plain text, nor in the log', async () => {
  const { webhookId, secret } = await made();
  const request = nextRequest();
  const rotated = await done(app, admin.token, 'webhookRotate', { workspaceId, webhookId });
  await done(app, admin.token, 'webhookTest', { workspaceId, webhookId });
  const { headers, body } = await request;
  // Both sign while the rotation overlaps.
  for (const one of [secret, rotated.secret]) new Webhook(one).verify(body, headers);
  const tables = await app.sql<{ name: string }>(
    `select format('%I', relname) as name from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace`,
  );
  for (const one of [secret, rotated.secret].map((text) => text.slice('whsec_'.length))) {
    for (const { name } of tables) {
      const found = await app.sql(`select 1 from ${name} t where strpos(t::text, $1) > 0`, [one]);
      expect(found, name).toEqual([]);
    }
    expect(logged).not.toContain(one);
  }
  expect(logged).not.toBe('');
});

test('rollcall secrets rotate encrypts the secrets of webhooks with the first key', async () => {
  const { webhookId, secret } = await made();
  const encryption = Encryption.withKeys([newEncryptionKey(), OLD_KEY]) ?? null;
  const context = localContext(app.database, 'CLI', undefined, { ...NO_SSO, encryption });
  const result = await rotateSecrets(context);
  expect(result.rotated).toBeGreaterThan(0);
  expect(result.unreadable).toEqual([]);
  const [row] = await app.sql<{ secret: string }>('select secret from webhook where id = $1', [webhookId]);
  expect(encryption?.decrypt(row?.secret ?? '', `webhook:${webhookId}`)).toBe(secret);
  expect(await rotateSecrets(context)).toMatchObject({
    rotated: 0,
    current: result.rotated + result.current,
  });
});

test('without SECRETS_KEY no webhook is created, and the hint says who can help', async () => {
  const other = await app.beside({ webhookTargets: TARGETS });
  const query = `mutation ($input: WebhookCreateInput!) { webhookCreate(input: $input) { secret } }`;
  const response = await fetch(`${other.url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: admin.token },
    body: JSON.stringify({
      query,
      variables: { input: { workspaceId, url: receiver.url, eventTypes: ['*'] } },
    }),
  });
  expect(await response.json()).toMatchObject({
    data: { webhookCreate: null },
    errors: [{ extensions: { code: 'FORBIDDEN', hint: expect.stringContaining('SECRETS_KEY') } }],
  });
  await other.stop();
});

test('webhookEventTypes lists every type', async () => {
  const { data } = await app.graphql(admin.token, '{ webhookEventTypes { name description } }');
  expect(data.webhookEventTypes).toEqual(
    Object.entries(WEBHOOK_EVENTS).map(([name, description]) => ({ name, description })),
  );
});
