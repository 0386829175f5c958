import fc from 'fast-check';
import { attributeNames, hostileJson, hostileObject, hostileText, jsonText } from '../hostile.js';
import { ENTERPRISE, ROLLCALL } from './resources.js';

/** Bodies, addresses and headers that no provider would send. */

const nesting = fc
  .tuple(fc.constantFrom('[', '{"a":', '{"name":', '[{"emails":'), fc.constantFrom(10, 2000, 50_000))
  .map(
    ([open, depth]) =>
      open.repeat(depth) +
      '1' +
      (open.match(/[[{]/g) ?? [])
        .toReversed()
        .join('')
        .replaceAll('[', ']')
        .replaceAll('{', '}')
        .repeat(depth),
  );

const attributeText = fc
  .tuple(fc.constantFrom(...attributeNames), fc.oneof(hostileJson.map(jsonText), nesting))
  .map(([name, value]) => `${JSON.stringify(name)}:${value}`);

/** Attributes as text: they may be there twice. */
const twice = fc
  .array(attributeText, { maxLength: 6 })
  .map(
    (parts) => `{"userName":"f@acme.test","USERNAME":"g@acme.test",${[...parts, '"active":true'].join()}}`,
  );

/** Nearly valid users: one attribute has a wrong value. */
const plausible = fc.record(
  {
    name: fc.record({ givenName: hostileText, familyName: hostileText }),
    displayName: hostileText,
    externalId: hostileText,
    emails: fc.array(fc.record({ value: hostileText, type: hostileText, primary: fc.boolean() }), {
      maxLength: 3,
    }),
    [ENTERPRISE]: fc.record({ manager: hostileText }),
    [ROLLCALL]: fc.record({ role: fc.constantFrom('admin', 'VIEWER', '', null) }),
    active: fc.constantFrom(true, false, 'True', null),
  },
  { requiredKeys: [] },
);
export const person = fc.oneof(
  fc
    .tuple(fc.constantFrom('a@acme.test', 'b@acme.test'), plausible)
    .map(([userName, rest]) => jsonText({ userName, ...rest })),
  fc.tuple(hostileText, hostileObject).map(([userName, rest]) => jsonText({ userName, ...Object(rest) })),
);

const hostileOperation = fc.record(
  {
    op: fc.oneof(fc.constantFrom('add', 'replace', 'remove', 'Add'), hostileJson),
    path: fc.oneof(
      fc.constantFrom(...attributeNames),
      fc
        .tuple(fc.constantFrom('emails', 'addresses', 'name', 'groups'), hostileText)
        .map(([name, text]) => `${name}[${text}]`),
      hostileText.map((text) => `emails[type eq ${JSON.stringify(text)}].value`),
      hostileJson,
    ),
    value: fc.oneof(hostileJson, hostileObject),
  },
  { requiredKeys: ['op'] },
);
export const patchText = fc
  .oneof(fc.array(hostileOperation, { maxLength: 5 }), hostileJson)
  .map((operations) => jsonText({ Operations: operations }));

const big = fc
  .tuple(
    fc.constantFrom('userName', 'displayName', 'role', 'shoeSize', 'externalId'),
    fc.constantFrom(1_000_000, 1_048_576),
  )
  .map(([name, length]) => `{"userName":"big@acme.test","${name}":"${'x'.repeat(length)}"}`);

/** Bodies with wrong content or a wrong form. */
export function bodies(proper: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  const text = fc.oneof(
    { weight: 8, arbitrary: proper },
    { weight: 2, arbitrary: twice },
    { weight: 1, arbitrary: hostileJson.map(jsonText) },
    { weight: 1, arbitrary: nesting },
    { weight: 1, arbitrary: big },
    { weight: 1, arbitrary: hostileText },
  );
  const cut = fc.tuple(text, fc.double({ min: 0, max: 1, noNaN: true }));
  return fc.oneof(
    { weight: 10, arbitrary: text.map((whole) => Buffer.from(whole)) },
    { weight: 1, arbitrary: cut.map(([whole, at]) => Buffer.from(whole.slice(0, whole.length * at))) },
    // Not UTF-8, where it is not ASCII.
    { weight: 1, arbitrary: text.map((whole) => Buffer.from(whole, 'latin1')) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
  );
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** Texts in a URL in place of an id or a value. */
export const inAddress = fc.oneof(
  hostileText.map(encoded),
  fc.constantFrom(
    '%zz',
    '%00',
    '%ed%a0%80',
    '%ff',
    '..',
    '%2e%2e',
    '%2F',
    '//',
    '*',
    'User',
    '%',
    '+',
    '.search',
  ),
);

const filterWords = fc.oneof(
  fc.constantFrom(
    'eq',
    'NE',
    'co',
    'sw',
    'ew',
    'gt',
    'le',
    'pr',
    'and',
    'or',
    'not',
    '(',
    ')',
    '[',
    ']',
    'null',
    'true',
  ),
  fc.constantFrom(...attributeNames),
  fc.constantFrom(
    'userName',
    'emails.value',
    'meta.lastModified',
    '"2026-01-01T00:00:00Z"',
    '"0000-99-99"',
    '1e400',
    '-0',
  ),
  hostileText.map((text) => JSON.stringify(text)),
  hostileText,
);
const filter = fc.oneof(
  fc.array(filterWords, { maxLength: 8 }).map((words) => words.join(' ')),
  fc
    .tuple(fc.constantFrom(...attributeNames), fc.constantFrom('eq', 'co', 'gt', 'sw'), hostileJson)
    .map(([name, operator, value]) => `${name} ${operator} ${jsonText(value)}`),
  fc
    .tuple(fc.constantFrom('(', 'not (', 'emails['), fc.constantFrom(5, 500))
    .map(([open, depth]) => open.repeat(depth)),
);
const list = fc
  .array(fc.oneof(fc.constantFrom(...attributeNames), hostileText), { maxLength: 5 })
  .map((names) => names.join());
const number = fc.oneof(
  fc.constantFrom('0', '-1', '1e3', '99999999999999999999', '2147483648', '-0', 'NaN', '1.5', ' 7 ', '٣'),
  hostileText,
);
const parameter = fc.oneof(
  { weight: 3, arbitrary: filter.map((value) => `filter=${encoded(value)}`) },
  list.map((value) => `attributes=${encoded(value)}`),
  list.map((value) => `excludedAttributes=${encoded(value)}`),
  number.map((value) => `startIndex=${encoded(value)}`),
  number.map((value) => `count=${encoded(value)}`),
  fc
    .tuple(fc.constantFrom('sortBy', 'sortOrder', 'cursor', '__proto__', 'Filter'), inAddress)
    .map((pair) => pair.join('=')),
  inAddress,
);
export const query = fc
  .array(parameter, { maxLength: 4 })
  .map((parameters) => `?${parameters.join('&')}`.slice(0, 12_000));

const collections = [
  '/Users',
  '/Groups',
  '/Me',
  '/Bulk',
  '/Schemas',
  '/ResourceTypes',
  '/ServiceProviderConfig',
  '/',
  '',
];
export const place = fc
  .tuple(fc.constantFrom(...collections), fc.option(inAddress, { nil: undefined }))
  .map(([collection, id]) => (id === undefined ? collection : `${collection}/${id}`));

/** Texts that a header can have: Node's client sends no others. */
const headerText = fc.oneof(
  fc.string({
    unit: fc
      .integer({ min: 0x20, max: 0xff })
      .filter((code) => code !== 0x7f)
      .map((code) => String.fromCharCode(code)),
    maxLength: 20,
  }),
  fc.constantFrom(
    '',
    '*',
    'W/"1"',
    '"',
    'W/"',
    ',,,',
    'a'.repeat(4000),
    'W/"1", '.repeat(300),
    ';q=',
    'charset=',
  ),
);
const headerNames = [
  'If-Match',
  'If-None-Match',
  'Accept',
  'Content-Type',
  'Content-Encoding',
  'Accept-Encoding',
  'Authorization',
];
const moreHeaderNames = [
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'Origin',
  'Cookie',
  'User-Agent',
  'Range',
  'X-HTTP-Method-Override',
];
export const headers = fc
  .array(fc.tuple(fc.constantFrom(...headerNames, ...moreHeaderNames), headerText), {
    minLength: 1,
    maxLength: 3,
  })
  .map((entries) => Object.fromEntries(entries));
