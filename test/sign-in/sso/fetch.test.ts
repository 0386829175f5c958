import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ResolveHost } from '../../../src/http/request-targets.js';
import { providerFetch } from '../../../src/sign-in/sso/fetch.js';
import { Providers } from '../../../src/sign-in/sso/providers.js';

let server: Server;
let url: string;
/** The requests that the server has received. */
const received: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    received.push(request.url ?? '');
    // Never answered.
    if (request.url === '/slow') return;
    if (request.url === '/redirect') response.writeHead(302, { Location: '/' }).end();
    else if (request.url === '/empty') response.writeHead(204).end();
    else response.end('x'.repeat(request.url === '/large' ? 1024 * 1024 + 1 : 10));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  url = `http://127.0.0.1:${port}`;
});

afterAll(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

beforeEach(() => {
  received.length = 0;
});

const ANYWHERE = { allowsHttp: true, allowsPrivate: true };
const PUBLIC = { allowsHttp: true, allowsPrivate: false };
const GET = { method: 'GET', headers: {}, body: undefined, redirect: 'manual' } as const;

describe('requests to servers that customers name', () => {
  test('return the answer, and redirects unfollowed', async () => {
    const ask = providerFetch(ANYWHERE);
    expect(await (await ask(`${url}/`, GET)).text()).toBe('xxxxxxxxxx');
    expect((await ask(`${url}/redirect`, GET)).status).toBe(302);
    expect((await ask(`${url}/empty`, GET)).status).toBe(204);
  });

  test('read up to 1 MB', async () => {
    await expect(providerFetch(ANYWHERE)(`${url}/large`, GET)).rejects.toThrow('larger than 1 MB');
  });

  test('fail as unreachable without an answer in time', async () => {
    const signal = AbortSignal.timeout(20);
    await expect(providerFetch(ANYWHERE)(`${url}/slow`, { ...GET, signal })).rejects.toMatchObject({
      name: 'UnreachableError',
      message: expect.stringContaining('time-out'),
    });
  });

  test.each(['http://localhost', 'http://127.0.0.1', 'http://[::1]', 'http://10.0.0.1', 'http://0x7f000001'])(
    'are not sent into our network: %s',
    async (origin) => {
      await expect(providerFetch(PUBLIC)(`${origin}/`, GET)).rejects.toThrow(/leads into a private network/);
    },
  );

  test('are not sent to a name that has another address at every question (DNS rebinding)', async () => {
    // A check before the connection would have got the public address, and the connection the private one.
    const answers = ['127.0.0.1', '8.8.8.8'];
    let asked = 0;
    const resolve: ResolveHost = (_hostname, callback) => {
      callback(null, [{ address: answers[asked] ?? '', family: 4 }]);
      asked += 1;
    };
    const rebinding = url.replace('127.0.0.1', 'rebinding.example.com');
    await expect(providerFetch(PUBLIC, resolve)(rebinding, GET)).rejects.toThrow(
      'rebinding.example.com leads into a private network.',
    );
    expect({ asked, received }).toEqual({ asked: 1, received: [] });
  });

  test('are sent to the address that was checked', async () => {
    let asked = 0;
    const resolve: ResolveHost = (_hostname, callback) => {
      asked += 1;
      callback(null, [{ address: '127.0.0.1', family: 4 }]);
    };
    const named = url.replace('127.0.0.1', 'idp.example.com');
    expect((await providerFetch(ANYWHERE, resolve)(named, GET)).status).toBe(200);
    expect({ asked, received }).toEqual({ asked: 1, received: ['/'] });
  });

  test('fail as unreachable for a name that cannot be resolved', async () => {
    const resolve: ResolveHost = (_hostname, callback) => callback(new Error('no such name'), []);
    await expect(providerFetch(PUBLIC, resolve)('http://missing.example.com', GET)).rejects.toMatchObject({
      name: 'UnreachableError',
      message: 'The name missing.example.com cannot be resolved.',
    });
  });

  test('are sent by https only in production, whichever endpoint it is (rule 39)', async () => {
    const providers = new Providers({ allowsHttp: false, allowsPrivateNetworks: true });
    await expect(providers.probe(new URL(url))).rejects.toMatchObject({
      reason: 'PROVIDER_MISCONFIGURED',
      detail: 'The URL does not begin with https://.',
    });
    await expect(
      providerFetch({ allowsHttp: false, allowsPrivate: true })(`${url}/jwks`, GET),
    ).rejects.toThrow('The URL does not begin with https://.');
    expect(received).toEqual([]);
  });
});
