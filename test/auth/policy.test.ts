import { expect, test } from 'vitest';
import { type Action, POLICY, remedy, roleMay, scopesMay } from '../../src/auth/policy.js';
import { ROLES } from '../../src/domain/access.js';
import { API_KEY_SCOPES } from '../../src/model/enums.js';

/**
 * The roles and scopes that allow each action (rules 7, 12, 13, 25, 27); operators may do everything. It repeats the
 * policy on purpose: a change of a permission must be made in two places.
 */
const EXPECTED: Readonly<Record<Action, readonly [people: string, scopes: string]>> = {
  'workspace.create': ['', ''],
  'workspace.setPlan': ['', ''],
  'workspace.setScim': ['', ''],
  'session.create': ['', ''],
  'session.manage': ['OWNER ADMIN', ''],
  'workspace.read': [
    'OWNER ADMIN MEMBER EDITOR VIEWER GUEST',
    'SCIM MEMBERS_READ MEMBERS_WRITE CREDITS_READ CREDITS_CONSUME AUDIT_READ',
  ],
  'workspace.update': ['OWNER ADMIN', ''],
  'member.read': ['OWNER ADMIN', 'SCIM MEMBERS_READ MEMBERS_WRITE'],
  'member.readSelf': ['OWNER ADMIN MEMBER EDITOR VIEWER GUEST', ''],
  'member.write': ['OWNER ADMIN', 'SCIM MEMBERS_WRITE'],
  'member.appointV1Admin': ['OWNER ADMIN', 'MEMBERS_WRITE'],
  'invitation.read': ['OWNER ADMIN', 'MEMBERS_WRITE'],
  'invitation.manage': ['OWNER ADMIN', 'MEMBERS_WRITE'],
  'group.read': ['OWNER ADMIN', 'SCIM MEMBERS_READ MEMBERS_WRITE'],
  'group.write': ['OWNER ADMIN', 'SCIM MEMBERS_WRITE'],
  'group.grant': ['OWNER ADMIN', ''],
  'owner.write': ['OWNER', ''],
  'seats.read': ['OWNER ADMIN', 'SCIM MEMBERS_READ MEMBERS_WRITE'],
  'seats.set': ['OWNER', ''],
  'credits.readPool': ['OWNER ADMIN', 'CREDITS_READ CREDITS_CONSUME'],
  'credits.read': ['OWNER ADMIN', 'CREDITS_READ'],
  'credits.setPool': ['OWNER ADMIN', ''],
  'credits.consume': ['', 'CREDITS_CONSUME'],
  'credits.consumeSelf': ['OWNER ADMIN MEMBER EDITOR VIEWER GUEST', ''],
  'apiKey.manage': ['OWNER ADMIN', ''],
  'webhook.manage': ['OWNER ADMIN', ''],
  'scim.manage': ['OWNER ADMIN', ''],
  'secrets.rotate': ['', ''],
  'sso.manage': ['OWNER ADMIN', ''],
  'sso.vouchForDomain': ['', ''],
  'signInLog.read': ['OWNER ADMIN', ''],
  'audit.read': ['OWNER ADMIN', 'AUDIT_READ'],
};

const ACTIONS = Object.keys(POLICY) as Action[];

test.each(ACTIONS)('%s: allowed roles and scopes', (action) => {
  expect([
    ROLES.filter((role) => roleMay(role, action)).join(' '),
    API_KEY_SCOPES.filter((scope) => scopesMay([scope], true, action)).join(' '),
  ]).toEqual(EXPECTED[action]);
});

test('an inactive member may do nothing', () => {
  expect(ACTIONS.filter((action) => roleMay(null, action))).toEqual([]);
});

test('a key without scopes may do nothing', () => {
  expect(ACTIONS.filter((action) => scopesMay([], true, action))).toEqual([]);
});

test('while SCIM is off, the scope SCIM allows nothing and the other scopes are unchanged', () => {
  for (const scope of API_KEY_SCOPES) {
    const on = ACTIONS.filter((action) => scopesMay([scope], true, action));
    expect(ACTIONS.filter((action) => scopesMay([scope], false, action))).toEqual(scope === 'SCIM' ? [] : on);
  }
});

test('several scopes allow what each of them allows', () => {
  expect(ACTIONS.filter((action) => scopesMay(['AUDIT_READ', 'CREDITS_READ'], false, action))).toEqual([
    'workspace.read',
    'credits.readPool',
    'credits.read',
    'audit.read',
  ]);
});

test('rules 12, 27 and 30: no scope allows changes of owners, group grants, keys, seats, settings or sessions', () => {
  const covered = ACTIONS.filter((action) => scopesMay(API_KEY_SCOPES, true, action));
  expect(covered).toEqual([
    'workspace.read',
    'member.read',
    'member.write',
    'member.appointV1Admin',
    'invitation.read',
    'invitation.manage',
    'group.read',
    'group.write',
    'seats.read',
    'credits.readPool',
    'credits.read',
    'credits.consume',
    'audit.read',
  ]);
});

test.each([
  [
    'member.write',
    true,
    "The key's scopes do not cover it. Ask an owner or admin of the workspace for a key that does.",
  ],
  ['apiKey.manage', true, 'No API key may do it, whatever its scopes.'],
  ['owner.write', true, 'No API key may do it, whatever its scopes.'],
  ['member.write', false, 'Ask an owner or admin of the workspace.'],
  ['owner.write', false, 'Ask an owner of the workspace.'],
  ['credits.consume', false, 'Ask an owner or admin of the workspace for such a key.'],
  ['workspace.setScim', true, 'Ask an operator of the platform.'],
  ['workspace.setScim', false, 'Ask an operator of the platform.'],
] as const)(
  'who was refused %s (a key: %s) is told what helps, or that nothing does',
  (action, isKey, hint) => {
    expect(remedy(action, isKey)).toBe(hint);
  },
);
