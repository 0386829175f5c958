import { describe, expect, test } from 'vitest';
import type { Access, Role, WorkspaceDefaults } from '../../src/domain/access.js';
import {
  type MemberState,
  memberAfter,
  type RuleContext,
  sameMember,
} from '../../src/domain/member-state.js';
import type { MemberChangeRequest, ProvisionMode } from '../../src/domain/provisioning.js';
import { refusalOf } from './refusal.js';

const V1: WorkspaceDefaults = { version: 'V1', defaultRole: null, defaultSeatType: null };
const V2: WorkspaceDefaults = { version: 'V2', defaultRole: 'VIEWER', defaultSeatType: null };

function around(workspace: WorkspaceDefaults, more: Partial<RuleContext> = {}): RuleContext {
  return { workspace, origin: 'IDENTITY_PROVIDER', mayChangeOwners: false, ...more };
}

function access(role: Role, more: Partial<Access> = {}): Access {
  return { role, seatType: null, creditLimit: null, creditLimitSetBy: null, ...more };
}

function limited(role: Role, creditLimit: number, creditLimitSetBy: Access['creditLimitSetBy']): Access {
  return access(role, { creditLimit, creditLimitSetBy });
}

function member(held: Access | null, more: Partial<MemberState> = {}): MemberState {
  return { userName: 'ann@acme.test', externalId: null, profile: {}, access: held, ...more };
}

function patch(request: Omit<MemberChangeRequest, 'mode'>): MemberChangeRequest {
  return { mode: 'PATCH', ...request };
}

/** The access of a member after a change request. */
function accessAfter(held: Access | null, request: MemberChangeRequest, facts: RuleContext): Access | null {
  return memberAfter(member(held), request, facts).access;
}

describe('a new member', () => {
  const ANN = { mode: 'CREATE', userName: 'ann@acme.test' } as const;

  test('rule 4: on V2 gets the default role, initially viewer', () => {
    expect(memberAfter(null, ANN, around(V2))).toEqual(member(access('VIEWER')));
    expect(memberAfter(null, ANN, around({ ...V2, defaultRole: 'EDITOR' }))).toEqual(
      member(access('EDITOR')),
    );
    expect(memberAfter(null, { ...ANN, role: 'ADMIN' }, around(V2))).toEqual(member(access('ADMIN')));
  });

  test('rule 10: on V1 gets the default seat if one is free, else none; always the role member', () => {
    expect(memberAfter(null, ANN, around(V1))).toEqual(member(access('MEMBER')));
    const withSeat = member(access('MEMBER', { seatType: 'PRO' }));
    expect(memberAfter(null, ANN, around({ ...V1, defaultSeatType: 'PRO' }))).toEqual(withSeat);
    const starter = member(access('MEMBER', { seatType: 'STARTER' }));
    expect(
      memberAfter(null, { ...ANN, seatType: 'STARTER' }, around({ ...V1, defaultSeatType: 'PRO' })),
    ).toEqual(starter);
    const none = { ...ANN, seatType: null };
    expect(memberAfter(null, none, around({ ...V1, defaultSeatType: 'PRO' }))).toEqual(
      member(access('MEMBER')),
    );
  });

  test('rule 14: without userName gets the primary e-mail as userName', () => {
    const profile = { emails: [{ value: 'b@acme.test' }, { value: 'a@acme.test', primary: true }] };
    expect(memberAfter(null, { mode: 'CREATE', profile }, around(V2))).toEqual(
      member(access('VIEWER'), { userName: 'a@acme.test', profile }),
    );
  });

  test('rule 14: without userName and e-mail is refused', () => {
    expect(
      refusalOf(() => memberAfter(null, { mode: 'CREATE', profile: { title: 'x' } }, around(V2))),
    ).toEqual({
      code: 'INVALID_INPUT',
      message: 'userName is required and cannot be empty.',
      attribute: 'userName',
      providerMessage: 'Neither userName nor an e-mail address was sent.',
      providerHint: 'Map userName to the e-mail address.',
    });
  });

  test('rule 21a: added inactive has no access, and what was sent is checked all the same', () => {
    const request = { ...ANN, active: false, role: 'EDITOR', creditLimit: 5 } as const;
    expect(memberAfter(null, request, around(V2))).toEqual(member(null));
    expect(refusalOf(() => memberAfter(null, { ...request, role: 'VIEWER' }, around(V2)))).toMatchObject({
      code: 'CREDIT_LIMIT_NOT_ALLOWED',
    });
    expect(refusalOf(() => memberAfter(null, { ...request, role: 'OWNER' }, around(V2)))).toMatchObject({
      code: 'ROLE_NOT_ASSIGNABLE',
    });
  });
});

describe('what a change request omits stays unchanged', () => {
  const ANN = member(limited('EDITOR', 500, 'WORKSPACE'), {
    externalId: '00u1',
    profile: { title: 'Engineer' },
  });
  const BEN = member(access('MEMBER', { seatType: 'PRO' }), {
    externalId: '00u1',
    profile: { title: 'Engineer' },
  });

  test.each<ProvisionMode>(['PATCH', 'REPLACE'])('%s', (mode) => {
    expect(memberAfter(ANN, { mode }, around(V2))).toEqual(ANN);
    expect(memberAfter(BEN, { mode }, around(V1))).toEqual(BEN);
  });

  test('each attribute by itself', () => {
    expect(memberAfter(ANN, patch({ userName: 'b@acme.test' }), around(V2))).toEqual({
      ...ANN,
      userName: 'b@acme.test',
    });
    expect(memberAfter(ANN, patch({ externalId: null }), around(V2))).toEqual({ ...ANN, externalId: null });
    expect(memberAfter(ANN, patch({ profile: {} }), around(V2))).toEqual({ ...ANN, profile: {} });
    expect(memberAfter(BEN, patch({ seatType: null }), around(V1))).toEqual({
      ...BEN,
      access: access('MEMBER'),
    });
  });

  test('a V1 admin stays admin when the identity provider changes the seat', () => {
    const held = access('ADMIN', { seatType: 'PRO' });
    expect(accessAfter(held, patch({ seatType: 'ELITE' }), around(V1))).toEqual(
      access('ADMIN', { seatType: 'ELITE' }),
    );
  });
});

describe('rule 3: assignable roles', () => {
  const HINTS = {
    hint: 'Use admin, editor or viewer.',
    providerHint:
      'Use admin, editor or viewer. If your identity provider has groups mapped to owner, member or guest, ' +
      'update the mapping.',
  };

  test.each(['OWNER', 'MEMBER', 'GUEST'] as const)('%s cannot be assigned in any mode', (role) => {
    const refusal = {
      code: 'ROLE_NOT_ASSIGNABLE',
      message: `The role ${role.toLowerCase()} cannot be assigned.`,
      attribute: 'role',
      ...HINTS,
    };
    const request = { userName: 'ann@acme.test', role };
    expect(refusalOf(() => memberAfter(null, { mode: 'CREATE', ...request }, around(V2)))).toEqual(refusal);
    for (const mode of ['REPLACE', 'PATCH'] as const) {
      expect(refusalOf(() => accessAfter(access('EDITOR'), { mode, ...request }, around(V2)))).toEqual(
        refusal,
      );
      expect(refusalOf(() => accessAfter(null, { mode, ...request }, around(V2)))).toEqual(refusal);
    }
  });

  test('a guest keeps the role in an echo, and may be changed to an assignable one', () => {
    expect(accessAfter(access('GUEST'), patch({ role: 'GUEST' }), around(V2))).toEqual(access('GUEST'));
    expect(accessAfter(access('GUEST'), patch({}), around(V2))).toEqual(access('GUEST'));
    expect(accessAfter(access('GUEST'), patch({ role: 'EDITOR' }), around(V2))).toEqual(access('EDITOR'));
  });
});

describe('rule 6: credit limits are for admins and editors', () => {
  const ADMIN_LIMIT = limited('ADMIN', 500, 'IDENTITY_PROVIDER');

  test.each<[string, Access, Omit<MemberChangeRequest, 'mode'>, Access]>([
    ['set', access('EDITOR'), { creditLimit: 5 }, limited('EDITOR', 5, 'IDENTITY_PROVIDER')],
    ['set with the role', access('VIEWER'), { role: 'ADMIN', creditLimit: 500 }, ADMIN_LIMIT],
    ['changed', ADMIN_LIMIT, { creditLimit: 7 }, limited('ADMIN', 7, 'IDENTITY_PROVIDER')],
    ['cleared', ADMIN_LIMIT, { creditLimit: null }, access('ADMIN')],
    [
      'kept from editor to admin',
      limited('EDITOR', 500, 'IDENTITY_PROVIDER'),
      { role: 'ADMIN' },
      ADMIN_LIMIT,
    ],
    ['cleared by a change to viewer that carries none', ADMIN_LIMIT, { role: 'VIEWER' }, access('VIEWER')],
    [
      'cleared by a change to viewer that carries an empty one',
      ADMIN_LIMIT,
      { role: 'VIEWER', creditLimit: null },
      access('VIEWER'),
    ],
    ['empty for a viewer', access('VIEWER'), { creditLimit: null }, access('VIEWER')],
    [
      'echoed: whose it is stays as it is',
      limited('EDITOR', 500, 'WORKSPACE'),
      { creditLimit: 500 },
      limited('EDITOR', 500, 'WORKSPACE'),
    ],
  ])('%s', (_case, held, request, after) => {
    expect(accessAfter(held, patch(request), around(V2))).toEqual(after);
    expect(accessAfter(held, { mode: 'REPLACE', ...request }, around(V2))).toEqual(after);
  });

  test('the origin that sets a limit is recorded', () => {
    expect(
      accessAfter(access('EDITOR'), patch({ creditLimit: 5 }), around(V2, { origin: 'WORKSPACE' })),
    ).toEqual(limited('EDITOR', 5, 'WORKSPACE'));
  });

  const messageFor = (role: string) =>
    `creditLimit can only be set on admin or editor roles, and this member's role would be ${role}.`;
  const HINT = { hint: 'Either change the role to editor or admin, or remove the creditLimit value.' };
  const BOTH_WAYS_OUT = {
    ...HINT,
    providerHint:
      'Take the creditLimit value out in your identity provider, or clear the limit in the Rollcall dashboard.',
  };

  test.each<[string, Access | null, MemberChangeRequest, string, object]>([
    ['a new viewer', null, { mode: 'CREATE', role: 'VIEWER', creditLimit: 5 }, 'viewer', HINT],
    ['a new member by default', null, { mode: 'CREATE', creditLimit: 5 }, 'viewer', HINT],
    ['a viewer', access('VIEWER'), patch({ creditLimit: 5 }), 'viewer', HINT],
    ['a guest', access('GUEST'), patch({ creditLimit: 5 }), 'guest', HINT],
    ['who becomes a viewer', access('EDITOR'), patch({ role: 'VIEWER', creditLimit: 5 }), 'viewer', HINT],
    [
      'who becomes a viewer, and whose limit the identity provider set itself',
      ADMIN_LIMIT,
      { mode: 'REPLACE', role: 'VIEWER', creditLimit: 500 },
      'viewer',
      BOTH_WAYS_OUT,
    ],
    [
      'who becomes a viewer, with another limit than the dashboard set',
      limited('EDITOR', 500, 'WORKSPACE'),
      { mode: 'REPLACE', role: 'VIEWER', creditLimit: 400 },
      'viewer',
      HINT,
    ],
    [
      'who becomes a viewer by a PATCH that names the limit of the dashboard',
      limited('EDITOR', 500, 'WORKSPACE'),
      patch({ role: 'VIEWER', creditLimit: 500 }),
      'viewer',
      HINT,
    ],
  ])('a limit for %s is refused', (_case, held, request, role, hints) => {
    const state = held === null ? null : member(held);
    const named = { userName: 'ann@acme.test', ...request };
    expect(refusalOf(() => memberAfter(state, named, around(V2)))).toEqual({
      code: 'CREDIT_LIMIT_NOT_ALLOWED',
      message: messageFor(role),
      attribute: 'creditLimit',
      ...hints,
    });
  });

  test('the one exception: a limit from the dashboard that comes back with a change to viewer is an echo', () => {
    const request = { mode: 'REPLACE', userName: 'ann@acme.test', role: 'VIEWER', creditLimit: 500 } as const;
    expect(accessAfter(limited('EDITOR', 500, 'WORKSPACE'), request, around(V2))).toEqual(access('VIEWER'));
    expect(accessAfter(limited('ADMIN', 500, 'WORKSPACE'), request, around(V2))).toEqual(access('VIEWER'));
  });
});

describe('activation and removal', () => {
  const GONE = member(null);

  test('rule 16: removal clears the access and keeps the rest', () => {
    const ann = member(limited('EDITOR', 5, 'WORKSPACE'), { externalId: '00u1', profile: { title: 'x' } });
    expect(memberAfter(ann, patch({ active: false }), around(V2))).toEqual({ ...ann, access: null });
  });

  test('rule 15: adding again gives the sent access or the default, never the former one', () => {
    const defaults = { ...V2, defaultRole: 'EDITOR' } as const;
    expect(memberAfter(GONE, patch({ active: true }), around(defaults))).toEqual(member(access('EDITOR')));
    expect(memberAfter(GONE, { mode: 'CREATE' }, around(defaults))).toEqual(member(access('EDITOR')));
    expect(memberAfter(GONE, patch({ active: true, role: 'ADMIN' }), around(defaults))).toEqual(
      member(access('ADMIN')),
    );
    expect(memberAfter(GONE, { mode: 'CREATE' }, around({ ...V1, defaultSeatType: 'PRO' }))).toEqual(
      member(access('MEMBER', { seatType: 'PRO' })),
    );
  });

  test.each<ProvisionMode>(['PATCH', 'REPLACE'])(
    'rule 21a: a %s that leaves the member inactive is checked, not stored',
    (mode) => {
      expect(memberAfter(GONE, { mode, role: 'EDITOR', creditLimit: 5 }, around(V2))).toEqual(GONE);
      expect(memberAfter(GONE, { mode, seatType: 'PRO' }, around(V1))).toEqual(GONE);
      expect(refusalOf(() => memberAfter(GONE, { mode, creditLimit: 5 }, around(V2)))).toMatchObject({
        code: 'CREDIT_LIMIT_NOT_ALLOWED',
      });
    },
  );
});

describe('rule 12: owners', () => {
  const OLIVIA = member(access('OWNER'), { externalId: '00u1', profile: { title: 'CEO' } });
  const PROTECTED = {
    code: 'OWNER_PROTECTED',
    message: 'Workspace owners cannot be changed or removed here.',
    hint: 'Use ownerPromote and ownerDemote, as an owner in person.',
    providerHint: 'Owners are promoted, demoted and removed from the Rollcall dashboard, by an owner.',
  };

  test.each<[string, Omit<MemberChangeRequest, 'mode'>]>([
    ['another userName', { userName: 'o@acme.test' }],
    ['another external id', { externalId: '00u2' }],
    ['another profile', { profile: {} }],
    ['removal', { active: false }],
    ['another role', { role: 'ADMIN' }],
    ['a limit', { creditLimit: 5 }],
  ])('%s is refused for a caller who may not change owners', (_case, request) => {
    for (const mode of ['PATCH', 'REPLACE', 'CREATE'] as const) {
      expect(refusalOf(() => memberAfter(OLIVIA, { mode, ...request }, around(V2)))).toEqual(PROTECTED);
    }
  });

  test('so is a seat, on V1', () => {
    expect(refusalOf(() => memberAfter(OLIVIA, patch({ seatType: 'PRO' }), around(V1)))).toEqual(PROTECTED);
  });

  test('a request that changes nothing succeeds: an identity provider sends back what it read', () => {
    const replay = { mode: 'REPLACE', ...OLIVIA, active: true, role: 'OWNER', creditLimit: null } as const;
    const { access: _, ...request } = { ...replay };
    expect(memberAfter(OLIVIA, request, around(V2))).toEqual(OLIVIA);
    expect(memberAfter(OLIVIA, patch({ active: true }), around(V2))).toEqual(OLIVIA);
  });

  test('a caller who may change owners changes everything but the access, which promotion and demotion change', () => {
    const owner = around(V2, { origin: 'WORKSPACE', mayChangeOwners: true });
    expect(memberAfter(OLIVIA, patch({ userName: 'o@acme.test' }), owner)).toEqual({
      ...OLIVIA,
      userName: 'o@acme.test',
    });
    expect(memberAfter(OLIVIA, patch({ active: false }), owner)).toEqual({ ...OLIVIA, access: null });
    expect(refusalOf(() => memberAfter(OLIVIA, patch({ role: 'ADMIN' }), owner))).toEqual(PROTECTED);
    expect(refusalOf(() => memberAfter(OLIVIA, patch({ creditLimit: 5 }), owner))).toEqual(PROTECTED);
  });
});

describe('rule 21: equal states', () => {
  const ANN = member(limited('EDITOR', 5, 'WORKSPACE'), { externalId: '00u1', profile: { title: 'x' } });

  test.each<[string, MemberState, boolean]>([
    ['a copy', structuredClone(ANN), true],
    ['who set the limit', { ...ANN, access: limited('EDITOR', 5, 'IDENTITY_PROVIDER') }, true],
    ['the userName, in case only', { ...ANN, userName: 'Ann@acme.test' }, false],
    ['the external id', { ...ANN, externalId: null }, false],
    ['the profile', { ...ANN, profile: { title: 'y' } }, false],
    ['the access', { ...ANN, access: null }, false],
  ])('%s', (_case, other, same) => {
    expect(sameMember(ANN, other)).toBe(same);
  });
});
