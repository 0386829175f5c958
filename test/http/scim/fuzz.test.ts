import { Agent, request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { referenceOf } from '../../../src/domain/provisioning-log.js';
import { startTestApp, type TestApp } from '../../app.js';
import { expectInvariants } from '../../invariants.js';
import { jsonText, RUNS, TIMEOUT, traceOf } from '../hostile.js';
import { bodies, headers, inAddress, patchText, person, place, query } from './hostile-requests.js';
import { create, ERROR } from './resources.js';
import { type Validator, validatorOf } from './schema-validator.js';

/**
 * Hostile input: never a 500, never HTML, never a hang, never a change behind a refusal; and every refusal is a SCIM
 * error that names its request (RFC 7644 §3.12).
 */

/** Nothing that one request may ask for takes so long. */
const HANG_MS = 10_000;

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly requestId: string;
  readonly text: string;
}

interface Target {
  readonly workspaceId: string;
  readonly apiKey: string;
  readonly userId: string;
  readonly faultsIn: Validator;
}

const agent = new Agent({ keepAlive: true });
let app: TestApp;
let v1: Target;
let v2: Target;

beforeAll(async () => {
  app = await startTestApp();
  v1 = await target('V1');
  v2 = await target('V2');
});

afterAll(async () => {
  agent.destroy();
  await app.stop();
});

async function target(version: 'V1' | 'V2'): Promise<Target> {
  const { workspaceId, apiKey } = await app.workspace({
    version,
    seats: version === 'V1' ? { builder: 3 } : {},
  });
  const scim = app.scim(workspaceId, apiKey);
  const { id } = await create(scim, {
    userName: 'target@acme.test',
    emails: [{ value: 'x@acme.test', type: 'work' }],
  });
  return { workspaceId, apiKey, userId: id, faultsIn: await validatorOf(scim) };
}

function send({ method, path, headers, body }: Request): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // Not as one URL: `..` would be resolved before it is sent.
    const { hostname, port } = new URL(app.url);
    const options = { hostname, port, path, method, headers, agent, timeout: HANG_MS };
    const request = httpRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'],
          requestId: String(response.headers['x-request-id']),
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    request.on('error', reject).on('timeout', () => request.destroy(new Error('the server hangs')));
    request.end(body);
  });
}

/** Expectations of every answer. */
async function expectDecency({ workspaceId, faultsIn }: Target, request: Request): Promise<Answer> {
  const before = await traceOf(app, workspaceId);
  const answer = await send(request);
  const { status, type, requestId, text } = answer;
  if (status < 400) {
    if (type !== undefined) expect(type).toBe('application/scim+json; charset=utf-8');
    const changes = ['POST', 'PUT', 'PATCH'].includes(request.method) && !request.path.includes('?');
    if (changes) expect(faultsIn(JSON.parse(text))).toEqual([]);
    return answer;
  }
  // 501 is the status of /Me.
  expect([status, status < 500 || status === 501]).toEqual([status, true]);
  expect(type).toBe('application/scim+json; charset=utf-8');
  expect(await traceOf(app, workspaceId)).toEqual(before);
  if (request.method === 'HEAD') return answer;
  const body = JSON.parse(text);
  expect(Object.keys(body).filter((name) => name !== 'scimType')).toEqual(['schemas', 'status', 'detail']);
  expect(body).toMatchObject({ schemas: [ERROR], status: String(status) });
  expect(body.detail.endsWith(` (ref ${referenceOf(requestId)})`)).toBe(true);
  return answer;
}

function run<Given>(given: fc.Arbitrary<Given>, property: (given: Given) => Promise<void>): Promise<void> {
  return fc.assert(fc.asyncProperty(given, property), RUNS);
}

/** A request with the right key, and JSON. */
function asked({ workspaceId, apiKey }: Target, method: string, path: string, body?: Buffer): Request {
  return {
    method,
    path: `/scim/v2/organizations/${workspaceId}${path}`,
    headers: {
      Authorization: apiKey,
      ...(body === undefined
        ? {}
        : { 'Content-Type': 'application/json', 'Content-Length': String(body.length) }),
    },
    ...(body === undefined ? {} : { body }),
  };
}

const either = fc.constantFrom('V1', 'V2').map((version) => () => (version === 'V1' ? v1 : v2));

describe('hostile input through HTTP', () => {
  test(
    'bodies of a POST',
    () =>
      run(fc.tuple(either, bodies(person)), async ([workspace, body]) => {
        const answer = await expectDecency(workspace(), asked(workspace(), 'POST', '/Users', body));
        // Deletes the user, so that the next one is new and the workspace stays small.
        if (answer.status === 201)
          await send(asked(workspace(), 'DELETE', `/Users/${JSON.parse(answer.text).id}`));
      }),
    TIMEOUT,
  );

  test(
    'bodies of a PUT',
    () =>
      run(fc.tuple(either, bodies(person)), async ([workspace, body]) => {
        await expectDecency(workspace(), asked(workspace(), 'PUT', `/Users/${workspace().userId}`, body));
      }),
    TIMEOUT,
  );

  test(
    'bodies of a PATCH',
    () =>
      run(fc.tuple(either, bodies(patchText)), async ([workspace, body]) => {
        await expectDecency(workspace(), asked(workspace(), 'PATCH', `/Users/${workspace().userId}`, body));
      }),
    TIMEOUT,
  );

  test(
    'compressed bodies, and bodies that claim to be',
    () =>
      run(fc.tuple(bodies(person), fc.boolean()), async ([body, packed]) => {
        const request = asked(v2, 'PUT', `/Users/${v2.userId}`, packed ? gzipSync(body) : body);
        await expectDecency(v2, { ...request, headers: { ...request.headers, 'Content-Encoding': 'gzip' } });
      }),
    TIMEOUT,
  );

  test(
    'filters, attribute lists, pages, and other query parameters',
    () =>
      run(fc.tuple(either, query), async ([workspace, parameters]) => {
        await expectDecency(workspace(), asked(workspace(), 'GET', `/Users${parameters}`));
      }),
    TIMEOUT,
  );

  test(
    'methods, paths and ids',
    () => {
      const method = fc.constantFrom(
        'GET',
        'HEAD',
        'OPTIONS',
        'DELETE',
        'PUT',
        'PATCH',
        'POST',
        'TRACE',
        'PROPFIND',
      );
      return run(
        fc.tuple(either, method, place, query, bodies(patchText)),
        async ([workspace, verb, path, more, body]) => {
          const sends = ['PUT', 'PATCH', 'POST'].includes(verb);
          await expectDecency(workspace(), asked(workspace(), verb, path + more, sends ? body : undefined));
        },
      );
    },
    TIMEOUT,
  );

  test(
    'headers',
    () =>
      run(fc.tuple(fc.constantFrom('GET', 'PUT', 'PATCH'), headers), async ([method, given]) => {
        const body = jsonText(
          method === 'PUT'
            ? { userName: 'target@acme.test' }
            : { Operations: [{ op: 'add', path: 'title', value: 'x' }] },
        );
        const request = asked(
          v2,
          method,
          `/Users/${v2.userId}`,
          method === 'GET' ? undefined : Buffer.from(body),
        );
        await expectDecency(v2, { ...request, headers: { ...request.headers, ...given } });
      }),
    TIMEOUT,
  );

  test(
    'paths outside the workspace',
    () =>
      run(fc.tuple(inAddress, inAddress), async ([first, second]) => {
        const path = `/scim/${first}/organizations/${second}/Users`;
        await expectDecency(v2, { method: 'GET', path, headers: { Authorization: v2.apiKey } });
      }),
    TIMEOUT,
  );

  test('all rules still hold afterwards', async () => {
    await expectInvariants(app);
  });
});
