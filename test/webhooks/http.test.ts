import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ResolveHost } from '../../src/http/request-targets.js';
import { httpTransport } from '../../src/webhooks/http.js';
import { type Receiver, startReceiver } from './receiver.js';

/** How an event is sent, and where it is never sent. */

const ANYWHERE = { allowsHttp: true, allowsPrivate: true };
const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const OLD_SECRET = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;

let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
});

afterAll(() => receiver.stop());

beforeEach(() => {
  receiver.received.length = 0;
  receiver.reply = () => ({ status: 204 });
});

function request(url: string, more: object = {}) {
  return { url, id: 'event-1', body: '{"type":"member.add"}', secrets: [SECRET], at: new Date(), ...more };
}

const never = new AbortController().signal;

function send(url: string, options: Parameters<typeof httpTransport>[0] = ANYWHERE, more: object = {}) {
  return httpTransport(options)(request(url, more), never);
}

test('a request is signed as Standard Webhooks specifies, and has no other headers of ours', async () => {
  expect(await send(receiver.url)).toEqual({
    durationMs: expect.any(Number),
    status: 204,
    error: null,
    response: '',
    retryAfterMs: null,
    isGone: false,
  });
  const [{ headers, body } = { headers: {}, body: '' }] = receiver.received;
  expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toEqual({ type: 'member.add' });
  expect(Object.keys(headers).sort()).toEqual([
    'connection',
    'content-length',
    'content-type',
    'host',
    'user-agent',
    'webhook-id',
    'webhook-signature',
    'webhook-timestamp',
  ]);
});

test('with two secrets, each of them verifies the request', async () => {
  await send(receiver.url, ANYWHERE, { secrets: [SECRET, OLD_SECRET] });
  const [{ headers, body } = { headers: {}, body: '' }] = receiver.received;
  for (const secret of [SECRET, OLD_SECRET])
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toBeDefined();
});

describe('what counts as failed', () => {
  test.each([
    [400, 'The receiver answered 400 Bad Request.'],
    [500, 'The receiver answered 500 Internal Server Error.'],
    [410, 'The receiver answered 410 Gone.'],
  ])('the status %s', async (status, error) => {
    receiver.reply = () => ({ status, body: 'no' });
    expect(await send(receiver.url)).toMatchObject({ status, error, response: 'no', isGone: status === 410 });
  });

  test.each([301, 302, 307, 308])('a redirect with %s, which is not followed', async (status) => {
    receiver.reply = () => ({ status, headers: { location: '/elsewhere' } });
    const outcome = await send(receiver.url);
    expect(outcome).toMatchObject({ status, error: expect.stringContaining('Redirects are not followed.') });
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hooks']);
  });

  test('no connection', async () => {
    const closed = await startReceiver();
    await closed.stop();
    expect(await send(closed.url)).toMatchObject({
      status: null,
      error: 'The connection failed (ECONNREFUSED).',
      response: null,
    });
  });

  test('no answer in time', async () => {
    const waiting = Promise.withResolvers<{ status: number }>();
    receiver.reply = () => waiting.promise;
    const outcome = await send(receiver.url, { ...ANYWHERE, timeoutMs: 50 });
    expect(outcome).toMatchObject({ status: null, error: 'There was no answer within 0.05 seconds.' });
    waiting.resolve({ status: 204 });
  });
});

test('of a long answer, the first 1,000 characters are kept, without NUL', async () => {
  receiver.reply = () => ({ status: 500, body: `a\0${'b'.repeat(1_000_000)}` });
  const outcome = await send(receiver.url);
  expect(outcome?.response).toBe(`a${'b'.repeat(999)}`);
});

test.each([
  ['120', 120_000],
  ['0', null],
  ['soon', null],
])('Retry-After: %s', async (value, retryAfterMs) => {
  receiver.reply = () => ({ status: 503, headers: { 'retry-after': value } });
  expect(await send(receiver.url)).toMatchObject({ retryAfterMs });
});

test('Retry-After may be a date', async () => {
  receiver.reply = () => ({
    status: 503,
    headers: { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() },
  });
  const ms = (await send(receiver.url))?.retryAfterMs ?? 0;
  expect(Math.abs(ms - 3_600_000)).toBeLessThan(120_000);
});

test('an aborted attempt has no outcome', async () => {
  const aborting = new AbortController();
  const waiting = Promise.withResolvers<{ status: number }>();
  receiver.reply = () => {
    aborting.abort();
    return waiting.promise;
  };
  expect(await httpTransport(ANYWHERE)(request(receiver.url), aborting.signal)).toBeUndefined();
  waiting.resolve({ status: 204 });
});

describe('where private targets are not allowed, nothing is sent', () => {
  const PUBLIC = { allowsHttp: true, allowsPrivate: false };
  const resolvesTo =
    (...addresses: string[]): ResolveHost =>
    (_hostname, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );

  test.each(['http://127.0.0.1/', 'http://[::1]/', 'http://[::ffff:10.0.0.1]/', 'http://localhost/'])(
    'to %s',
    async (url) => {
      expect(await send(url, PUBLIC)).toMatchObject({
        status: null,
        error: expect.stringContaining('leads into a private network.'),
      });
    },
  );

  test.each([['127.0.0.1'], ['169.254.169.254'], ['fd00:ec2::254'], ['8.8.8.8', '10.0.0.1']])(
    'to a name with the addresses %s %s',
    async (...addresses) => {
      const resolve = resolvesTo(...addresses.filter((address) => address !== undefined));
      const url = receiver.url.replace('127.0.0.1', 'hooks.example.com');
      expect(await send(url, { ...PUBLIC, resolve })).toMatchObject({
        status: null,
        error: 'hooks.example.com leads into a private network.',
      });
      expect(receiver.received).toEqual([]);
    },
  );

  test('to a name that has another address at every question (DNS rebinding)', async () => {
    // A check before the connection would have got the public address, and the connection the private one.
    const answers = [['127.0.0.1'], ['8.8.8.8']];
    let asked = 0;
    const resolve: ResolveHost = (hostname, callback) => {
      resolvesTo(...(answers[asked] ?? []))(hostname, callback);
      asked += 1;
    };
    const url = receiver.url.replace('127.0.0.1', 'rebinding.example.com');
    expect(await send(url, { ...PUBLIC, resolve })).toMatchObject({ status: null });
    expect(asked).toBe(1);
    expect(receiver.received).toEqual([]);
  });

  test('the addresses that were checked are those that are connected to', async () => {
    let asked = 0;
    const resolve: ResolveHost = (hostname, callback) => {
      asked += 1;
      resolvesTo('127.0.0.1')(hostname, callback);
    };
    const url = receiver.url.replace('127.0.0.1', 'hooks.example.com');
    expect(await send(url, { ...ANYWHERE, resolve })).toMatchObject({ status: 204 });
    expect(asked).toBe(1);
  });

  test('without https where it is required', async () => {
    expect(await send(receiver.url, { allowsHttp: false, allowsPrivate: true })).toMatchObject({
      error: 'The URL does not begin with https://.',
    });
    expect(receiver.received).toEqual([]);
  });
});

test('a name that cannot be resolved is an outcome', async () => {
  const resolve: ResolveHost = (_hostname, callback) => callback(new Error('no such name'), []);
  expect(await send('http://missing.example.com/', { ...ANYWHERE, resolve })).toMatchObject({
    error: 'The name missing.example.com cannot be resolved.',
  });
});
