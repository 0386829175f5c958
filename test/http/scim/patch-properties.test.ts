import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ScimClient, startTestApp, type TestApp } from '../../app.js';
import { expectInvariants } from '../../invariants.js';
import { auditSize } from '../graphql/operations.js';
import { ALIAS, CORE, ENTERPRISE, ROLLCALL, read, userIn } from './resources.js';
import { type Validator, validatorOf } from './schema-validator.js';

/** Properties of every PATCH (RFC 7644 §3.5.2). More runs: FUZZ_RUNS=20000. */

const RUNS = { numRuns: Number(process.env.FUZZ_RUNS ?? 250), seed: 20_261_125, endOnFailure: true };
const TIMEOUT = RUNS.numRuns * 200;

type Operation = Readonly<Record<string, unknown>>;

const text = fc.oneof(
  fc.constantFrom(
    'Ann',
    'ann',
    'work',
    'home',
    'a@acme.test',
    'b@acme.test',
    'True',
    '',
    '7',
    'x'.repeat(900),
  ),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);
const part = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 1, arbitrary: fc.boolean() },
  { weight: 1, arbitrary: fc.constantFrom(null, 7, 1.5, -0, [], {}) },
);
const label = fc.record(
  {
    value: part,
    type: fc.constantFrom('work', 'home', 'WORK', 'other', null),
    primary: fc.constantFrom(true, false, 'True', 'false', null),
    display: part,
    unknown: part,
  },
  { requiredKeys: [] },
);
const labels = fc.oneof(
  fc.array(label, { maxLength: 3 }),
  label,
  fc.constantFrom(null, [], '', ['a@acme.test']),
);
const name = fc.record(
  { givenName: part, FAMILYNAME: part, formatted: part, shoe: part },
  { requiredKeys: [] },
);
const address = fc.record(
  { streetAddress: part, country: part, type: fc.constantFrom('work', 'home'), primary: fc.boolean() },
  { requiredKeys: [] },
);
const manager = fc.oneof(
  text,
  fc.record({ value: part, $ref: part, displayName: part }, { requiredKeys: [] }),
  fc.array(fc.record({ $ref: fc.constant(null), value: part }), { maxLength: 2 }),
);
const enterprise = fc.record({ department: part, employeeNumber: part, manager }, { requiredKeys: [] });
const role = fc.constantFrom<unknown>('admin', 'Editor', 'viewer', 'owner', '', null, 7);
const creditLimit = fc.constantFrom<unknown>(100, '250', 0, '', null, 1.5);
const access = fc.record({ role, creditLimit }, { requiredKeys: [] });

const selector = fc.constantFrom(
  'type eq "work"',
  'type eq "home"',
  'TYPE EQ "Other"',
  'primary eq true',
  'primary eq "True"',
  'value co "@"',
  'value eq "a@acme.test"',
  'not (type eq "work")',
  'type eq "work" and value ew ".test"',
  'type eq "work" and primary eq true',
  'type eq "a" or type eq "b"',
  'display pr',
);

/** Paths, and values of which some fit. */
const targets: fc.Arbitrary<readonly [path: string, value: unknown]> = fc.oneof(
  fc.tuple(
    fc.constantFrom('displayName', 'title', 'NickName', 'externalId', 'locale', `${CORE}:title`),
    part,
  ),
  fc.tuple(fc.constantFrom('active'), fc.constantFrom<unknown>(true, 'True', 'perhaps', null)),
  fc.tuple(fc.constant('name'), fc.oneof(name, part)),
  fc.tuple(fc.constantFrom('name.givenName', `${CORE}:name.familyName`, 'name.middleName'), part),
  fc.tuple(fc.constantFrom('emails', 'phoneNumbers', 'roles', 'ims', 'x509Certificates'), labels),
  fc.tuple(fc.constant('addresses'), fc.oneof(fc.array(address, { maxLength: 3 }), address)),
  fc.tuple(
    fc
      .tuple(
        fc.constantFrom('emails', 'phoneNumbers', 'addresses', 'roles', `${CORE}:emails`),
        selector,
        fc.constantFrom('', '.value', '.type', '.primary', '.display', '.country'),
      )
      .map(([list, filter, end]) => `${list}[${filter}]${end}`),
    fc.oneof(part, label),
  ),
  fc.tuple(fc.constantFrom('emails.type', 'phoneNumbers.value', 'addresses.primary'), part),
  fc.tuple(fc.constantFrom(`${ENTERPRISE}:department`, `${ENTERPRISE}:manager.value`, 'department'), part),
  fc.tuple(fc.constantFrom(`${ENTERPRISE}:manager`, 'manager'), manager),
  fc.tuple(fc.constant(ENTERPRISE), enterprise),
  fc.tuple(fc.constantFrom('role', `${ROLLCALL}:role`, `${ALIAS}:role`), role),
  fc.tuple(fc.constantFrom('creditLimit', `${ROLLCALL}:creditLimit`), creditLimit),
  fc.tuple(fc.constantFrom(ROLLCALL, ALIAS), access),
  fc.tuple(
    fc.constantFrom('seatType', 'id', 'meta.version', 'groups', 'password', 'shoeSize', 'schemas'),
    part,
  ),
);

const pathless = fc.oneof(
  fc.array(targets, { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  fc.record({ name, emails: labels, [ENTERPRISE]: enterprise, [ROLLCALL]: access }, { requiredKeys: [] }),
);

const write: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constantFrom('add', 'replace', 'Add', 'Replace'), targets).map(withPath),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constantFrom('add', 'replace'), value: pathless }) },
);
const remove: fc.Arbitrary<Operation> = fc.oneof(
  targets.map(([path]) => ({ op: 'remove', path })),
  fc.tuple(fc.constant('Remove'), targets).map(withPath),
);
const operations = fc.array(fc.oneof({ weight: 3, arbitrary: write }, { weight: 1, arbitrary: remove }), {
  minLength: 1,
  maxLength: 5,
});

function withPath([op, [path, value]]: readonly [string, readonly [string, unknown]]): Operation {
  return { op, path, value };
}

let app: TestApp;
let workspaceId: string;
let scim: ScimClient;
let faultsIn: Validator;
let id: string;

beforeAll(async () => {
  app = await startTestApp();
  const workspace = await app.workspace({ version: 'V2' });
  workspaceId = workspace.workspaceId;
  scim = app.scim(workspaceId, workspace.apiKey);
  faultsIn = await validatorOf(scim);
  const answer = await scim.post('/Users', {
    userName: 'ann@acme.test',
    name: { givenName: 'Ann', familyName: 'Lee' },
    emails: [
      { value: 'ann@acme.test', type: 'work', primary: true },
      { value: 'ann@home.test', type: 'home' },
    ],
    [ENTERPRISE]: { department: 'Research', manager: { value: '7', displayName: 'John' } },
    [ROLLCALL]: { role: 'editor', creditLimit: 500 },
  });
  id = userIn(answer.body).id;
});

afterAll(async () => {
  await app.stop();
});

function patch(changes: readonly Operation[]) {
  return scim.patch(`/Users/${id}`, { Operations: changes });
}

test('the validator of resources finds faults', async () => {
  const user = await read(scim, id);
  const { userName: _, ...nameless } = user;
  const primary = { value: 'a@acme.test', primary: true };
  expect(faultsIn(user)).toEqual([]);
  expect(
    faultsIn({ ...nameless, title: 7, shoe: 1, emails: [primary, { ...primary, type: 'work' }] }),
  ).toEqual([
    'shoe is in no schema',
    'userName is missing',
    'title is no string: 7',
    'emails has 2 primary values',
  ]);
  expect(
    faultsIn({ ...user, name: {}, ims: [], [ROLLCALL]: { role: 'x', seatType: 'pro' }, schemas: [CORE] }),
  ).toEqual([
    'name is no object with parts',
    'ims is no list with values',
    `${ROLLCALL}.seatType is in no schema`,
    `schemas lists ${CORE}, and the resource holds ${CORE},${ENTERPRISE},${ROLLCALL}`,
  ]);
});

describe('any sequence of operations', () => {
  test(
    'leaves a resource that conforms to /Schemas and equals the answer, or is refused and changes nothing',
    async () => {
      const seen = { accepted: 0, refused: 0 };
      await fc.assert(
        fc.asyncProperty(operations, async (changes) => {
          const before = await read(scim, id);
          const entries = await auditSize(app, workspaceId);
          const answer = await patch(changes);
          const after = await read(scim, id);
          if (answer.status === 200) {
            seen.accepted += 1;
            expect(faultsIn(answer.body)).toEqual([]);
            expect(after).toEqual(answer.body);
            expect(answer.headers.get('etag')).toBe(after.meta.version);
            expect(after.meta.version === before.meta.version).toBe(
              (await auditSize(app, workspaceId)) === entries,
            );
            return;
          }
          seen.refused += 1;
          expect([400]).toContain(answer.status);
          expect(after).toEqual(before);
          expect(await auditSize(app, workspaceId)).toBe(entries);
        }),
        RUNS,
      );
      // Neither half of the property is empty.
      expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(RUNS.numRuns / 10);
      await expectInvariants(app);
    },
    TIMEOUT,
  );
});

describe('the same replace a second time', () => {
  test(
    'changes neither the version nor any value',
    async () => {
      const replace = fc.oneof(
        targets.map(([path, value]) => ({ op: 'replace', path, value })),
        pathless.map((value) => ({ op: 'replace', value })),
      );
      await fc.assert(
        fc.asyncProperty(replace, async (change) => {
          const first = await patch([change]);
          fc.pre(first.status === 200);
          // The second time, a filter that no longer selects anything is refused.
          const second = await patch([change]);
          expect([200, 400]).toContain(second.status);
          expect(await read(scim, id)).toEqual(first.body);
        }),
        RUNS,
      );
    },
    TIMEOUT,
  );
});
