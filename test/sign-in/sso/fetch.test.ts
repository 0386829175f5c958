import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isPrivateAddress, providerFetch } from '../../../src/sign-in/sso/fetch.js';

let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => {
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

const GET = { method: 'GET', headers: {}, body: undefined, redirect: 'manual' } as const;

describe('requests to servers that customers name', () => {
  test('return the answer, and redirects unfollowed', async () => {
    const ask = providerFetch(true);
    expect(await (await ask(`${url}/`, GET)).text()).toBe('xxxxxxxxxx');
    expect((await ask(`${url}/redirect`, GET)).status).toBe(302);
    expect((await ask(`${url}/empty`, GET)).status).toBe(204);
  });

  test('read up to 1 MB', async () => {
    await expect(providerFetch(true)(`${url}/large`, GET)).rejects.toThrow('larger than 1 MB');
  });

  test('fail as unreachable without an answer in time', async () => {
    const signal = AbortSignal.timeout(20);
    await expect(providerFetch(true)(`${url}/slow`, { ...GET, signal })).rejects.toMatchObject({
      name: 'UnreachableError',
      message: expect.stringContaining('time-out'),
    });
  });

  test.each(['http://localhost', 'http://127.0.0.1', 'http://[::1]', 'http://10.0.0.1', 'http://0x7f000001'])(
    'are not sent into our network: %s',
    async (origin) => {
      await expect(providerFetch(false)(`${origin}/`, GET)).rejects.toThrow(/address in a private network/);
    },
  );
});

test.each([
  ['127.0.0.1', true],
  ['10.1.2.3', true],
  ['172.16.0.1', true],
  ['172.32.0.1', false],
  ['192.168.1.1', true],
  // Cloud providers give out credentials there.
  ['169.254.169.254', true],
  ['100.64.0.1', true],
  ['0.0.0.0', true],
  ['255.255.255.255', true],
  ['8.8.8.8', false],
  ['::1', true],
  ['::', true],
  ['fd00::1', true],
  ['fe80::1', true],
  ['::ffff:127.0.0.1', true],
  ['::ffff:8.8.8.8', false],
  ['64:ff9b::a00:1', true],
  ['2606:4700::1', false],
])('%s is private: %s', (address, expected) => {
  expect(isPrivateAddress(address)).toBe(expected);
});
