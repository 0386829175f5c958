import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dashboardRouter } from '../../src/server/dashboard.js';

let url: string;
let stop: () => void;

beforeAll(async () => {
  const handler = express().use(dashboardRouter());
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  stop = () => server.close();
});
afterAll(() => stop());

const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${url}${path}`, { headers });

async function scriptPath(): Promise<string> {
  const [, path = ''] = /<script[^>]* src="([^"]+)"/.exec(await (await get('/')).text()) ?? [];
  return path;
}

describe('the page of the dashboard', () => {
  it.each(['/', '/workspace/0190a1b2', '/workspace/0190a1b2/settings/members?search=ann', '/account'])(
    'is served at %s, and revalidated each time',
    async (path) => {
      const response = await get(path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/html;charset=utf-8');
      expect(response.headers.get('cache-control')).toBe('no-cache');
      expect(await response.text()).toContain('<div id="root">');
    },
  );

  it('allows only scripts of this server, none of them inline, and cannot be framed', async () => {
    const response = await get('/');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(policy).not.toContain('script-src');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const page = await response.text();
    expect(page).not.toMatch(/<script(?![^>]* src=)/);
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  it.each(['/settings', '/work', '/assets', '/graphql', '/index.html'])(
    'is not served at %s',
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );
});

describe('its assets', () => {
  it.each([
    ['br', 'br'],
    ['gzip', 'gzip'],
    ['gzip, br', 'br'],
  ])('are sent in the compression of the build to a browser that accepts %s', async (accepted, encoding) => {
    const response = await get(await scriptPath(), { 'Accept-Encoding': accepted });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-encoding')).toBe(encoding);
    expect(response.headers.get('vary')?.toLowerCase()).toContain('accept-encoding');
  });

  it('are cached for ever, because their names contain a hash of their content', async () => {
    const path = await scriptPath();
    expect(path).toMatch(/^\/assets\/.+-[\w-]{8}\.js$/);
    expect((await get(path)).headers.get('cache-control')).toBe('public,max-age=31536000,immutable');
  });

  it.each(['/assets/unknown.js', '/assets/../index.html', '/assets/%2e%2e/%2e%2e/main.js'])(
    'are not found under other paths: %s',
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );
});

describe('before the build', () => {
  it('says how to build the dashboard', async () => {
    const server = createServer(express().use(dashboardRouter('/nowhere')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('npm run build');
    server.close();
  });
});
