import fc from 'fast-check';
import type { TestApp } from '../app.js';
import { ALIAS, CORE, ENTERPRISE, ROLLCALL } from './scim/resources.js';

/** Input of hostile or faulty clients. Fixed seed and few runs by default; FUZZ_RUNS and FUZZ_SEED. */
export const RUNS = {
  numRuns: Number(process.env.FUZZ_RUNS ?? 300),
  seed: Number(process.env.FUZZ_SEED ?? 20_261_125),
  endOnFailure: true,
};

/** For a test of that many runs. */
export const TIMEOUT = 60_000 + RUNS.numRuns * 100;

/** Every character there is, halves of pairs, NUL and other controls among them. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom('\0', '\ud800', '\udfff', '"', '\\', '%', '\u2028', 'é', "'", 'ß', 'İ'),
  }),
  fc.constantFrom(
    '',
    ' ',
    '\0',
    '\ud83d',
    'a'.repeat(3000),
    "'; drop table member; --",
    '{{x}}',
    '../../etc/passwd',
  ),
);

const address = fc.constantFrom('a@acme.test', 'B@ACME.test', 'İ@acme.test', 'a@b@c', '@', ' a@acme.test ');

export const hostileText = fc.oneof({ weight: 2, arbitrary: anyText }, { weight: 1, arbitrary: address });

/** Stands in JSON for a number that JSON.stringify would not write. */
const RAW = '@@raw:';
const rawNumber = fc
  .constantFrom(
    '1e400',
    '-1e400',
    '-0',
    '0.0000001',
    '1E-400',
    '9'.repeat(400),
    '2147483648',
    '-2147483649',
    '1.0',
  )
  .map((number) => `${RAW}${number}@@`);

const harmfulNames = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '',
  'length',
];
export const attributeNames = [
  ...[
    'userName',
    'externalId',
    'active',
    'name',
    'displayName',
    'title',
    'emails',
    'phoneNumbers',
    'addresses',
  ],
  ...[
    'roles',
    'x509Certificates',
    'schemas',
    'id',
    'meta',
    'groups',
    'password',
    'seatType',
    'role',
    'creditLimit',
  ],
  ...['profileUrl', 'locale', CORE, ENTERPRISE, ROLLCALL, ALIAS],
  ...[`${ENTERPRISE}:manager`, `${ROLLCALL}:role`, `${CORE}:userName`, 'name.givenName', 'emails.value'],
];
const partNames = [
  'value',
  'type',
  'primary',
  'display',
  '$ref',
  'givenName',
  'department',
  'manager',
  'formatted',
];

const anyName = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...attributeNames) },
  { weight: 3, arbitrary: fc.constantFrom(...partNames) },
  { weight: 1, arbitrary: fc.constantFrom(...harmfulNames) },
  { weight: 1, arbitrary: anyText },
);

function objectOf(value: fc.Arbitrary<unknown>, maxLength: number): fc.Arbitrary<unknown> {
  // Not fromEntries alone: a key `__proto__` must arrive as a key.
  return fc.array(fc.tuple(anyName, value), { maxLength }).map((entries) => {
    const object = Object.create(null);
    for (const [name, part] of entries) {
      Object.defineProperty(object, name, {
        value: part,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return object;
  });
}

/** Any JSON value, with names that mean something here. */
export const hostileJson: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    hostileText,
    rawNumber,
    fc.constantFrom(null, true, false, 0, 1, -1, 7.5, 'True', 'admin', 'viewer', 'builder', 'work'),
    fc.double(),
    objectOf(tie('value'), 4),
    fc.array(tie('value'), { maxLength: 4 }),
  ),
})).value;

/** An object of attributes, many of them known. */
export const hostileObject = objectOf(hostileJson, 6);

/** As text, numbers that are none in JavaScript included. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replaceAll(/"@@raw:([^"@]*)@@"/g, '$1');
}

/** The same without those numbers, for what goes through a JSON.stringify of somebody else's. */
export function plainJson(value: unknown): unknown {
  return JSON.parse(jsonText(value).replaceAll(/\b\d?e[+]?400\b|9{400}/gi, '9e300'));
}

/** Everything that a change in a workspace would leave a trace in. */
export async function traceOf(app: TestApp, workspaceId: string): Promise<unknown> {
  const rows = await app.sql(
    `select
      (select sum(hashtext(m::text)) from member m where workspace_id = $1) as members,
      (select sum(hashtext(s::text)) from membership s where workspace_id = $1) as stays,
      (select sum(hashtext(a::text)) from seat_allocation a where workspace_id = $1) as seats,
      (select count(*) from account) as accounts,
      (select count(*) from audit_entry where workspace_id = $1) as entries`,
    [workspaceId],
  );
  return rows[0];
}
