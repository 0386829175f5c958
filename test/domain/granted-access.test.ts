import { describe, expect, test } from 'vitest';
import type { Access, Role, SeatType, WorkspaceDefaults } from '../../src/domain/access.js';
import {
  accessSetByAfter,
  type GroupGrant,
  grantedAccess,
  withGrants,
} from '../../src/domain/granted-access.js';

/** Rule 30: "A member's access is then the strongest grant of the groups the person is in". */

const V1: WorkspaceDefaults = { version: 'V1', defaultRole: null, defaultSeatType: 'STARTER' };
const V2: WorkspaceDefaults = { version: 'V2', defaultRole: 'VIEWER', defaultSeatType: null };

function access(role: Role, more: Partial<Access> = {}): Access {
  return { role, seatType: null, creditLimit: null, creditLimitSetBy: null, ...more };
}

const role = (grantedRole: GroupGrant['grantedRole']): GroupGrant => ({ grantedRole, grantedSeatType: null });
const seat = (grantedSeatType: SeatType): GroupGrant => ({ grantedRole: null, grantedSeatType });

test.each([
  [[], 'VIEWER'],
  [[role(null)], 'VIEWER'],
  [[role('VIEWER'), role('EDITOR')], 'EDITOR'],
  [[role('ADMIN'), role('VIEWER'), role('EDITOR')], 'ADMIN'],
] as const)('V2: admin > editor > viewer, else the default: %j gives %s', (grants, strongest) => {
  expect(withGrants(V2, grants)).toEqual({ ...V2, defaultRole: strongest });
});

test.each([
  [[], 'STARTER'],
  [[seat('PRO'), seat('BUILDER')], 'PRO'],
  [[seat('ELITE_2'), seat('ELITE_3'), seat('ELITE')], 'ELITE_3'],
  // A grant counts even when it is weaker than the default.
  [[seat('STARTER')], 'STARTER'],
] as const)('V1: elite_3 > … > starter, else the default: %j gives %s', (grants, strongest) => {
  expect(withGrants(V1, grants)).toEqual({ ...V1, defaultSeatType: strongest });
});

describe('the access after a change of group grants', () => {
  const held = (is: Access) => ({ access: is, accessSetBy: null });

  test('follows the strongest grant, up and down', () => {
    expect(grantedAccess(held(access('VIEWER')), [role('ADMIN')], V2)).toEqual(access('ADMIN'));
    expect(grantedAccess(held(access('ADMIN')), [], V2)).toEqual(access('VIEWER'));
    expect(grantedAccess(held(access('MEMBER')), [seat('PRO')], V1)).toEqual(
      access('MEMBER', { seatType: 'PRO' }),
    );
    // The role of a V1 member is no seat's to change.
    expect(grantedAccess(held(access('ADMIN', { seatType: 'PRO' })), [], V1)).toEqual(
      access('ADMIN', { seatType: 'STARTER' }),
    );
  });

  test('stays the same for owners and for members whose access was set explicitly', () => {
    expect(grantedAccess(held(access('OWNER')), [role('EDITOR')], V2)).toEqual(access('OWNER'));
    for (const accessSetBy of ['WORKSPACE', 'IDENTITY_PROVIDER'] as const) {
      const set = { access: access('VIEWER'), accessSetBy };
      expect(grantedAccess(set, [role('ADMIN')], V2)).toEqual(access('VIEWER'));
    }
  });

  test('rule 6: keeps a credit limit where the role allows one, and clears it with a change to viewer', () => {
    const limited = access('EDITOR', { creditLimit: 5, creditLimitSetBy: 'WORKSPACE' });
    expect(grantedAccess(held(limited), [role('ADMIN')], V2)).toEqual({ ...limited, role: 'ADMIN' });
    expect(grantedAccess(held(limited), [], V2)).toEqual(access('VIEWER'));
  });
});

describe('who set the access explicitly', () => {
  const around = { workspace: V2, origin: 'IDENTITY_PROVIDER' } as const;
  const held = { access: access('EDITOR'), accessSetBy: null };
  const patch = { mode: 'PATCH' } as const;

  test('is the origin of a request with another access; an echo changes nothing', () => {
    expect(accessSetByAfter(held, { ...patch, role: 'ADMIN' }, around)).toBe('IDENTITY_PROVIDER');
    expect(accessSetByAfter(held, { ...patch, role: 'EDITOR' }, around)).toBeNull();
    const set = { ...held, accessSetBy: 'WORKSPACE' } as const;
    expect(accessSetByAfter(set, { ...patch, role: 'EDITOR' }, around)).toBe('WORKSPACE');
    expect(accessSetByAfter(set, { ...patch, userName: 'x@acme.test' }, around)).toBe('WORKSPACE');
  });

  test('is decided anew with a new membership', () => {
    expect(accessSetByAfter(null, { mode: 'CREATE', role: 'VIEWER' }, around)).toBe('IDENTITY_PROVIDER');
    expect(accessSetByAfter(null, { mode: 'CREATE' }, around)).toBeNull();
  });

  test('V1: counts the seat, including a removed one, and not the role', () => {
    const v1 = { ...around, workspace: V1 };
    const seated = { access: access('MEMBER', { seatType: 'PRO' }), accessSetBy: null };
    expect(accessSetByAfter(seated, { ...patch, seatType: null }, v1)).toBe('IDENTITY_PROVIDER');
    expect(accessSetByAfter(seated, { ...patch, role: 'ADMIN' }, v1)).toBeNull();
  });
});
