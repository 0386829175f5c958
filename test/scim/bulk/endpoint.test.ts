import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/profile.js';
import { BULK_RESPONSE, bulkEndpoints } from '../../../src/scim/bulk/endpoint.js';
import type { Endpoint, Handler, ScimAnswer } from '../../../src/scim/http/endpoint.js';
import { BASE_URL, request } from '../http/request.js';

/** RFC 7644 §3.7: order, references and limits, with handlers that only record their requests. */

interface Seen {
  readonly method: string;
  readonly id: string;
  readonly body?: JsonObject;
  readonly ifMatch?: string;
  readonly query?: object;
}

interface Entry {
  readonly status: string;
  readonly bulkId?: string;
  readonly response?: { readonly detail: string };
}

/** Runs a bulk request over one type whose resources get the ids 1, 2, 3 …. */
async function run(body: JsonObject, options: { maxSeconds?: number; fault?: Error } = {}) {
  const seen: Seen[] = [];
  const faults: unknown[] = [];
  let made = 0;
  const handler =
    (method: string, answer: () => ScimAnswer): Handler =>
    async ({ id, body: readBody, ifMatch, query }) => {
      const sent = method === 'DELETE' ? {} : { body: await readBody() };
      if (options.fault !== undefined) throw options.fault;
      seen.push({
        method,
        id,
        ...sent,
        ...(ifMatch === undefined ? {} : { ifMatch }),
        ...(query.size === 0 ? {} : { query: Object.fromEntries(query) }),
      });
      return answer();
    };
  const created = (): ScimAnswer => {
    made += 1;
    const Location = `${BASE_URL}/Things/${made}`;
    return { status: 201, headers: { Location, ETag: 'W/"1"' }, body: { id: String(made) } };
  };
  const endpoints: Endpoint[] = [
    { path: '/Things', methods: { POST: handler('POST', created) } },
    {
      path: '/Things/:id',
      methods: {
        PUT: handler('PUT', () => ({ status: 200, headers: { ETag: 'W/"2"' }, body: {} })),
        PATCH: handler('PATCH', () => ({ status: 200, headers: { ETag: 'W/"3"' }, body: {} })),
        DELETE: handler('DELETE', () => ({ status: 204 })),
      },
    },
  ];
  const [bulk] = bulkEndpoints({
    endpoints,
    onFault: (error) => faults.push(error),
    ...(options.maxSeconds === undefined ? {} : { maxSeconds: options.maxSeconds }),
  });
  const handle = bulk?.methods.POST;
  if (handle === undefined) throw new Error('there is no POST /Bulk');
  const answer = await handle(request({ body: async () => body }));
  const { Operations: entries } = answer.body as { Operations: Entry[] };
  return { answer, entries, seen, faults };
}

const post = (bulkId: string, data: JsonObject = {}): JsonObject => ({
  method: 'POST',
  path: '/Things',
  bulkId,
  data,
});

test('each operation is passed to its handler with its version and query', async () => {
  const { answer, seen } = await run({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
    Operations: [
      post('a', { name: 'A' }),
      { method: 'put', path: 'Things/7?attributes=id', version: 'W/"1"', data: { name: 'B' } },
      { method: 'PATCH', path: '/things/%41/', data: { Operations: [] } },
      { method: 'DELETE', path: '/Things/9', version: null },
    ],
  });
  expect(seen).toEqual([
    { method: 'POST', id: '', body: { name: 'A' } },
    { method: 'PUT', id: '7', body: { name: 'B' }, ifMatch: 'W/"1"', query: { attributes: 'id' } },
    { method: 'PATCH', id: 'A', body: { Operations: [] } },
    { method: 'DELETE', id: '9' },
  ]);
  expect(answer).toEqual({
    status: 200,
    body: {
      schemas: [BULK_RESPONSE],
      Operations: [
        { method: 'POST', bulkId: 'a', location: `${BASE_URL}/Things/1`, version: 'W/"1"', status: '201' },
        { method: 'PUT', location: `${BASE_URL}/Things/7`, version: 'W/"2"', status: '200' },
        { method: 'PATCH', location: `${BASE_URL}/things/%41/`, version: 'W/"3"', status: '200' },
        { method: 'DELETE', location: `${BASE_URL}/Things/9`, status: '204' },
      ],
    },
  });
});

describe('bulkId references (RFC 7644 §3.7.2)', () => {
  test('in paths and anywhere in data, forward and back, are replaced; answers are in the order of the request', async () => {
    const { seen, entries } = await run({
      Operations: [
        post('group', { members: [{ value: 'bulkId:ann' }, { value: 'bulkId:bob' }, { value: 'x' }] }),
        post('ann', { manager: { value: 'bulkId:bob' } }),
        post('bob'),
        {
          method: 'PATCH',
          path: '/Things/bulkId:group',
          data: { note: 'bulkId:ann', text: 'not bulkId:ann' },
        },
      ],
    });
    expect(seen).toEqual([
      { method: 'POST', id: '', body: {} },
      { method: 'POST', id: '', body: { manager: { value: '1' } } },
      { method: 'POST', id: '', body: { members: [{ value: '2' }, { value: '1' }, { value: 'x' }] } },
      { method: 'PATCH', id: '3', body: { note: '2', text: 'not bulkId:ann' } },
    ]);
    expect(entries.map(({ bulkId, status }) => [bulkId, status])).toEqual([
      ['group', '201'],
      ['ann', '201'],
      ['bob', '201'],
      [undefined, '200'],
    ]);
  });

  // §3.7.1: "MAY stop after a failed attempt and instead return the status code 409 (Conflict)".
  test('in a circle are 409, and so are operations that need them; all others are executed', async () => {
    const { seen, entries } = await run({
      Operations: [
        post('a', { ref: 'bulkId:b' }),
        post('b', { ref: 'bulkId:c' }),
        post('c', { ref: 'bulkId:a' }),
        post('d', { ref: 'bulkId:a' }),
        post('self', { ref: 'bulkId:self' }),
        post('e'),
      ],
    });
    expect(seen).toEqual([{ method: 'POST', id: '', body: {} }]);
    expect(entries.map(({ status }) => status)).toEqual(['409', '409', '409', '409', '409', '201']);
    expect(entries[3]?.response?.detail).toBe(
      'The operation refers to bulkId:a, which could not be created. (ref 04HM-ASW9)',
    );
  });

  test('to a bulkId that no operation creates are 400 invalidValue', async () => {
    const { entries } = await run({ Operations: [post('a', { ref: 'bulkId:nobody' })] });
    expect(entries).toEqual([
      {
        method: 'POST',
        bulkId: 'a',
        status: '400',
        response: {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
          status: '400',
          scimType: 'invalidValue',
          detail: 'No operation of this request creates bulkId:nobody. (ref 04HM-ASW9)',
        },
      },
    ]);
  });

  test('are not replaced in keys, nor in very deep data', async () => {
    const deep = JSON.parse(`${'['.repeat(5000)}"bulkId:a"${']'.repeat(5000)}`);
    const data = JSON.parse('{"__proto__":{"value":"bulkId:a"},"bulkId:a":"key"}');
    const { seen } = await run({ Operations: [post('a'), post('b', data), post('c', { deep })] });
    expect(JSON.stringify(seen[1]?.body)).toBe('{"__proto__":{"value":"1"},"bulkId:a":"key"}');
    expect(seen[2]?.body).toEqual({ deep });
  });
});

describe('an invalid operation has an answer of its own', () => {
  test.each([
    ['no object', 'x', '400', 'An operation must be an object.'],
    ['no method', { path: '/Things' }, '400', 'An operation needs a method: POST, PUT, PATCH, DELETE.'],
    [
      'a method for reading',
      { method: 'GET', path: '/Things' },
      '405',
      'A bulk operation cannot have the method GET. Use POST, PUT, PATCH, DELETE.',
    ],
    ['no path', { method: 'DELETE' }, '400', 'An operation needs a path such as /Users.'],
    [
      'POST without bulkId',
      { method: 'POST', path: '/Things', data: {} },
      '400',
      'An operation with POST needs a bulkId.',
    ],
    ['no data', { method: 'PUT', path: '/Things/1' }, '400', 'The operation needs data: a JSON object.'],
    ['data that is no object', { ...post('a'), data: [] }, '400', 'The operation needs data: a JSON object.'],
    [
      'a version that is no text',
      { method: 'DELETE', path: '/Things/1', version: 3 },
      '400',
      'The version of an operation must be text: the ETag of the resource.',
    ],
    [
      'an unknown path',
      { method: 'DELETE', path: '/Nothings/1' },
      '404',
      'Bulk operations cannot use the path /Nothings/1.',
    ],
    [
      'a method that the path has not',
      { method: 'DELETE', path: '/Things' },
      '405',
      'DELETE is not supported on /Things.',
    ],
    [
      'a path badly encoded',
      { method: 'DELETE', path: '/Things/%zz' },
      '400',
      'The path is not properly percent-encoded.',
    ],
    ['a bulk within', { ...post('a'), path: '/Bulk' }, '400', 'A bulk request cannot contain another.'],
  ])('%s', async (_name, operation, status, detail) => {
    const { entries } = await run({ Operations: [operation, post('fine')] });
    expect(entries.map((entry) => entry.status)).toEqual([status, '201']);
    expect(entries[0]?.response).toMatchObject({ status, detail: `${detail} (ref 04HM-ASW9)` });
  });

  test('a repeated bulkId: the second operation is refused', async () => {
    const { entries } = await run({ Operations: [post('a'), post('a')] });
    expect(entries.map(({ status }) => status)).toEqual(['201', '400']);
  });
});

describe('failOnErrors', () => {
  const Operations = [{ method: 'DELETE' }, post('a'), { method: 'DELETE' }, post('b')];

  test.each([
    [undefined, ['400', '201', '400', '201']],
    [null, ['400', '201', '400', '201']],
    [0, ['400']],
    [1, ['400']],
    [2, ['400', '201', '400']],
    [3, ['400', '201', '400', '201']],
  ])('%s', async (failOnErrors, expected) => {
    const { entries, seen } = await run({
      ...(failOnErrors === undefined ? {} : { failOnErrors }),
      Operations,
    });
    expect(entries.map(({ status }) => status)).toEqual(expected);
    expect(seen).toHaveLength(expected.filter((status) => status === '201').length);
  });
});

test('an operation that has not begun in time is 503, and is not executed', async () => {
  const { entries, seen } = await run({ Operations: [post('a'), post('b')] }, { maxSeconds: 0 });
  expect(entries.map(({ status }) => status)).toEqual(['503', '503']);
  expect(seen).toEqual([]);
});

test('an unexpected error is a 500 of its operation, logged once, without details', async () => {
  const fault = new Error('the disk is full');
  const { entries, faults } = await run({ Operations: [post('a')] }, { fault });
  expect(entries.map(({ status }) => status)).toEqual(['500']);
  expect(JSON.stringify(entries)).not.toContain('disk');
  expect(faults).toEqual([fault]);
});
