import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../app.js';
import { errorOf, LIST } from './resources.js';

/** RFC 7644 as HTTP: methods, paths, media types and bodies, whatever is in them. */

const SCIM_JSON = 'application/scim+json; charset=utf-8';

interface Raw {
  readonly method?: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

let app: TestApp;
let baseUrl: string;
let apiKey: string;

beforeAll(async () => {
  app = await startTestApp();
  const workspace = await app.workspace({ version: 'V2', scim: true });
  baseUrl = `${app.url}/scim/v2/organizations/${workspace.workspaceId}`;
  apiKey = workspace.apiKey;
});

afterAll(async () => {
  await app.stop();
});

/** Sends exactly this request, and returns the parts that assertions need. */
async function send(path: string, { method = 'GET', type, headers = {}, body }: Raw = {}) {
  // A Blob without a type keeps fetch from making one up.
  const content = body === undefined ? {} : { body: new Blob([body]) };
  const response = await fetch(baseUrl + path, {
    method,
    headers: { Authorization: apiKey, ...(type === undefined ? {} : { 'Content-Type': type }), ...headers },
    ...content,
  });
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    allow: response.headers.get('allow'),
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
  };
}

function fault(status: number, detail: string, scimType?: string): object {
  return { status, type: SCIM_JSON, allow: null, body: errorOf(status, detail, scimType) };
}

describe('methods', () => {
  test.each([
    ['/Users', 'PUT', 'GET, HEAD, POST, OPTIONS'],
    ['/Users', 'PATCH', 'GET, HEAD, POST, OPTIONS'],
    ['/Users', 'DELETE', 'GET, HEAD, POST, OPTIONS'],
    ['/Users/1', 'POST', 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS'],
    ['/ServiceProviderConfig', 'POST', 'GET, HEAD, OPTIONS'],
    ['/ResourceTypes', 'PUT', 'GET, HEAD, OPTIONS'],
    ['/ResourceTypes/User', 'DELETE', 'GET, HEAD, OPTIONS'],
    ['/Schemas', 'POST', 'GET, HEAD, OPTIONS'],
  ])('%s has no %s: 405, before the body is read', async (path, method, allow) => {
    const body = method === 'DELETE' ? {} : { type: 'text/html', body: '{' };
    expect(await send(path, { method, ...body })).toEqual({
      ...fault(405, `${method} is not supported here. Supported: ${allow}.`),
      allow,
    });
  });

  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])(
    '%s /Me: 501, because a key is not a user (RFC 7644 §3.11)',
    async (method) => {
      expect(await send('/Me', { method })).toMatchObject({ status: 501, body: { status: '501' } });
    },
  );
});

describe('paths', () => {
  test.each(['/Nowhere', '/Users/1/2', '/Schemas/1/2'])('"%s": a SCIM 404', async (path) => {
    expect(await send(path)).toEqual(
      fault(404, 'There is no such SCIM endpoint here. Check the SCIM base URL.'),
    );
  });

  test.each([
    ['/scim', 404],
    ['/scim/v2/Users', 404],
    ['/scim/v2/organizations/', 404],
    ['/scim/v2/organizations/%zz/Users', 400],
  ])('%s without a workspace is refused in JSON', async (path, status) => {
    const response = await fetch(app.url + path, { headers: { Authorization: apiKey } });
    expect([response.status, response.headers.get('content-type')]).toEqual([status, SCIM_JSON]);
    expect(await response.json()).toMatchObject({ status: String(status) });
  });

  test('wrong percent-encoding: 400', async () => {
    expect(await send('/Users/%zz')).toEqual(fault(400, 'The path is not properly percent-encoded.'));
  });

  test.each(['/Users/', '/users', '/USERS/', '/users/?count=0'])(
    '%s: case and a trailing slash make no difference',
    async (path) => {
      expect(await send(path)).toMatchObject({ status: 200, type: SCIM_JSON, body: { schemas: [LIST] } });
    },
  );

  test('the case of the workspace id makes no difference; answers have it in lower case', async () => {
    const [, id = ''] = /organizations\/(.*)$/.exec(baseUrl) ?? [];
    const response = await fetch(`${baseUrl.replace(id, id.toUpperCase())}/ServiceProviderConfig`, {
      headers: { Authorization: apiKey },
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ meta: { location: `${baseUrl}/ServiceProviderConfig` } });
  });
});

describe('bodies', () => {
  let people = 0;
  function person(more = ''): string {
    people += 1;
    return `{"userName":"body-${people}@acme.test"${more}}`;
  }

  test.each([
    undefined,
    'application/json',
    'application/scim+json',
    'application/scim+json; charset=utf-8',
    'APPLICATION/JSON;charset="UTF-8"',
  ])('of type %s are accepted', async (type) => {
    const answer = await send('/Users', {
      method: 'POST',
      body: person(),
      ...(type === undefined ? {} : { type }),
    });
    expect(answer).toMatchObject({ status: 201, type: SCIM_JSON });
  });

  test.each([
    ['text/plain', 'Send the body as application/scim+json or application/json.'],
    ['application/x-www-form-urlencoded', 'Send the body as application/scim+json or application/json.'],
    ['application/jsonp', 'Send the body as application/scim+json or application/json.'],
    ['application/json; charset=iso-8859-1', 'Send the body in UTF-8.'],
  ])('of type %s: 415', async (type, detail) => {
    expect(await send('/Users', { method: 'POST', type, body: person() })).toEqual(fault(415, detail));
  });

  test.each([
    ['nothing', '', 'The body is empty; a JSON object is expected.'],
    ['blanks', ' \n', 'The body is empty; a JSON object is expected.'],
    ['half an object', '{"userName":', 'The body is not valid JSON.'],
    ['single quotes', "{'userName':'a'}", 'The body is not valid JSON.'],
    ['a list', '[]', 'The body must be a JSON object.'],
    ['null', 'null', 'The body must be a JSON object.'],
    ['text', '"userName"', 'The body must be a JSON object.'],
  ])('%s: 400 invalidSyntax', async (_, body, detail) => {
    for (const [method, path] of [
      ['POST', '/Users'],
      ['PUT', '/Users/1'],
      ['PATCH', '/Users/1'],
    ] as const) {
      expect(await send(path, { method, type: 'application/json', body })).toEqual(
        fault(400, detail, 'invalidSyntax'),
      );
    }
  });

  test('that are not UTF-8: 400 invalidSyntax', async () => {
    const body = Uint8Array.from(Buffer.from('{"userName":"m\xfcller@acme.test"}', 'latin1'));
    expect(await send('/Users', { method: 'POST', body })).toEqual(
      fault(400, 'The body is not valid UTF-8.', 'invalidSyntax'),
    );
  });

  test('of 1 MB are read; of a byte more: 413', async () => {
    const full = person().padEnd(1024 * 1024, ' ');
    expect(await send('/Users', { method: 'POST', body: full })).toMatchObject({ status: 201 });
    expect(await send('/Users', { method: 'POST', body: `${full} ` })).toEqual(
      fault(413, 'The body is larger than 1 MB.'),
    );
  });

  test('over 1 MB once unpacked: 413', async () => {
    const body = Uint8Array.from(gzipSync(' '.repeat(2 * 1024 * 1024)));
    expect(await send('/Users', { method: 'POST', body, headers: { 'Content-Encoding': 'gzip' } })).toEqual(
      fault(413, 'The body is larger than 1 MB.'),
    );
  });

  test('with an attribute repeated in another case: the last one counts', async () => {
    const answer = await send('/Users', {
      method: 'POST',
      body: person(',"displayName":"first","DISPLAYNAME":"last"'),
    });
    expect(answer).toMatchObject({ status: 201, body: { displayName: 'last' } });
  });

  test('with unknown attributes, also dangerous names: they are ignored', async () => {
    const answer = await send('/Users', {
      method: 'POST',
      body: person(
        ',"shoeSize":43,"__proto__":{"displayName":"x"},"constructor":{"prototype":{"displayName":"x"}},' +
          '"urn:example:2.0:User":{"shoeSize":43}',
      ),
    });
    expect(answer.status).toBe(201);
    expect(answer.body).not.toHaveProperty('displayName');
    expect(answer.body).not.toHaveProperty('shoeSize');
  });

  test.each(['name', 'emails', 'role', 'unknown', 'active'])(
    'with %s nested a hundred thousand levels deep cause no 500',
    async (attribute) => {
      const deep = '['.repeat(100_000) + ']'.repeat(100_000);
      const answer = await send('/Users', { method: 'POST', body: person(`,"${attribute}":${deep}`) });
      expect([201, 400]).toContain(answer.status);
    },
  );
});
