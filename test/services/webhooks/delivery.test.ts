import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newId } from '../../../src/domain/ids.js';
import { record } from '../../../src/services/audit/record.js';
import { rotate, update } from '../../../src/services/webhooks/commands.js';
import { oldestDelivery } from '../../../src/services/webhooks/queue.js';
import { replayDelivery, replaySince } from '../../../src/services/webhooks/replay.js';
import { update as updateWorkspace } from '../../../src/services/workspaces/commands.js';
import { httpTransport } from '../../../src/webhooks/http.js';
import type { Reply } from '../../webhooks/receiver.js';
import { type Setting, startSetting, verified } from './setting.js';

/** Events reach a webhook at least once: through failures, lost processes, late commits and replays. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let setting: Setting;
let workspaceId: string;

beforeAll(async () => {
  setting = await startSetting();
});

afterAll(() => setting.stop());

beforeEach(async () => {
  // Webhooks of earlier tests get nothing more.
  await setting.sql('delete from webhook');
  workspaceId = await setting.workspace();
  setting.resetClock();
  setting.receiver.received.length = 0;
  setting.receiver.reply = () => ({ status: 204 });
  setting.mails.length = 0;
  setting.faults.length = 0;
});

let changes = 0;

/** Makes a change, and returns the id of its audit entry. */
async function change(id = workspaceId): Promise<string> {
  changes += 1;
  await updateWorkspace(setting.context(), { workspaceId: id, name: `Acme ${changes}` });
  const [entry] = await setting.sql<{ id: string }>(
    'select id from audit_entry where workspace_id = $1 order by id desc limit 1',
    id,
  );
  return entry?.id ?? '';
}

/** The ids of the events that were received. */
function receivedIds(): unknown[] {
  return setting.receiver.received.map(({ headers }) => headers['webhook-id']);
}

/** Makes a change in a transaction that stays open until it is committed. */
async function openChange(): Promise<{ readonly id: string; commit(): Promise<void> }> {
  const committing = Promise.withResolvers<void>();
  const written = Promise.withResolvers<string>();
  const committed = setting.database.transaction(async (tx) => {
    const target = { type: 'workspace', id: workspaceId, label: 'late' };
    await record(setting.context(), tx, { workspaceId, action: 'workspace.update', target, changes: {} });
    const [row] = await tx.rows<{ id: string }>(
      `select id from audit_entry where workspace_id = $1 and target_label = 'late'`,
      [workspaceId],
    );
    written.resolve(row?.id ?? '');
    await committing.promise;
  });
  return {
    id: await written.promise,
    commit() {
      committing.resolve();
      return committed;
    },
  };
}

/** Starts an attempt, which stays open until it is answered. */
async function openAttempt() {
  const arrived = Promise.withResolvers<void>();
  const answering = Promise.withResolvers<Reply>();
  setting.receiver.reply = () => {
    arrived.resolve();
    return answering.promise;
  };
  const running = setting.worker().run();
  await arrived.promise;
  return { running, answer: answering.resolve };
}

interface DeliveryRow {
  readonly id: string;
  readonly event_id: string;
  readonly status: string;
  readonly next_attempt_at: Date | null;
}

function deliveries(): Promise<DeliveryRow[]> {
  return setting.sql('select id, event_id, status, next_attempt_at from webhook_delivery order by id');
}

async function statuses(): Promise<string[]> {
  return (await deliveries()).map(({ status }) => status);
}

describe('an audit entry', () => {
  test('is sent once, signed, to a webhook that subscribes to it', async () => {
    const { secret } = await setting.webhook(workspaceId);
    const id = await change();
    const worker = setting.worker();
    await worker.run();
    await worker.run();
    const [entry] = await setting.sql<{ at: string; request_id: string; changes: object }>(
      'select at, request_id, changes from audit_entry where id = $1',
      id,
    );
    expect(verified(setting.receiver.received, secret)).toEqual([
      {
        id,
        type: 'workspace.update',
        timestamp: new Date(entry?.at ?? '').toISOString(),
        workspaceId,
        data: {
          id,
          actor: { type: 'SYSTEM', id: null, label: 'system' },
          channel: 'SYSTEM',
          target: { type: 'workspace', id: workspaceId, label: `Acme ${changes}` },
          changes: entry?.changes,
          requestId: entry?.request_id,
        },
      },
    ]);
    expect(await statuses()).toEqual(['DELIVERED']);
  });

  test('is not sent when it is older than the webhook, of another type or of another workspace', async () => {
    await change();
    await setting.webhook(workspaceId, ['member.*']);
    await change();
    await change(await setting.workspace());
    await setting.worker().run();
    expect(receivedIds()).toEqual([]);
  });

  test('is sent to each webhook of the workspace, with the same id', async () => {
    await setting.webhook(workspaceId);
    await setting.webhook(workspaceId, ['*']);
    const id = await change();
    await setting.worker().run();
    expect(receivedIds().filter((received) => received === id)).toEqual([id, id]);
  });

  test('is not missed when it is committed after later ones', async () => {
    await setting.webhook(workspaceId);
    const late = await openChange();
    const id = await change();
    const worker = setting.worker();
    await worker.run();
    expect(receivedIds()).toEqual([]);
    await late.commit();
    await worker.run();
    expect(receivedIds()).toEqual([late.id, id]);
  });

  test('is not missed when it is committed after the webhook was created', async () => {
    const late = await openChange();
    await setting.webhook(workspaceId);
    await late.commit();
    const id = await change();
    await setting.worker().run();
    expect(receivedIds()).toEqual([late.id, id]);
  });

  test('is not missed when it is committed after the webhook was enabled', async () => {
    const { webhook } = await setting.webhook(workspaceId);
    const target = { workspaceId, webhookId: webhook.id };
    await update(setting.context(), { ...target, enabled: false });
    await change();
    const late = await openChange();
    await update(setting.context(), { ...target, enabled: true });
    await late.commit();
    const id = await change();
    await setting.worker().run();
    expect(receivedIds()).toEqual([late.id, id]);
  });

  test('is sent while a transaction reads the log, such as a back-up', async () => {
    await setting.webhook(workspaceId);
    const reading = Promise.withResolvers<void>();
    const read = Promise.withResolvers<void>();
    const backUp = setting.database.transaction(async (tx) => {
      await tx.rows('select count(*) from audit_entry', []);
      read.resolve();
      await reading.promise;
    });
    await read.promise;
    const id = await change();
    await setting.worker().run();
    expect(receivedIds()).toEqual([id]);
    reading.resolve();
    await backUp;
  });
});

describe('two processes', () => {
  test('deliver each event once, five at a time', async () => {
    const { secret } = await setting.webhook(workspaceId);
    const ids: string[] = [];
    for (let index = 0; index < 40; index += 1) ids.push(await change());
    const other = await setting.beside();
    await Promise.all([setting.worker().run(), setting.worker({}, other).run(), setting.worker().run()]);
    // A process that found the lock taken has returned early.
    await setting.worker().run();
    expect(receivedIds().sort()).toEqual([...ids].sort());
    expect(verified(setting.receiver.received, secret)).toHaveLength(40);
    expect(setting.receiver.mostAtOnce).toBeLessThanOrEqual(5);
    expect(setting.faults).toEqual([]);
  });

  test('the deliveries of a lost process are taken over, with the same ids', async () => {
    const { secret } = await setting.webhook(workspaceId);
    const id = await change();
    const send = httpTransport({ allowsHttp: true, allowsPrivate: true });
    const lost = setting.worker({
      // The event arrives, and the process ends before it stores that.
      send: async (...args) => {
        await send(...args);
        throw new Error('the process is lost');
      },
    });
    await lost.run();
    const other = setting.worker();
    await other.run();
    expect(receivedIds()).toEqual([id]);
    setting.pass(61 * SECOND);
    await other.run();
    expect(receivedIds()).toEqual([id, id]);
    expect(verified(setting.receiver.received, secret)).toHaveLength(2);
    expect(await statuses()).toEqual(['DELIVERED']);
  });

  test('a process that stops gives back what it has not sent', async () => {
    await setting.webhook(workspaceId);
    const id = await change();
    const started = Promise.withResolvers<void>();
    const stopping = setting.worker({
      drainMs: 0,
      send: (_request, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(undefined));
          started.resolve();
        }),
    });
    const running = stopping.run();
    await started.promise;
    await stopping.stop();
    await running;
    await setting.worker().run();
    expect(receivedIds()).toEqual([id]);
    expect(await setting.sql('select 1 from webhook_attempt')).toHaveLength(1);
  });

  test('a worker that was started finds changes by itself, and finishes what it sends when it stops', async () => {
    await setting.webhook(workspaceId);
    const arrived = Promise.withResolvers<void>();
    const answering = Promise.withResolvers<{ status: number }>();
    setting.receiver.reply = () => {
      arrived.resolve();
      return answering.promise;
    };
    const worker = setting.worker();
    worker.start();
    await change();
    await arrived.promise;
    const stopped = worker.stop();
    answering.resolve({ status: 204 });
    await stopped;
    expect(await statuses()).toEqual(['DELIVERED']);
  });
});

describe('a receiver that fails', () => {
  /** Runs the worker at the time of every next attempt, until there is none. */
  async function runUntilSettled(): Promise<number[]> {
    const worker = setting.worker();
    const start = setting.now().getTime();
    const times: number[] = [];
    for (;;) {
      times.push(setting.now().getTime() - start);
      await worker.run();
      const [delivery] = await deliveries();
      if (delivery?.next_attempt_at == null) return times;
      setting.pass(delivery.next_attempt_at.getTime() - setting.now().getTime());
    }
  }

  test('for an hour gets the event after that hour, and the log has every attempt', async () => {
    const { webhook, secret } = await setting.webhook(workspaceId);
    const id = await change();
    const healthyFrom = setting.now().getTime() + HOUR;
    setting.receiver.reply = () =>
      setting.now().getTime() < healthyFrom ? { status: 503, body: 'down' } : { status: 200, body: 'ok' };
    const times = await runUntilSettled();
    expect(times).toEqual([0, 5 * SECOND, 305 * SECOND, 2_105 * SECOND, 2_105 * SECOND + 2 * HOUR]);
    expect(receivedIds()).toEqual(times.map(() => id));
    expect(verified(setting.receiver.received, secret)).toHaveLength(5);
    expect(await setting.sql('select status, error, response from webhook_attempt order by at')).toEqual([
      ...Array.from({ length: 4 }, () => ({
        status: 503,
        error: 'The receiver answered 503 Service Unavailable.',
        response: 'down',
      })),
      { status: 200, error: null, response: 'ok' },
    ]);
    const [row] = await setting.sql('select failing_since from webhook where id = $1', webhook.id);
    expect(row).toEqual({ failing_since: null });
  });

  test('for two days gets no more attempts', async () => {
    await setting.webhook(workspaceId);
    await change();
    setting.receiver.reply = () => ({ status: 500 });
    const times = await runUntilSettled();
    expect(times).toHaveLength(9);
    expect((times.at(-1) ?? 0) / HOUR).toBeCloseTo(47.6, 0);
    expect(await statuses()).toEqual(['FAILED']);
  });

  test('does not delay the events of another webhook', async () => {
    const other = await setting.workspace();
    await setting.webhook(workspaceId);
    await setting.webhook(other);
    const failing = await change();
    setting.receiver.reply = ({ headers }) => ({ status: headers['webhook-id'] === failing ? 500 : 204 });
    const id = await change(other);
    await setting.worker().run();
    expect(receivedIds().sort()).toEqual([failing, id].sort());
    expect((await statuses()).sort()).toEqual(['DELIVERED', 'PENDING']);
  });

  test('gets nothing before the time that its Retry-After names', async () => {
    await setting.webhook(workspaceId);
    const first = await change();
    setting.receiver.reply = () => ({ status: 429, headers: { 'retry-after': '600' } });
    const worker = setting.worker();
    await worker.run();
    setting.receiver.reply = () => ({ status: 204 });
    const second = await change();
    setting.pass(599 * SECOND);
    await worker.run();
    expect(receivedIds()).toEqual([first]);
    setting.pass(SECOND);
    await worker.run();
    expect(receivedIds().slice(1).sort()).toEqual([first, second].sort());
  });

  function disabled(): Promise<unknown[]> {
    return setting.sql('select disabled_at is not null as disabled, disabled_reason as reason from webhook');
  }

  test('with 410 Gone is disabled at once; owners and admins get a mail', async () => {
    const { webhook } = await setting.webhook(workspaceId);
    await change();
    await change();
    setting.receiver.reply = () => ({ status: 410 });
    await setting.worker().run();
    await setting.context().mailer?.idle();
    expect(await disabled()).toEqual([{ disabled: true, reason: 'GONE' }]);
    expect(await statuses()).toEqual(['FAILED', 'FAILED']);
    expect(setting.mails).toEqual([
      expect.objectContaining({
        to: expect.stringMatching(/^owner-/),
        subject: `Webhook disabled in Acme ${changes}`,
        text: expect.stringContaining('410 Gone'),
      }),
    ]);
    const entries = await setting.sql(
      `select actor_type, target_id, changes from audit_entry where workspace_id = $1 and action = 'webhook.disable'`,
      workspaceId,
    );
    expect(entries).toEqual([
      {
        actor_type: 'SYSTEM',
        target_id: webhook.id,
        changes: { enabled: { before: true, after: false }, reason: { before: null, after: 'GONE' } },
      },
    ]);
  });

  test('for five days is disabled; one success begins the days anew', async () => {
    await setting.webhook(workspaceId);
    const worker = setting.worker();
    const fail = async () => {
      setting.receiver.reply = () => ({ status: 500 });
      await change();
      await worker.run();
    };
    await fail();
    setting.pass(4 * DAY);
    setting.receiver.reply = () => ({ status: 204 });
    await worker.run();
    await fail();
    setting.pass(4 * DAY);
    await fail();
    expect(await disabled()).toEqual([{ disabled: false, reason: null }]);
    setting.pass(DAY);
    await fail();
    expect(await disabled()).toEqual([{ disabled: true, reason: 'FAILING' }]);
    await setting.context().mailer?.idle();
    expect(setting.mails).toHaveLength(1);
    expect(setting.mails[0]?.text).toContain('failed for five days');
  });
});

describe('an attempt that ends after the webhook has got another URL', () => {
  /** Answers an open request to the old URL when the webhook has the new one, and sends nothing more. */
  async function answerLate(reply: Reply): Promise<string> {
    const { webhook } = await setting.webhook(workspaceId);
    const id = await change();
    const { running, answer } = await openAttempt();
    await update(setting.context(), {
      workspaceId,
      webhookId: webhook.id,
      url: `${setting.receiver.url}/new`,
    });
    setting.receiver.reply = () => ({ status: 204 });
    answer(reply);
    await running;
    return id;
  }

  test.each([
    ['410 Gone does not disable the webhook', { status: 410 }],
    ['Retry-After does not pause the webhook', { status: 503, headers: { 'retry-after': '86400' } }],
    ['a failure does not delay the event', { status: 500 }],
  ])('%s: the new URL gets the event at once, with all its attempts', async (_what, reply) => {
    const id = await answerLate(reply);
    expect(setting.receiver.received.map(({ path }) => path)).toEqual(['/hooks', '/hooks/new']);
    expect(receivedIds()).toEqual([id, id]);
    expect(
      await setting.sql(`
        select w.disabled_at, w.failing_since, w.paused_until, d.status, d.tries
        from webhook w join webhook_delivery d on d.webhook_id = w.id`),
    ).toEqual([
      { disabled_at: null, failing_since: null, paused_until: null, status: 'DELIVERED', tries: 1 },
    ]);
    expect(await setting.sql('select status from webhook_attempt order by id')).toEqual([
      { status: reply.status },
      { status: 204 },
    ]);
    expect(setting.mails).toEqual([]);
  });

  test('a success does not hide that the new URL fails', async () => {
    const { webhook } = await setting.webhook(workspaceId);
    await change();
    const { running, answer } = await openAttempt();
    await update(setting.context(), {
      workspaceId,
      webhookId: webhook.id,
      url: `${setting.receiver.url}/new`,
    });
    await setting.sql('update webhook set failing_since = now()');
    answer({ status: 204 });
    await running;
    expect(await setting.sql('select failing_since from webhook')).toEqual([
      { failing_since: expect.any(Date) },
    ]);
    expect(await statuses()).toEqual(['DELIVERED']);
  });
});

describe('replay', () => {
  test('sends the event of one delivery again, with the same id and body', async () => {
    await setting.webhook(workspaceId);
    const id = await change();
    const worker = setting.worker();
    await worker.run();
    const [delivery] = await deliveries();
    await replayDelivery(setting.context(), { workspaceId, deliveryId: delivery?.id ?? '' });
    await worker.run();
    expect(receivedIds()).toEqual([id, id]);
    const [first, second] = setting.receiver.received;
    expect(second?.body).toBe(first?.body);
  });

  describe('during an attempt', () => {
    /** Replays the only delivery during its attempt, which is then answered. */
    async function replayDuring(reply: Reply): Promise<void> {
      const { running, answer } = await openAttempt();
      const [delivery] = await deliveries();
      await replayDelivery(setting.context(), { workspaceId, deliveryId: delivery?.id ?? '' });
      setting.receiver.reply = () => ({ status: 204 });
      answer(reply);
      await running;
    }

    test.each([204, 500])('that is answered with %i sends the event once more after it', async (status) => {
      await setting.webhook(workspaceId);
      const id = await change();
      await replayDuring({ status });
      expect(receivedIds()).toEqual([id, id]);
      expect(await setting.sql('select status, tries from webhook_delivery')).toEqual([
        { status: 'DELIVERED', tries: 1 },
      ]);
    });

    test('the ninth, which fails, sends the event again with all its attempts', async () => {
      await setting.webhook(workspaceId);
      await change();
      setting.receiver.reply = () => ({ status: 500 });
      await setting.worker().run();
      await setting.sql('update webhook_delivery set tries = 8, next_attempt_at = $1', setting.now());
      const { running, answer } = await openAttempt();
      const [delivery] = await deliveries();
      await replayDelivery(setting.context(), { workspaceId, deliveryId: delivery?.id ?? '' });
      setting.receiver.reply = () => ({ status: 500 });
      answer({ status: 500 });
      await running;
      expect(await setting.sql('select status, tries, next_attempt_at from webhook_delivery')).toEqual([
        { status: 'PENDING', tries: 1, next_attempt_at: new Date(setting.now().getTime() + 5 * SECOND) },
      ]);
    });

    test('of a process that is lost sends the event again', async () => {
      await setting.webhook(workspaceId);
      const id = await change();
      await setting.worker({ send: () => Promise.reject(new Error('the process is lost')) }).run();
      const [delivery] = await deliveries();
      await replayDelivery(setting.context(), { workspaceId, deliveryId: delivery?.id ?? '' });
      setting.pass(61 * SECOND);
      await setting.worker().run();
      expect(receivedIds()).toEqual([id]);
      expect(await statuses()).toEqual(['DELIVERED']);
    });

    test('since a time sends again what failed because the webhook was disabled', async () => {
      const { webhook } = await setting.webhook(workspaceId);
      const target = { workspaceId, webhookId: webhook.id };
      const id = await change();
      const since = new Date(setting.now().getTime() - MINUTE);
      const { running, answer } = await openAttempt();
      await update(setting.context(), { ...target, enabled: false });
      await update(setting.context(), { ...target, enabled: true });
      await replaySince(setting.context(), { ...target, since });
      setting.receiver.reply = () => ({ status: 204 });
      answer({ status: 500 });
      await running;
      expect(receivedIds().filter((received) => received === id)).toEqual([id, id]);
    });
  });

  test('since a time sends what has failed, and what a disabled webhook has missed', async () => {
    const { webhook } = await setting.webhook(workspaceId);
    const target = { workspaceId, webhookId: webhook.id };
    const worker = setting.worker();
    const since = new Date(setting.now().getTime() - MINUTE);
    const arrived = await change();
    await worker.run();
    setting.receiver.reply = () => ({ status: 500 });
    const failed = await change();
    await worker.run();
    setting.receiver.reply = () => ({ status: 204 });
    await update(setting.context(), { ...target, enabled: false });
    const missed = await change();
    await worker.run();
    await update(setting.context(), { ...target, enabled: true });
    await worker.run();
    expect(receivedIds()).toEqual([arrived, failed]);
    expect(await replaySince(setting.context(), { ...target, since })).toMatchObject({ replayed: 1 });
    await worker.run();
    expect(receivedIds().slice(2).sort()).toEqual([failed, missed].sort());
  });

  test('reaches back 14 days, and not into the future', async () => {
    const { webhook } = await setting.webhook(workspaceId);
    for (const shift of [-15 * DAY, MINUTE]) {
      const since = new Date(setting.now().getTime() + shift);
      await expect(
        replaySince(setting.context(), { workspaceId, webhookId: webhook.id, since }),
      ).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
  });
});

test('requests are signed with both secrets until the overlap of a rotation ends', async () => {
  const { webhook, secret: old } = await setting.webhook(workspaceId);
  const { secret } = await rotate(setting.context(), {
    workspaceId,
    webhookId: webhook.id,
    overlapHours: 24,
  });
  const worker = setting.worker();
  await change();
  await worker.run();
  expect(verified(setting.receiver.received, secret)).toHaveLength(1);
  expect(verified(setting.receiver.received, old)).toHaveLength(1);
  setting.pass(DAY);
  setting.receiver.received.length = 0;
  await change();
  await worker.run();
  expect(verified(setting.receiver.received, secret)).toHaveLength(1);
  expect(() => verified(setting.receiver.received, old)).toThrow();
});

describe('a rotation during the overlap of another one', () => {
  const rotated = async (webhookId: string, overlapHours: number) =>
    rotate(setting.context(), { workspaceId, webhookId, overlapHours });

  /** Whether each of the secrets verifies the next request. */
  async function verify(secrets: readonly string[]): Promise<boolean[]> {
    setting.receiver.received.length = 0;
    await change();
    await setting.worker().run();
    expect(setting.receiver.received).toHaveLength(1);
    return secrets.map((secret) => {
      try {
        return verified(setting.receiver.received, secret).length === 1;
      } catch {
        return false;
      }
    });
  }

  test('keeps each old secret until its own end, and tells the last of them', async () => {
    const { webhook, secret: first } = await setting.webhook(workspaceId);
    const start = setting.now().getTime();
    const { secret: second } = await rotated(webhook.id, 168);
    setting.pass(HOUR);
    const third = await rotated(webhook.id, 24);
    const secrets = [first, second, third.secret];
    expect(third.webhook.previousSecretUntil).toEqual(new Date(start + 168 * HOUR));
    expect(await verify(secrets)).toEqual([true, true, true]);
    setting.pass(24 * HOUR);
    expect(await verify(secrets)).toEqual([true, false, true]);
    setting.pass(143 * HOUR);
    expect(await verify(secrets)).toEqual([false, false, true]);
  });

  test('with 0 hours stops all old secrets at once', async () => {
    const { webhook, secret: first } = await setting.webhook(workspaceId);
    const { secret: second } = await rotated(webhook.id, 168);
    const third = await rotated(webhook.id, 0);
    expect(third.webhook.previousSecretUntil).toBeNull();
    expect(await verify([first, second, third.secret])).toEqual([false, false, true]);
  });

  test('is refused when four old secrets sign already, until one of them has ended', async () => {
    const { webhook } = await setting.webhook(workspaceId);
    for (const hours of [168, 24, 48, 72]) await rotated(webhook.id, hours);
    const end = new Date(setting.now().getTime() + DAY);
    await expect(rotated(webhook.id, 1)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: `Requests are signed with 4 old secrets already, with one of them until ${end.toISOString()}.`,
    });
    setting.pass(DAY);
    await rotated(webhook.id, 1);
  });
});

test('a secret that no key decrypts any more fails the attempts, until it is rotated', async () => {
  const { webhook } = await setting.webhook(workspaceId);
  await setting.sql(`update webhook set secret = 'v1.lost.AAAA.AAAA' where id = $1`, webhook.id);
  await change();
  const worker = setting.worker();
  await worker.run();
  expect(await setting.sql('select error from webhook_attempt')).toEqual([
    { error: 'The secret of the webhook cannot be decrypted.' },
  ]);
  const { secret } = await rotate(setting.context(), {
    workspaceId,
    webhookId: webhook.id,
    overlapHours: 24,
  });
  setting.pass(MINUTE);
  await worker.run();
  expect(verified(setting.receiver.received, secret)).toHaveLength(1);
});

test('deliveries are kept for 30 days', async () => {
  await setting.webhook(workspaceId);
  await change();
  const worker = setting.worker();
  await worker.run();
  setting.pass(29 * DAY);
  await worker.run();
  expect(await statuses()).toEqual(['DELIVERED']);
  setting.pass(2 * DAY);
  await worker.run();
  expect(await setting.sql('select 1 from webhook_delivery union all select 1 from webhook_attempt')).toEqual(
    [],
  );
});

test('an unknown id of a delivery or webhook is not found', async () => {
  const unknown = [newId(), 'nonsense'];
  for (const id of unknown) {
    await expect(replayDelivery(setting.context(), { workspaceId, deliveryId: id })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(
      update(setting.context(), { workspaceId, webhookId: id, enabled: false }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  }
});

describe('for the metrics', () => {
  test('each attempt is told with the status of its delivery', async () => {
    await setting.webhook(workspaceId);
    await change();
    const statuses: string[] = [];
    const worker = setting.worker({ onAttempt: (status) => statuses.push(status) });
    setting.receiver.reply = () => ({ status: 500 });
    await worker.run();
    setting.receiver.reply = () => ({ status: 204 });
    setting.pass(HOUR);
    await worker.run();
    setting.receiver.reply = () => ({ status: 410 });
    await change();
    await worker.run();
    expect(statuses).toEqual(['PENDING', 'DELIVERED', 'PENDING']);
  });

  test('the age of the oldest delivery counts webhooks that do not fail', async () => {
    const { webhook } = await setting.webhook(workspaceId);
    expect(await oldestDelivery(setting.database)).toBe(0);
    await change();
    setting.receiver.reply = () => ({ status: 500 });
    await setting.worker().run();
    await setting.sql("update webhook_delivery set created_at = now() - interval '90 seconds'");
    expect(await oldestDelivery(setting.database)).toBe(0);
    await setting.sql('update webhook set failing_since = null where id = $1', webhook.id);
    expect(await oldestDelivery(setting.database)).toBeGreaterThanOrEqual(90);
  });
});
