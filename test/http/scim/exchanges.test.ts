import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../app.js';
import { literally } from './resources.js';

/**
 * Real requests of identity providers with their whole answers: one file each under `exchanges/<provider>/`. A new case
 * is a new file.
 */
interface Exchange {
  readonly description: string;
  readonly workspace: 'V1' | 'V2';
  readonly seats?: Readonly<Record<string, number>>;
  /** Forms of the Authorization header; the exchange is run with each of them. */
  readonly authorization?: readonly string[];
  readonly steps: readonly Step[];
}

interface Step {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  readonly expect: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    /** The whole body. Left out: there is none. */
    readonly body?: unknown;
  };
  /** Names for parts of the answer, such as `{ "memberId": "Resources.0.id" }`, for later steps. */
  readonly capture?: Readonly<Record<string, string>>;
}

interface Provider {
  readonly authorization: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
}

const PROVIDERS: Readonly<Record<string, Provider>> = {
  okta: {
    authorization: ['{{apiKey}}'],
    headers: { 'User-Agent': 'Okta SCIM Client 1.0.0', Accept: 'application/scim+json' },
    contentType: 'application/scim+json; charset=utf-8',
  },
  entra: {
    authorization: ['Bearer {{apiKey}}'],
    headers: { Accept: 'application/scim+json' },
    contentType: 'application/scim+json; charset=utf-8',
  },
  // From here on as the providers' documentation describes them; their headers are not documented.
  onelogin: {
    authorization: ['Bearer {{apiKey}}'],
    headers: { Accept: 'application/scim+json' },
    contentType: 'application/scim+json; charset=utf-8',
  },
  jumpcloud: {
    authorization: ['Bearer {{apiKey}}'],
    headers: { Accept: 'application/scim+json' },
    contentType: 'application/scim+json',
  },
  google: {
    authorization: ['Bearer {{apiKey}}'],
    headers: { Accept: 'application/json' },
    contentType: 'application/json',
  },
  ping: {
    authorization: ['Bearer {{apiKey}}'],
    headers: { Accept: 'application/json' },
    contentType: 'application/scim+json',
  },
};

/** Placeholders for values that are not known in advance. */
const PATTERNS: Readonly<Record<string, string>> = {
  any: '.*',
  uuid: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  date: '\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z',
};

type Captured = Record<string, string>;

/** Replaces placeholders in requests with captured values. */
function filled<Value>(value: Value, captured: Captured): Value {
  const text = JSON.stringify(value).replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const known = captured[name];
    if (known === undefined) throw new Error(`nothing was captured as ${name}`);
    return JSON.stringify(known).slice(1, -1);
  });
  return JSON.parse(text) as Value;
}

/** Turns an expected value into one that vitest compares as a whole. */
function expected(value: unknown, captured: Captured): unknown {
  if (value === '{{any}}') return expect.anything();
  if (typeof value === 'string') return expectedText(value, captured);
  if (Array.isArray(value)) return value.map((item) => expected(item, captured));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [filled(name, captured), expected(part, captured)]),
  );
}

function expectedText(text: string, captured: Captured): unknown {
  if (!text.includes('{{')) return text;
  const pattern = text
    .split(/(\{\{\w+\}\})/)
    .map((part) => {
      const name = /^\{\{(\w+)\}\}$/.exec(part)?.[1];
      return (name !== undefined && PATTERNS[name]) || literally(filled(part, captured));
    })
    .join('');
  return expect.stringMatching(new RegExp(`^${pattern}$`));
}

function at(body: unknown, path: string): string {
  const value = path
    .split('.')
    .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], body);
  if (typeof value !== 'string') throw new Error(`there is no text at ${path} of the answer`);
  return value;
}

async function run(app: TestApp, exchange: Exchange, provider: Provider, form: string): Promise<void> {
  const { workspaceId, apiKey, ownerEmail } = await app.workspace({
    version: exchange.workspace,
    scim: true,
    ...(exchange.seats === undefined ? {} : { seats: exchange.seats }),
  });
  const baseUrl = `${app.url}/scim/v2/organizations/${workspaceId}`;
  const captured: Captured = { workspaceId, apiKey, ownerEmail, baseUrl };
  for (const { name, request, expect: wanted, capture = {} } of exchange.steps) {
    const { method, path, headers = {}, body } = filled(request, captured);
    const response = await fetch(baseUrl + path, {
      method,
      headers: {
        Authorization: filled(form, captured),
        ...provider.headers,
        ...(body === undefined ? {} : { 'Content-Type': provider.contentType }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer: unknown = text === '' ? undefined : JSON.parse(text);
    const wantedHeaders = Object.keys(wanted.headers ?? {});
    expect(
      {
        status: response.status,
        headers: Object.fromEntries(wantedHeaders.map((header) => [header, response.headers.get(header)])),
        body: answer,
      },
      name,
    ).toEqual({
      status: wanted.status,
      headers: expected(wanted.headers ?? {}, captured),
      body: expected(wanted.body, captured),
    });
    if (text !== '') {
      expect(response.headers.get('content-type'), name).toBe('application/scim+json; charset=utf-8');
    }
    for (const [key, where] of Object.entries(capture)) captured[key] = at(answer, where);
  }
}

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.stop();
});

const directory = join(import.meta.dirname, 'exchanges');
const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .sort();

describe.each(files)('%s', (file) => {
  const exchange = JSON.parse(readFileSync(join(directory, file), 'utf8')) as Exchange;
  const provider = PROVIDERS[basename(dirname(file))];
  test.each(exchange.authorization ?? provider?.authorization ?? [])(
    `${exchange.description}, with "%s"`,
    async (form) => {
      if (provider === undefined) throw new Error(`nothing is known about the provider of ${file}`);
      await run(app, exchange, provider, form);
    },
  );
});
