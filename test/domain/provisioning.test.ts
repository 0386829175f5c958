import { describe, expect, test } from 'vitest';
import { type WorkspaceVersion } from '../../src/domain/access.js';
import { type MemberInput, type ProvisionMode, parseChangeRequest } from '../../src/domain/provisioning.js';
import { refusalOf } from './refusal.js';

/** Undefined stands for an absent attribute. */
type Sent = { readonly [Name in keyof MemberInput]: MemberInput[Name] | undefined };

function read(version: WorkspaceVersion, { mode, ...sent }: Sent & { mode: ProvisionMode }): object {
  const present = Object.entries(sent).filter(([, value]) => value !== undefined);
  return parseChangeRequest(version, mode, Object.fromEntries(present));
}

const MODES = ['CREATE', 'REPLACE', 'PATCH'] as const;
/** The attribute that REPLACE requires. */
const NAMED = { userName: 'ann@acme.test' };

describe('rule 1: an attribute of the other workspace version is refused by its presence alone', () => {
  const VALUES = [null, '', 0, false, [], {}, 'builder', 'editor', 500];

  test.each(MODES)('V2: %s of seatType, whatever its value', (mode) => {
    for (const seatType of VALUES) {
      expect(refusalOf(() => read('V2', { mode, ...NAMED, role: 'editor', seatType }))).toEqual({
        code: 'WRONG_WORKSPACE_VERSION',
        message: 'seatType was sent to a V2 workspace.',
        attribute: 'seatType',
        hint: 'Leave seatType out, also when it is empty, and send role instead.',
        providerHint:
          'Remove the seatType attribute from the Profile Editor for your SCIM app and add role instead. ' +
          'Even sending seatType with an empty value causes this error.',
      });
    }
  });

  test.each(MODES.flatMap((mode) => [[mode, 'role'] as const, [mode, 'creditLimit'] as const]))(
    'V1: %s of %s, whatever its value',
    (mode, name) => {
      for (const value of VALUES) {
        expect(refusalOf(() => read('V1', { mode, ...NAMED, seatType: 'pro', [name]: value }))).toEqual({
          code: 'WRONG_WORKSPACE_VERSION',
          message: `${name} was sent to a V1 workspace.`,
          attribute: name,
          hint: `Leave ${name} out, also when it is empty, and send seatType instead.`,
          providerHint:
            'Remove the role and creditLimit attributes from the Profile Editor for your SCIM app and add ' +
            `seatType instead. Even sending ${name} with an empty value causes this error.`,
        });
      }
    },
  );

  test('is refused before anything else', () => {
    const wrong = { mode: 'CREATE', userName: ' ', active: null, seatType: 'throne' } as const;
    expect(refusalOf(() => read('V2', wrong))).toMatchObject({ code: 'WRONG_WORKSPACE_VERSION' });
  });
});

describe('an absent key changes nothing', () => {
  test.each([
    ['CREATE', {}, { mode: 'CREATE' }],
    ['PATCH', {}, { mode: 'PATCH' }],
    ['REPLACE', NAMED, { mode: 'REPLACE', ...NAMED }],
  ] as const)('%s', (mode, sent, request) => {
    expect(read('V1', { mode, ...sent })).toEqual(request);
    expect(read('V2', { mode, ...sent })).toEqual(request);
  });
});

describe('userName', () => {
  test('keeps its spelling', () => {
    expect(read('V2', { mode: 'CREATE', userName: 'Ann@Acme.test' })).toEqual({
      mode: 'CREATE',
      userName: 'Ann@Acme.test',
    });
  });

  test.each([null, '', undefined])(
    'rule 14: %j counts as not sent in a CREATE, where an e-mail may replace it',
    (userName) => {
      expect(read('V2', { mode: 'CREATE', userName })).toEqual({ mode: 'CREATE' });
    },
  );

  test.each([
    ['CREATE', '   '],
    ['REPLACE', undefined],
    ['REPLACE', null],
    ['REPLACE', ''],
    ['PATCH', null],
    ['PATCH', ''],
  ] as const)('%s: %j is refused', (mode, userName) => {
    expect(refusalOf(() => read('V2', { mode, userName }))).toEqual({
      code: 'INVALID_INPUT',
      message: 'userName is required and cannot be empty.',
      attribute: 'userName',
    });
  });
});

describe('texts that PostgreSQL cannot store, or that are too long or have control characters', () => {
  const TEXTS = ['a\0b', 'a\nb', '\ud800', 'a'.repeat(801)];

  test.each(['userName', 'externalId'])('%s', (attribute) => {
    for (const text of TEXTS) {
      expect(refusalOf(() => read('V2', { mode: 'CREATE', ...NAMED, [attribute]: text }))).toEqual({
        code: 'INVALID_INPUT',
        message: `${attribute} must have at most 800 characters and no control characters.`,
        attribute,
      });
    }
  });
});

describe('externalId', () => {
  test.each([
    [null, null],
    ['', null],
    ['00u1', '00u1'],
    [' 00u1 ', ' 00u1 '],
  ])('%j becomes %j', (externalId, request) => {
    expect(read('V2', { mode: 'PATCH', externalId })).toEqual({ mode: 'PATCH', externalId: request });
  });
});

describe('profile', () => {
  test.each([
    [null, {}],
    [{}, {}],
    [{ title: 'Engineer', password: 'x' }, { title: 'Engineer' }],
  ])('%j becomes %j', (profile, request) => {
    expect(read('V1', { mode: 'PATCH', profile })).toEqual({ mode: 'PATCH', profile: request });
  });
});

describe('active', () => {
  test.each(MODES)('%s: true and false are accepted', (mode) => {
    expect(read('V2', { mode, ...NAMED, active: true })).toEqual({ mode, ...NAMED, active: true });
    expect(read('V2', { mode, ...NAMED, active: false })).toEqual({ mode, ...NAMED, active: false });
  });

  test.each([
    ['CREATE', null],
    ['REPLACE', null],
  ] as const)('%s: %j counts as not sent', (mode, active) => {
    expect(read('V2', { mode, ...NAMED, active })).toEqual({ mode, ...NAMED });
  });

  test('PATCH: null is refused, because active cannot be removed', () => {
    expect(refusalOf(() => read('V2', { mode: 'PATCH', active: null }))).toEqual({
      code: 'INVALID_INPUT',
      message: 'active cannot be removed.',
      attribute: 'active',
      hint: 'Set it to false to deactivate the member.',
    });
  });
});

describe('rule 3: role', () => {
  test.each([
    ['editor', 'EDITOR'],
    ['Admin', 'ADMIN'],
    [' VIEWER ', 'VIEWER'],
    // Other rules decide whether they can be assigned: an echo of the present role is accepted.
    ['owner', 'OWNER'],
    ['member', 'MEMBER'],
    ['guest', 'GUEST'],
  ])('%j is %s', (role, request) => {
    expect(read('V2', { mode: 'PATCH', role })).toEqual({ mode: 'PATCH', role: request });
  });

  test.each([
    ['CREATE', null],
    ['CREATE', ''],
    ['REPLACE', null],
    ['REPLACE', ''],
    ['PATCH', ''],
  ] as const)('%s: %j counts as not sent', (mode, role) => {
    expect(read('V2', { mode, ...NAMED, role })).toEqual({ mode, ...NAMED });
  });

  test('PATCH: null is refused, because role cannot be removed', () => {
    expect(refusalOf(() => read('V2', { mode: 'PATCH', role: null }))).toEqual({
      code: 'INVALID_INPUT',
      message: 'role cannot be removed.',
      attribute: 'role',
      hint: 'Set it to admin, editor or viewer.',
    });
  });

  test.each(['boss', 'editors', ' ', 7, true, ['editor'], { value: 'editor' }])('%j is refused', (role) => {
    expect(refusalOf(() => read('V2', { mode: 'CREATE', role }))).toEqual({
      code: 'INVALID_INPUT',
      message: 'role must be admin, editor or viewer.',
      attribute: 'role',
    });
  });
});

describe('seatType', () => {
  test.each([
    ['builder', 'BUILDER'],
    ['Elite_2', 'ELITE_2'],
    [' PRO ', 'PRO'],
  ])('%j is %s', (seatType, request) => {
    expect(read('V1', { mode: 'CREATE', seatType })).toEqual({ mode: 'CREATE', seatType: request });
  });

  test.each([
    ['CREATE', null],
    ['CREATE', ''],
    ['REPLACE', null],
    ['REPLACE', ''],
    ['PATCH', ''],
  ] as const)('%s: %j counts as not sent', (mode, seatType) => {
    expect(read('V1', { mode, ...NAMED, seatType })).toEqual({ mode, ...NAMED });
  });

  test('rule 10, PATCH: null takes the seat away', () => {
    expect(read('V1', { mode: 'PATCH', seatType: null })).toEqual({ mode: 'PATCH', seatType: null });
  });

  test.each(['throne', 'elite-2', 7, true, ['pro'], {}])('%j is refused', (seatType) => {
    expect(refusalOf(() => read('V1', { mode: 'CREATE', seatType }))).toEqual({
      code: 'INVALID_INPUT',
      message: 'seatType must be one of starter, builder, pro, elite, elite_2, elite_3.',
      attribute: 'seatType',
    });
  });
});

describe('rule 5: creditLimit', () => {
  test.each([
    [1, 1],
    [2_147_483_647, 2_147_483_647],
    ['500', 500],
    [' 500 ', 500],
    ['0500', 500],
    [500.0, 500],
    [null, null],
    ['', null],
  ])('%j becomes %j', (creditLimit, request) => {
    for (const mode of MODES) {
      expect(read('V2', { mode, ...NAMED, creditLimit })).toEqual({ mode, ...NAMED, creditLimit: request });
    }
  });

  test.each([
    0,
    -1,
    1.5,
    2_147_483_648,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '0',
    '-5',
    '5.0',
    '1e3',
    '0x10',
    '٥',
    '99999999999',
    ' ',
    'many',
    true,
    [],
    [5],
    {},
  ])('%j is refused', (creditLimit) => {
    expect(refusalOf(() => read('V2', { mode: 'PATCH', creditLimit }))).toEqual({
      code: 'INVALID_INPUT',
      message: 'creditLimit must be a whole number from 1 to 2147483647, or empty for no limit.',
      attribute: 'creditLimit',
    });
  });
});
