import type { Action } from '../../src/auth/policy.js';

/** A request that needs one permission: a field of GraphQL with its variables, or the path of an export. */
export type Door =
  | { readonly graphql: string; readonly variables?: Readonly<Record<string, unknown>> }
  | { readonly mutation: string; readonly input: Readonly<Record<string, unknown>> }
  | { readonly path: string };

/** Who may do something, beside operators, and by which requests. */
export interface Row {
  /** The roles that may, in the order of ROLES. */
  readonly people: string;
  /** The scopes of keys that may, one at a time; null: keys are not asked. */
  readonly scopes: string | null;
  /** Where it is the same on both, it is asked of a V2 workspace. */
  readonly version?: 'V1';
  readonly doors: readonly Door[];
}

const MANAGERS = 'OWNER ADMIN';
const EVERYBODY = 'OWNER ADMIN MEMBER EDITOR VIEWER GUEST';
const ALL_SCOPES = 'SCIM MEMBERS_READ MEMBERS_WRITE CREDITS_READ CREDITS_CONSUME AUDIT_READ';

/** The id of nothing. What is let in is answered with NOT_FOUND, and nothing changes. */
const NOTHING = '01890000-0000-7000-8000-000000000000';

const seat = { seatAccess: { role: 'MEMBER' } };
const role = { roleAccess: { role: 'VIEWER' } };
const read = (fields: string): Door => ({ graphql: fields });
const does = (mutation: string, input: Readonly<Record<string, unknown>> = {}): Door => ({ mutation, input });
const onMember = (mutation: string, input: object = {}) => does(mutation, { memberId: NOTHING, ...input });

/**
 * Every action with the requests that need it, and who may (spec/membership.md rules 7, 12, 13, 16, 19, 22 to 30, 35, 37, 42,
 * 45, 54, 60 to 64; spec/graphql.md). Written by hand: a permission that changes must be changed here too. `SELF` stands for
 * the id of the caller's own member, `OTHER` for somebody else's.
 */
export const TABLE: Readonly<Record<Action, Row>> = {
  'workspace.create': {
    people: '',
    scopes: '',
    doors: [
      {
        mutation: 'workspaceCreate',
        input: { name: 'x', accessModel: 'V2', plan: 'ENTERPRISE', scimEnabled: false, ownerEmail: 'nobody' },
      },
    ],
  },
  'workspace.setPlan': { people: '', scopes: '', doors: [does('workspaceUpdate', { plan: 'ENTERPRISE' })] },
  'workspace.setScim': { people: '', scopes: '', doors: [does('workspaceUpdate', { scimEnabled: true })] },
  'session.create': {
    people: '',
    scopes: '',
    doors: [{ mutation: 'sessionCreate', input: { email: 'nobody@nowhere.test', createAccount: false } }],
  },
  'session.manage': {
    people: MANAGERS,
    scopes: '',
    doors: [onMember('memberSessionsEnd'), read('members(first: 1) { nodes { sessions { id } } }')],
  },
  'workspace.read': { people: EVERYBODY, scopes: ALL_SCOPES, doors: [read('name')] },
  'workspace.update': {
    people: MANAGERS,
    scopes: '',
    doors: [does('workspaceUpdate', { defaultRole: 'VIEWER' })],
  },
  'member.read': {
    people: MANAGERS,
    scopes: 'SCIM MEMBERS_READ MEMBERS_WRITE',
    doors: [
      read('members(first: 1) { totalCount }'),
      read('member(id: "OTHER") { id }'),
      read('memberCounts { active }'),
      { path: 'members.csv' },
    ],
  },
  'member.readSelf': {
    people: EVERYBODY,
    scopes: '',
    doors: [read('viewerMember { id }')],
  },
  'member.write': {
    people: MANAGERS,
    scopes: 'SCIM MEMBERS_WRITE',
    doors: [
      does('memberAdd', { userName: '' }),
      onMember('memberUpdate'),
      onMember('memberSetAccess', { access: role }),
      onMember('memberSetCreditLimit', { creditLimit: 1 }),
      onMember('memberClearCreditLimit'),
      onMember('memberClearAccess'),
      onMember('memberRemove'),
      onMember('memberDelete'),
      onMember('memberProvision', { mode: 'PATCH' }),
      does('membersBulkUpdate', { members: { ids: [NOTHING] }, change: { action: 'REMOVE' }, dryRun: true }),
    ],
  },
  'member.appointV1Admin': {
    people: MANAGERS,
    scopes: 'MEMBERS_WRITE',
    version: 'V1',
    doors: [does('memberSetAccess', { memberId: 'OTHER', access: { seatAccess: { role: 'ADMIN' } } })],
  },
  'invitation.read': {
    people: MANAGERS,
    scopes: 'MEMBERS_WRITE',
    doors: [read('invitations(first: 1) { totalCount }')],
  },
  'invitation.manage': {
    people: MANAGERS,
    scopes: 'MEMBERS_WRITE',
    doors: [
      does('invitationCreate', { email: '' }),
      does('invitationLinkCreate', { access: seat }),
      does('invitationResend', { invitationId: NOTHING }),
      does('invitationRevoke', { invitationId: NOTHING }),
      does('invitationsResendUndelivered', {}),
      does('invitationsCreateFromCsv', { csv: 'email\n', dryRun: true }),
    ],
  },
  'group.read': {
    people: MANAGERS,
    scopes: 'SCIM MEMBERS_READ MEMBERS_WRITE',
    doors: [read('groups(first: 1) { totalCount }')],
  },
  'group.write': {
    people: MANAGERS,
    scopes: 'SCIM MEMBERS_WRITE',
    doors: [
      does('groupCreate', { displayName: '' }),
      does('groupUpdate', { groupId: NOTHING }),
      does('groupDelete', { groupId: NOTHING }),
    ],
  },
  'group.grant': {
    people: MANAGERS,
    scopes: '',
    doors: [
      does('groupSetGrant', { groupId: NOTHING, grant: { role: 'VIEWER' }, dryRun: true }),
      does('groupClearGrant', { groupId: NOTHING, dryRun: true }),
    ],
  },
  'owner.write': {
    people: 'OWNER',
    scopes: '',
    doors: [onMember('ownerPromote'), onMember('ownerDemote', { access: role })],
  },
  'seats.read': {
    people: MANAGERS,
    scopes: 'SCIM MEMBERS_READ MEMBERS_WRITE',
    version: 'V1',
    doors: [read('seats { seatType }')],
  },
  'seats.set': { people: 'OWNER', scopes: '', version: 'V1', doors: [does('seatsSet', { seats: [] })] },
  'credits.readPool': {
    people: MANAGERS,
    scopes: 'CREDITS_READ CREDITS_CONSUME',
    doors: [read('creditPool { total }'), read('creditPoolHistory { total }')],
  },
  'credits.read': {
    people: MANAGERS,
    scopes: 'CREDITS_READ',
    doors: [read('creditConsumptions(first: 1) { totalCount }')],
  },
  'credits.setPool': {
    people: MANAGERS,
    scopes: '',
    doors: [does('creditPoolSet', { monthlyCredits: 100 })],
  },
  'credits.consume': {
    people: '',
    scopes: 'CREDITS_CONSUME',
    doors: [does('creditsConsume', { memberId: 'OTHER', amount: 101, idempotencyKey: 'x' })],
  },
  'credits.consumeSelf': {
    people: EVERYBODY,
    scopes: null,
    doors: [does('creditsConsume', { memberId: 'SELF', amount: 101, idempotencyKey: 'x' })],
  },
  'apiKey.manage': {
    people: MANAGERS,
    scopes: '',
    doors: [
      read('apiKeys(first: 1) { totalCount }'),
      does('apiKeyCreate', { name: '', scopes: ['SCIM'] }),
      does('apiKeyUpdate', { apiKeyId: NOTHING }),
      does('apiKeyRotate', { apiKeyId: NOTHING, overlapHours: 0 }),
      does('apiKeyDelete', { apiKeyId: NOTHING }),
    ],
  },
  'scim.manage': {
    people: MANAGERS,
    scopes: '',
    doors: [
      { graphql: 'scimExplain(workspaceId: $id, method: "GET", path: "/Users") { status }' },
      { graphql: 'scimSelfTest(workspaceId: $id) { passed }' },
      does('scimBrakeRelease'),
      does('scimBrakeUndo', { dryRun: true }),
      does('scimBrakeUpdate'),
      does('scimProblemDismiss', { problemId: NOTHING }),
      does('scimRemovalsUndo', { dryRun: true }),
    ],
  },
  // The command line alone, which is the operator's.
  'secrets.rotate': { people: '', scopes: '', doors: [] },
  'sso.manage': {
    people: MANAGERS,
    scopes: '',
    doors: [
      does('ssoConnectionSet', { provider: 'OKTA', oktaDomain: '' }),
      does('ssoConnectionTest'),
      does('ssoConnectionDelete'),
      does('ssoDomainAdd', { domain: '' }),
      does('ssoDomainRemove', { domainId: NOTHING }),
      does('ssoDomainVerify', { domainId: NOTHING, proof: 'DNS' }),
    ],
  },
  'sso.vouchForDomain': {
    people: '',
    scopes: '',
    doors: [does('ssoDomainVerify', { domainId: NOTHING, proof: 'OPERATOR' })],
  },
  'webhook.manage': {
    people: MANAGERS,
    scopes: '',
    doors: [
      read('webhooks(first: 1) { totalCount }'),
      does('webhookCreate', { url: '', eventTypes: [] }),
      does('webhookUpdate', { webhookId: NOTHING }),
      does('webhookRotate', { webhookId: NOTHING }),
      does('webhookTest', { webhookId: NOTHING }),
      does('webhookReplay', { webhookId: NOTHING, since: '2026-11-01T00:00:00.000Z' }),
      does('webhookDeliveryReplay', { deliveryId: NOTHING }),
      does('webhookDelete', { webhookId: NOTHING }),
    ],
  },
  'signInLog.read': { people: MANAGERS, scopes: '', doors: [read('signInLog(first: 1) { totalCount }')] },
  'audit.read': {
    people: MANAGERS,
    scopes: 'AUDIT_READ',
    doors: [
      read('auditLog(first: 1) { totalCount }'),
      read('scim { requests(first: 1) { totalCount } }'),
      read('scim { health { status } }'),
      read('scim { counts(last: DAY) { accepted } }'),
      read('scim { problems { problemId } }'),
      { path: 'audit.jsonl' },
    ],
  },
};

/** Mutations that need a token or a session, and no permission. */
export const WITHOUT_PERMISSION: readonly string[] = ['invitationAccept', 'sessionEnd', 'sessionsEnd'];
