import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { expectInvariants } from '../../invariants.js';
import { hostileJson, hostileObject, hostileText, plainJson, RUNS, TIMEOUT, traceOf } from '../hostile.js';
import { done, mutate } from './operations.js';

/** Hostile input to the commands that add people: a refusal with a code, never a fault, never half a change. */

let app: TestApp;
let workspaces: readonly TestWorkspace[];
let memberId: string;

beforeAll(async () => {
  app = await startTestApp();
  workspaces = [
    await app.workspace({ version: 'V1', seats: { builder: 3 } }),
    await app.workspace({ version: 'V2' }),
  ];
  const { member } = await done(app, app.operatorToken, 'memberAdd', {
    workspaceId: workspaces[1]?.workspaceId,
    userName: 'target@acme.test',
  });
  memberId = member.id;
});

afterAll(async () => {
  await app.stop();
});

const profile = fc.oneof({ weight: 3, arbitrary: hostileObject }, { weight: 1, arbitrary: hostileJson });
const text = fc.oneof({ weight: 3, arbitrary: hostileText }, { weight: 1, arbitrary: hostileJson });
const either = fc.constantFrom(0, 1);

const provisioning = fc.record(
  {
    mode: fc.constantFrom('CREATE', 'REPLACE', 'PATCH', 'MOVE'),
    memberId: fc.oneof(fc.constant('target'), text),
    userName: text,
    externalId: text,
    profile,
    active: fc.oneof(fc.boolean(), hostileJson),
    role: fc.oneof(fc.constantFrom('admin', 'viewer', 'owner'), hostileJson),
    seatType: fc.oneof(fc.constantFrom('builder', 'pro'), hostileJson),
    creditLimit: fc.oneof(fc.constantFrom(5, '7', null), hostileJson),
    expectedVersion: fc.oneof(fc.integer(), hostileJson),
  },
  { requiredKeys: ['mode'] },
);

const adding = fc.record(
  {
    userName: text,
    externalId: text,
    profile,
    access: fc.oneof(hostileJson, fc.constant({ roleAccess: { role: 'VIEWER' } })),
  },
  { requiredKeys: ['userName'] },
);

async function expectDecency(
  name: 'memberProvision' | 'memberAdd',
  which: number,
  input: object,
): Promise<void> {
  const workspace = workspaces[which];
  const before = await traceOf(app, workspace?.workspaceId ?? '');
  const answer = await mutate(app, workspace?.apiKey, name, {
    workspaceId: workspace?.workspaceId,
    ...input,
  });
  if (answer.errors === undefined) {
    expect(answer).toEqual({ data: { [name]: expect.anything() } });
    return;
  }
  for (const { extensions } of answer.errors) {
    expect(extensions).toMatchObject({ code: expect.any(String), requestId: expect.any(String) });
    expect(extensions.code).not.toBe('INTERNAL_SERVER_ERROR');
  }
  expect(await traceOf(app, workspace?.workspaceId ?? '')).toEqual(before);
}

describe('hostile input through GraphQL', () => {
  test(
    'memberProvision',
    () =>
      fc.assert(
        fc.asyncProperty(either, provisioning, async (which, input) => {
          const sent = { ...input, ...(input.memberId === 'target' ? { memberId } : {}) };
          await expectDecency('memberProvision', which, Object(plainJson(sent)));
        }),
        RUNS,
      ),
    TIMEOUT,
  );

  test(
    'memberAdd',
    () =>
      fc.assert(
        fc.asyncProperty(either, adding, async (which, input) => {
          await expectDecency('memberAdd', which, Object(plainJson(input)));
        }),
        RUNS,
      ),
    TIMEOUT,
  );

  test('all rules still hold afterwards', async () => {
    await expectInvariants(app);
  });
});
