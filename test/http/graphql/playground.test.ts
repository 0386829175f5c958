import { once } from 'node:events';
import type { Server } from 'node:http';
import express from 'express';
import { afterEach, expect, test } from 'vitest';
import { playgroundRouter } from '../../../src/graphql/playground/router.js';

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; " +
  "style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

let server: Server | undefined;

afterEach(() => {
  server?.close();
  server = undefined;
});

/** Serves a router at /playground on a free port and gives the server's address. */
async function serve(router = playgroundRouter()): Promise<string> {
  server = express().use('/playground', router).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('the server is not listening on TCP');
  }
  return `http://127.0.0.1:${address.port}`;
}

/** The addresses of the scripts and style sheets that a page names. */
function assetsOf(page: string): string[] {
  return [...page.matchAll(/(?:src|href)="([^":]+)"/g)].map(([, path = '']) => path);
}

test.each(['/playground', '/playground/'])('%s answers the page', async (path) => {
  const origin = await serve();
  const response = await fetch(origin + path, { redirect: 'error' });
  expect({
    status: response.status,
    type: response.headers.get('content-type'),
    cache: response.headers.get('cache-control'),
    policy: response.headers.get('content-security-policy'),
    sniffing: response.headers.get('x-content-type-options'),
    referrer: response.headers.get('referrer-policy'),
  }).toEqual({
    status: 200,
    type: 'text/html; charset=utf-8',
    cache: 'no-cache',
    policy: CONTENT_SECURITY_POLICY,
    sniffing: 'nosniff',
    referrer: 'no-referrer',
  });
  expect(await response.text()).toContain('<title>Rollcall playground</title>');
});

test('every asset of the page is served by this server, and may be cached for ever', async () => {
  const origin = await serve();
  const page = await (await fetch(`${origin}/playground`)).text();
  const types: Record<string, string> = {
    js: 'text/javascript; charset=utf-8',
    css: 'text/css; charset=utf-8',
  };
  const assets = assetsOf(page);
  expect(assets).not.toEqual([]);
  for (const path of assets) {
    const response = await fetch(origin + path);
    await response.arrayBuffer();
    expect({
      path,
      status: response.status,
      type: response.headers.get('content-type'),
      cache: response.headers.get('cache-control'),
      policy: response.headers.get('content-security-policy'),
    }).toEqual({
      path: expect.stringMatching(/^\/playground\/assets\//),
      status: 200,
      type: types[path.slice(path.lastIndexOf('.') + 1)],
      cache: 'public, max-age=31536000, immutable',
      policy: CONTENT_SECURITY_POLICY,
    });
  }
});

test.each([
  '/playground/assets',
  '/playground/assets/nothing.js',
  '/playground/assets/..%2f..%2fmain.js',
  '/playground/nothing',
])('%s is not in the bundle: 404', async (path) => {
  const origin = await serve();
  expect((await fetch(origin + path)).status).toBe(404);
});

test('without a bundle the answer says how to build one', async () => {
  const origin = await serve(playgroundRouter('/nowhere/playground'));
  const response = await fetch(`${origin}/playground`);
  expect({
    status: response.status,
    type: response.headers.get('content-type'),
    cache: response.headers.get('cache-control'),
    body: await response.text(),
  }).toEqual({
    status: 503,
    type: 'text/plain; charset=utf-8',
    cache: 'no-store',
    body: 'The playground has not been built. Run `npm run build`, then reload this page.\n',
  });
});
