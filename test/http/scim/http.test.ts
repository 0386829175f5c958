import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import {
  brotliCompressSync,
  brotliDecompressSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateSync,
} from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../app.js';
import { create, errorOf, LIST } from './resources.js';

/** RFC 9110 under SCIM: HEAD, OPTIONS, Accept, and compression. */

const SCIM_JSON = 'application/scim+json; charset=utf-8';

interface Wanted {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

let app: TestApp;
let baseUrl: string;
let apiKey: string;
let userPath: string;

beforeAll(async () => {
  app = await startTestApp();
  const workspace = await app.workspace({ version: 'V2' });
  baseUrl = `${app.url}/scim/v2/organizations/${workspace.workspaceId}`;
  apiKey = workspace.apiKey;
  const scim = app.scim(workspace.workspaceId, apiKey);
  const { id } = await create(scim, { userName: 'ann@acme.test', displayName: 'Ann Möller' });
  userPath = `/Users/${id}`;
  for (let index = 0; index < 20; index++) await create(scim, { userName: `person${index}@acme.test` });
});

afterAll(async () => {
  await app.stop();
});

/** With nothing added and nothing unpacked, as fetch would. */
function send(path: string, { method = 'GET', headers = {}, body }: Wanted = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { method, headers: { Authorization: apiKey, ...headers } };
    const request = httpRequest(baseUrl + path, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, bytes: Buffer.concat(chunks) }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

function jsonOf({ bytes }: Answer): unknown {
  return JSON.parse(bytes.toString('utf8'));
}

/** The parts that two answers to the same request share. */
function lasting({ date: _date, 'x-request-id': _id, ...headers }: IncomingHttpHeaders): object {
  return headers;
}

describe('HEAD (RFC 9110 §9.3.2)', () => {
  test.each([
    ['one user', () => userPath, 200],
    ['a list', () => '/Users', 200],
    ['groups', () => '/Groups', 200],
    ['the configuration', () => '/ServiceProviderConfig', 200],
    ['a schema', () => '/Schemas', 200],
    ['nobody', () => '/Users/nobody', 404],
    ['/Me', () => '/Me', 501],
    ['nowhere', () => '/Nowhere', 404],
    ['a bad filter', () => '/Users?filter=', 400],
  ])('of %s has the headers of GET, including Content-Length, and no body', async (_case, path, status) => {
    const [get, head] = [await send(path()), await send(path(), { method: 'HEAD' })];
    expect(head).toEqual({ status, headers: expect.anything(), bytes: Buffer.alloc(0) });
    expect(lasting(head.headers)).toEqual(lasting(get.headers));
    expect(Number(head.headers['content-length'])).toBe(get.bytes.length);
  });

  test('with If-None-Match: 304', async () => {
    const head = await send(userPath, { method: 'HEAD', headers: { 'If-None-Match': 'W/"1"' } });
    expect(head).toMatchObject({ status: 304, headers: { etag: 'W/"1"', vary: 'Accept-Encoding' } });
  });

  test('of an answer that would be compressed has no Content-Length (§8.6)', async () => {
    const head = await send('/Users', { method: 'HEAD', headers: { 'Accept-Encoding': 'gzip' } });
    expect(head).toMatchObject({ status: 200, headers: { 'content-type': SCIM_JSON } });
    expect(head.headers).not.toHaveProperty('content-length');
    const short = await send(userPath, { method: 'HEAD', headers: { 'Accept-Encoding': 'gzip' } });
    expect(Number(short.headers['content-length'])).toBeGreaterThan(0);
  });
});

describe('OPTIONS (§9.3.7)', () => {
  test.each([
    ['/Users', 'GET, HEAD, POST, OPTIONS'],
    ['/Users/1', 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS'],
    ['/Me', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'],
    ['/Schemas/', 'GET, HEAD, OPTIONS'],
  ])('%s: 204 with Allow', async (path, allow) => {
    const answer = await send(path, { method: 'OPTIONS', headers: { Accept: 'text/html' } });
    expect(answer).toMatchObject({ status: 204, headers: { allow }, bytes: Buffer.alloc(0) });
  });

  test('needs the key, and is 404 for an unknown path', async () => {
    const stranger = await send('/Users', { method: 'OPTIONS', headers: { Authorization: 'nobody' } });
    expect(stranger).toMatchObject({ status: 401 });
    expect(stranger.headers).not.toHaveProperty('allow');
    expect(await send('/Nowhere', { method: 'OPTIONS' })).toMatchObject({ status: 404 });
  });

  test.each(['TRACE', 'PROPFIND', 'PURGE'])(
    '%s is a method without a meaning in SCIM: 405',
    async (method) => {
      const answer = await send('/Users', { method });
      expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, POST, OPTIONS' } });
    },
  );
});

describe('Accept (RFC 7644 §3.1)', () => {
  test('that excludes JSON is refused in JSON: 406, and nothing is executed', async () => {
    const detail =
      'Answers are application/scim+json, which the Accept header excludes. Accept it, or application/json, or */*.';
    const answers = [
      await send('/Users', { headers: { Accept: 'text/html' } }),
      await send('/Users', {
        method: 'POST',
        headers: { Accept: 'text/html', 'Content-Type': 'application/json' },
        body: '{"userName":"unacceptable@acme.test"}',
      }),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 406, headers: { 'content-type': SCIM_JSON } });
      expect(jsonOf(answer)).toEqual(errorOf(406, detail));
    }
    const found = await send('/Users?filter=userName+eq+%22unacceptable@acme.test%22');
    expect(jsonOf(found)).toMatchObject({ totalResults: 0 });
  });

  test.each(['application/json', 'application/*;q=0.1', '*/*', '', 'rubbish'])(
    'of %j is answered in application/scim+json',
    async (Accept) => {
      const answer = await send('/Users', { headers: { Accept } });
      expect(answer).toMatchObject({ status: 200, headers: { 'content-type': SCIM_JSON } });
    },
  );
});

describe('compression', () => {
  test.each([
    ['gzip', gunzipSync],
    ['deflate', inflateSync],
    ['br', brotliDecompressSync],
  ])('of a long answer in %s: unpacking gives the same answer', async (encoding, unpack) => {
    const plain = await send('/Users');
    const packed = await send('/Users', { headers: { 'Accept-Encoding': encoding } });
    expect(packed).toMatchObject({
      status: 200,
      headers: { 'content-encoding': encoding, 'content-type': SCIM_JSON, vary: 'Accept-Encoding' },
    });
    expect(unpack(packed.bytes).toString()).toBe(plain.bytes.toString());
    expect(packed.bytes.length).toBeLessThan(plain.bytes.length / 2);
  });

  test.each(['identity', 'gzip;q=0', 'rot13', ''])('is not used for Accept-Encoding %j', async (encoding) => {
    const answer = await send('/Users', { headers: { 'Accept-Encoding': encoding } });
    expect(jsonOf(answer)).toMatchObject({ schemas: [LIST] });
    expect(answer.headers).toMatchObject({
      vary: 'Accept-Encoding',
      'content-length': String(answer.bytes.length),
    });
  });

  test('is not used for a short answer; its ETag is the same, and weak', async () => {
    const answer = await send(userPath, { headers: { 'Accept-Encoding': 'gzip' } });
    expect(answer.headers).toMatchObject({ vary: 'Accept-Encoding', etag: 'W/"1"' });
    expect(answer.headers).not.toHaveProperty('content-encoding');
    expect(jsonOf(answer)).toMatchObject({ displayName: 'Ann Möller' });
  });

  test.each([
    ['gzip', gzipSync],
    ['X-GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', (text: string) => Buffer.from(text)],
  ])('a request body in %s is read', async (encoding, pack) => {
    const userName = `${encoding}@acme.test`;
    const answer = await send('/Users', {
      method: 'POST',
      headers: { 'Content-Type': 'application/scim+json', 'Content-Encoding': encoding },
      body: pack(JSON.stringify({ userName })),
    });
    expect(answer.status).toBe(201);
    expect(jsonOf(answer)).toMatchObject({ userName });
  });

  test.each([
    ['zip', Buffer.from('{}'), 415, undefined],
    ['gzip, gzip', gzipSync(gzipSync('{}')), 415, undefined],
    ['gzip', Buffer.from('{}'), 400, 'invalidSyntax'],
    ['gzip', gzipSync('{"userName":"a@acme.test"}').subarray(0, 20), 400, 'invalidSyntax'],
    ['gzip', gzipSync(' '.repeat(64 * 1024 * 1024)), 413, undefined],
    ['br', brotliCompressSync(' '.repeat(64 * 1024 * 1024)), 413, undefined],
  ])(
    'a request body that is not in the declared coding, or in an unsupported one, is refused: %s %#',
    async (encoding, body, status, scimType) => {
      const headers = { 'Content-Type': 'application/scim+json', 'Content-Encoding': encoding };
      const answer = await send('/Users', { method: 'POST', headers, body });
      expect(answer.status).toBe(status);
      expect(jsonOf(answer)).toMatchObject({ status: String(status), ...(scimType && { scimType }) });
    },
  );
});

describe('query', () => {
  test('"+" is a space, "%2B" is a plus', async () => {
    const create = await send('/Users', {
      method: 'POST',
      headers: { 'Content-Type': 'application/scim+json' },
      body: '{"userName":"plus+sign@acme.test"}',
    });
    expect(create.status).toBe(201);
    const found = await send('/Users/?filter=userName+eq+%22plus%2Bsign@acme.test%22');
    expect(jsonOf(found)).toMatchObject({
      totalResults: 1,
      Resources: [{ userName: 'plus+sign@acme.test' }],
    });
  });
});
