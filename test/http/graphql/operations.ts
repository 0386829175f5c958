import { expect } from 'vitest';
import { type Action, needed, remedy } from '../../../src/auth/policy.js';
import type { GraphqlAnswer, TestApp, TestWorkspace } from '../../app.js';

/** The fields of a member that tests compare. */
export const MEMBER = `
  id version userName externalId active role managedBy profile { attributes } account { email }
  access { __typename ... on SeatAccess { seatType } ... on RoleAccess { role creditLimit creditLimitApplies } }`;

/** All of a preview, which has no identity. */
export const PREVIEW = `
  memberId userName active role
  access { __typename ... on SeatAccess { seatType } ... on RoleAccess { role creditLimit creditLimitApplies } }`;

const REFUSAL = 'code message path hint seat { seatType total used }';

/** The fields of a group that tests compare. */
export const GROUP = `
  id version displayName externalId grants { role seatType } everyMember { memberId name }`;

export const USAGE = 'usage { month used limit limitSource remaining blockedBy }';

export const CREDIT_POOL = 'creditPool { month total used remaining }';

export const CONSUMPTION = 'id memberId userName at month amount idempotencyKey consumedBy';

export const API_KEY = `
  id name description scopes prefix createdBy createdAt lastUsedAt lastUsedFrom expiresAt enabled disabledAt`;

export const WEBHOOK = `
  id url description eventTypes enabled disabledAt disabledReason createdBy createdAt failingSince previousSecretUntil`;

export const DELIVERY =
  'id eventId eventType body status createdAt nextAttemptAt attempts { status error response }';

export const WORKSPACE = `
  id name accessModel plan scim { enabled } defaultCreditLimit
  defaultAccess { __typename ... on SeatAccess { seatType } ... on RoleAccess { role creditLimit creditLimitApplies } }`;

export const SSO_CONNECTION = `
  id provider discoveryUrl clientId clientSecretSetAt ssoRequired joinOnSignIn lastSignInAt managerSignedInAt
  domains { id domain verifiedAt verifiedBy record { name value } }`;

/** The fields of an invitation that tests compare. */
export const INVITATION = `
  id kind email role status invitedBy createdAt sentAt expiresAt maxUses useCount acceptedAt revokedAt
  delivery deliveryError acceptedBy { id userName }
  access { __typename ... on SeatAccess { seatType } ... on RoleAccess { role creditLimit creditLimitApplies } }`;

const MINTED_INVITATION = `token url invitation { ${INVITATION} }`;
const MEMBER_PAYLOAD = `changed member { ${MEMBER} }`;
const GROUP_PAYLOAD = `changed group { ${GROUP} }`;
const WORKSPACE_PAYLOAD = `workspace { ${WORKSPACE} creditPool { total } seats { seatType total used available } }`;

/** The selected fields of each mutation's payload. */
const SELECTIONS = {
  memberProvision: MEMBER_PAYLOAD,
  memberAdd: MEMBER_PAYLOAD,
  memberUpdate: MEMBER_PAYLOAD,
  memberSetAccess: MEMBER_PAYLOAD,
  memberSetCreditLimit: MEMBER_PAYLOAD,
  memberClearCreditLimit: MEMBER_PAYLOAD,
  memberClearAccess: MEMBER_PAYLOAD,
  memberRemove: MEMBER_PAYLOAD,
  memberDelete: 'memberId',
  membersBulkUpdate: `
    dryRun changedCount refusedCount
    results { memberId changed member { ${MEMBER} } preview { ${PREVIEW} } refusal { ${REFUSAL} } }`,
  ownerPromote: MEMBER_PAYLOAD,
  ownerDemote: MEMBER_PAYLOAD,
  groupCreate: GROUP_PAYLOAD,
  groupUpdate: GROUP_PAYLOAD,
  groupSetGrant: GROUP_PAYLOAD,
  groupClearGrant: GROUP_PAYLOAD,
  groupDelete: 'groupId',
  invitationCreate: MINTED_INVITATION,
  invitationLinkCreate: MINTED_INVITATION,
  invitationResend: MINTED_INVITATION,
  invitationsResendUndelivered: 'resentCount',
  invitationRevoke: `changed invitation { ${INVITATION} }`,
  invitationAccept: `${MEMBER_PAYLOAD} workspace { id name }`,
  invitationsCreateFromCsv: `invitedCount refusedCount ignoredColumns
    results { row email token url invitation { ${INVITATION} } refusal { ${REFUSAL} } }`,
  seatsSet: 'workspace { seats { seatType total used available } }',
  creditPoolSet: WORKSPACE_PAYLOAD,
  scimBrakeUpdate: 'brake { enabled }',
  creditsConsume: `replayed consumption { ${CONSUMPTION} } ${USAGE} ${CREDIT_POOL} workspace { id }`,
  workspaceCreate: `ownerMemberId ${WORKSPACE_PAYLOAD}`,
  workspaceUpdate: WORKSPACE_PAYLOAD,
  apiKeyCreate: `secret apiKey { ${API_KEY} }`,
  apiKeyUpdate: `apiKey { ${API_KEY} }`,
  apiKeyRotate: `secret apiKey { ${API_KEY} }`,
  apiKeyDelete: 'apiKeyId',
  webhookCreate: `secret webhook { ${WEBHOOK} } webhookEdge { node { id } }`,
  webhookUpdate: `webhook { ${WEBHOOK} }`,
  webhookRotate: `secret webhook { ${WEBHOOK} }`,
  webhookDelete: 'webhookId workspace { id }',
  webhookTest: `delivery { ${DELIVERY} }`,
  webhookReplay: `replayed webhook { ${WEBHOOK} }`,
  webhookDeliveryReplay: `delivery { ${DELIVERY} }`,
  ssoConnectionSet: `connection { ${SSO_CONNECTION} }`,
  ssoConnectionTest: 'url expiresAt',
  ssoConnectionDelete: 'ssoConnectionId',
  ssoDomainAdd: 'domain { id domain verifiedAt verifiedBy record { name value } }',
  ssoDomainVerify: 'domain { id domain verifiedAt verifiedBy }',
  ssoDomainRemove: 'ssoDomainId',
  sessionCreate: 'sessionId token expiresAt',
  sessionEnd: 'sessionId',
} as const;

export type MutationName = keyof typeof SELECTIONS;

/** Sends one mutation, and gives the whole answer. */
export function mutate(
  app: TestApp,
  credential: string | undefined,
  name: MutationName,
  input: object,
): Promise<GraphqlAnswer> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`;
  const query = `mutation ($input: ${type}) { ${name}(input: $input) { ${SELECTIONS[name]} } }`;
  return app.graphql(credential, query, { input });
}

/** Sends one mutation that must succeed, and gives its payload. */
export async function done(
  app: TestApp,
  credential: string,
  name: MutationName,
  input: object,
): Promise<GraphqlAnswer['data']> {
  const answer = await mutate(app, credential, name, input);
  expect(answer).toEqual({ data: { [name]: expect.anything() } });
  return answer.data[name];
}

/** A member as it is now; null when there is none. */
export async function memberById(
  app: TestApp,
  credential: string,
  workspaceId: string,
  id: string,
): Promise<GraphqlAnswer['data']> {
  const query = `query ($workspaceId: ID!, $id: ID!) { workspace(id: $workspaceId) { member(id: $id) { ${MEMBER} } } }`;
  const answer = await app.graphql(credential, query, { workspaceId, id });
  expect(answer).toEqual({ data: { workspace: { member: answer.data?.workspace?.member ?? null } } });
  return answer.data.workspace.member;
}

export function seatAccess(seatType: string | null): object {
  return { __typename: 'SeatAccess', seatType };
}

export function roleAccess(role: string, creditLimit: number | null = null): object {
  return {
    __typename: 'RoleAccess',
    role,
    creditLimit,
    creditLimitApplies: ['ADMIN', 'EDITOR'].includes(role),
  };
}

/** The whole member after being added by a person of the workspace: on V2, with the default access. */
export function memberNamed(userName: string, more: object = {}): object {
  return {
    id: expect.any(String),
    version: 1,
    userName,
    externalId: null,
    active: true,
    role: 'VIEWER',
    managedBy: 'WORKSPACE',
    profile: { attributes: {} },
    account: { email: userName },
    access: roleAccess('VIEWER'),
    ...more,
  };
}

/** The same on V1, without a seat. */
export function seatHolderNamed(userName: string, more: object = {}): object {
  return memberNamed(userName, { role: 'MEMBER', access: seatAccess(null), ...more });
}

/** The fields of an inactive member. */
export const INACTIVE = { active: false, role: null, access: null } as const;

/** The id of an account has no time in it. */
export const ACCOUNT_ID = expect.stringMatching(
  /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
);

export const UUID = expect.stringMatching(
  /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
);

/** The request id, which a log line, an answer and an audit entry share. */
export const REQUEST_ID = expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);

/** An error of the answer's list, whole. */
export function errorAt(
  path: readonly (string | number)[],
  code: string,
  message: string,
  details: object = {},
) {
  return {
    message,
    locations: [{ line: expect.any(Number), column: expect.any(Number) }],
    path,
    extensions: { code, ...located(details), requestId: REQUEST_ID },
  };
}

/** `attribute` stands for a path that ends with it, wherever the operation has the value. */
function located({ attribute, ...details }: { readonly attribute?: string }): object {
  return attribute === undefined ? details : { ...details, path: pathTo(attribute) };
}

/** A path that ends with these names. */
export function pathTo(attribute: string) {
  const names = attribute.split('.');
  return expect.toSatisfy(
    (path: unknown) => Array.isArray(path) && path.slice(-names.length).join('.') === attribute,
    `ends with ${attribute}`,
  );
}

/** The whole answer to a mutation that was refused. */
export function refused(
  name: MutationName,
  code: string,
  message: string,
  details: object = {},
): GraphqlAnswer {
  return { data: { [name]: null }, errors: [errorAt([name], code, message, details)] };
}

/** Refusals that many commands share. */
export const refusals = {
  unauthenticated: (name: MutationName) =>
    refused(name, 'UNAUTHENTICATED', 'The credential is missing, wrong, expired or revoked.', {
      hint: 'Send an API key, a session token or the operator token in the Authorization header.',
    }),
  noWorkspace: (name: MutationName) =>
    refused(name, 'NOT_FOUND', 'There is no such workspace.', {
      hint: 'Check the workspace ID and the credential.',
    }),
  noMember: (name: MutationName) => refused(name, 'NOT_FOUND', 'There is no such member in this workspace.'),
  noKey: (name: MutationName) => refused(name, 'NOT_FOUND', 'There is no such API key in this workspace.'),
  ownerProtected: (name: MutationName) =>
    refused(name, 'OWNER_PROTECTED', 'Workspace owners cannot be changed or removed here.', {
      hint: 'Use ownerPromote and ownerDemote, as an owner in person.',
    }),
  lastOwner: (name: MutationName) =>
    refused(name, 'LAST_OWNER', 'This is the last owner of the workspace.', {
      hint: 'Promote somebody else to owner first.',
    }),
  notActive: (name: MutationName) =>
    refused(name, 'INVALID_INPUT', 'The member is not active, and so has no access that could change.', {
      hint: 'Add the person again first.',
    }),
  alreadyAMember: (name: MutationName, userName: string) =>
    refused(name, 'ALREADY_A_MEMBER', `${userName} is already a member of this workspace.`, {
      attribute: 'userName',
      hint: 'Update the existing member, or send another userName and e-mail address.',
    }),
  addressTaken: (name: MutationName, address: string) =>
    refused(
      name,
      'ALREADY_A_MEMBER',
      `The e-mail address ${address} is that of another member of this workspace.`,
      {
        attribute: 'emails',
        hint: 'Update the existing member, or send another userName and e-mail address.',
      },
    ),
  noSeat: (name: MutationName, seatType: string, used: number, total: number) =>
    refused(
      name,
      'SEAT_UNAVAILABLE',
      `No ${seatType.toLowerCase()} seat is free (${seatType.toLowerCase()}: ${used} of ${total} taken).`,
      {
        attribute: 'seatType',
        hint: 'Buy more seats of this type, free one, or send another seatType.',
        seat: { seatType, total, used },
      },
    ),
  forbidden: (name: MutationName, action: Action, isKey = false) =>
    refused(name, 'FORBIDDEN', `You may not do this. It needs ${needed(action)}.`, {
      hint: remedy(action, isKey),
    }),
  operatorsOnly: (name: MutationName, action: Action) =>
    refused(name, 'FORBIDDEN', `You may not do this. It needs ${needed(action)}.`),
};

let people = 0;

/** An address that is unused in this file. */
export function nextAddress(): string {
  people += 1;
  return `person-${people}@acme.test`;
}

/** Somebody with a session. */
export interface TestPerson {
  readonly memberId: string;
  readonly email: string;
  readonly token: string;
}

/** Adds a person to a workspace, as an operator, and creates a session for them. */
export async function person(
  app: TestApp,
  { workspaceId }: TestWorkspace,
  access?: object,
): Promise<TestPerson> {
  const email = nextAddress();
  const input = { workspaceId, userName: email, ...(access === undefined ? {} : { access }) };
  const { member } = await done(app, app.operatorToken, 'memberAdd', input);
  return { memberId: member.id, email, token: await app.session(email) };
}

/** How many audit entries a workspace has. */
export async function auditSize(app: TestApp, workspaceId: string): Promise<number> {
  const rows = await app.sql<{ count: number }>(
    'select count(*)::integer as count from audit_entry where workspace_id = $1',
    [workspaceId],
  );
  return rows[0]?.count ?? 0;
}

/** Rule 11: used seats are the active members who hold the type, for every type. */
export async function expectSeatsToAddUp(app: TestApp, workspaceId: string): Promise<void> {
  const wrong = await app.sql(
    `select a.seat_type, a.used, count(s.id)::integer as held from seat_allocation a
     left join membership s on s.workspace_id = a.workspace_id and s.seat_type = a.seat_type and s.ended_at is null
     where a.workspace_id = $1 group by a.seat_type, a.used having a.used <> count(s.id)`,
    [workspaceId],
  );
  expect(wrong).toEqual([]);
}
