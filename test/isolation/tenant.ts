import type { WorkspaceVersion } from '../../src/domain/access.js';
import { API_KEY_SCOPES } from '../../src/model/enums.js';
import type { TestApp } from '../app.js';
import { done } from '../http/graphql/operations.js';
import { eventually } from '../http/provisioning-log/waiting.js';
import { CORE, ROLLCALL } from '../http/scim/resources.js';
import { verifyDomain } from '../http/sso/setting.js';

/** A workspace with a row in every table, and a credential of every kind. */
export interface Tenant {
  readonly workspaceId: string;
  /** The one word that is in every name of the workspace, and in no other workspace's. */
  readonly mark: string;
  /** Credentials by what they are; undefined: none is sent. */
  readonly credentials: Readonly<Record<string, string | undefined>>;
  /** A key with every scope. */
  readonly key: string;
}

const ROLES_OF = { V1: ['ADMIN', 'MEMBER'], V2: ['ADMIN', 'EDITOR', 'VIEWER', 'GUEST'] } as const;

/**
 * Fills a workspace through the doors, and with SQL where a door would need another server.
 * @param mark five letters
 */
export async function tenant(app: TestApp, version: WorkspaceVersion, mark: string): Promise<Tenant> {
  const ownerEmail = `owner@${mark}.test`;
  const { workspaceId, apiKey } = await app.workspace({
    version,
    ownerEmail,
    ...(version === 'V1' ? { seats: { pro: 9, builder: 9 } } : { credits: 5000 }),
  });
  const does = (name: Parameters<typeof done>[2], input: object) =>
    done(app, app.operatorToken, name, { workspaceId, ...input });
  await does('workspaceUpdate', { name: `Company ${mark}` });
  const credentials: Record<string, string | undefined> = {
    'no credential': undefined,
    owner: await app.session(ownerEmail),
  };

  for (const role of ROLES_OF[version]) {
    const userName = `${role.toLowerCase()}@${mark}.test`;
    const { member } = await does('memberAdd', {
      userName,
      externalId: `external-${role}-${mark}`,
      profile: { displayName: `${role} of ${mark}` },
      access:
        version === 'V1'
          ? { seatAccess: { role, seatType: 'PRO' } }
          : { roleAccess: { role: role === 'GUEST' ? 'VIEWER' : role } },
    });
    // No door makes guests any more (rule 3).
    if (role === 'GUEST')
      await app.sql("update membership set role = 'GUEST' where member_id = $1", [member.id]);
    credentials[role.toLowerCase()] = await app.session(userName);
  }
  const left = `left@${mark}.test`;
  const leaver = await does('memberAdd', { userName: left });
  credentials['somebody who was removed'] = await app.session(left);
  await does('memberRemove', { memberId: leaver.member.id });
  const added = await does('memberAdd', { userName: `deleted@${mark}.test` });
  await does('memberDelete', { memberId: added.member.id });

  for (const scope of API_KEY_SCOPES) credentials[`key ${scope}`] = await app.key(workspaceId, [scope]);
  credentials['key with all scopes'] = apiKey;
  const disabled = await does('apiKeyCreate', { name: `Key of ${mark}`, scopes: ['SCIM'] });
  await does('apiKeyUpdate', { apiKeyId: disabled.apiKey.id, enabled: false });
  credentials['disabled key'] = disabled.secret;
  const deleted = await does('apiKeyCreate', { name: `Old key of ${mark}`, scopes: ['SCIM'] });
  await does('apiKeyDelete', { apiKeyId: deleted.apiKey.id });

  await invitations(app, { workspaceId, mark }, credentials);
  await group(app, { workspaceId, mark }, version);
  if (version === 'V2') {
    const member = await memberOf(app, workspaceId, `editor@${mark}.test`);
    await does('creditsConsume', { memberId: member, amount: 5, idempotencyKey: `run of ${mark}` });
  }
  await singleSignOn(app, { workspaceId, mark });
  await provisioning(app, { workspaceId, mark, apiKey }, version);
  await webhook(app, { workspaceId, mark });
  credentials['session of the provider'] = await app.providerSession(ownerEmail, workspaceId);
  credentials['session by mail'] = await app.mailSession(`admin@${mark}.test`, workspaceId);
  return { workspaceId, mark, credentials, key: apiKey };
}

interface Named {
  readonly workspaceId: string;
  readonly mark: string;
}

/** The id of a member. */
export async function memberOf(app: TestApp, workspaceId: string, userName: string): Promise<string> {
  const rows = await app.sql<{ id: string }>(
    'select id from member where workspace_id = $1 and user_name = $2',
    [workspaceId, userName],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`${userName} is no member`);
  return row.id;
}

async function invitations(
  app: TestApp,
  { workspaceId, mark }: Named,
  credentials: Record<string, string | undefined>,
): Promise<void> {
  const does = (name: Parameters<typeof done>[2], input: object) =>
    done(app, app.operatorToken, name, { workspaceId, ...input });
  const mailed = await does('invitationCreate', { email: `invited@${mark}.test` });
  credentials['token of an invitation'] = mailed.token;
  await does('invitationLinkCreate', { maxUses: 3 });
  const revoked = await does('invitationCreate', { email: `nobody@${mark}.test` });
  await does('invitationRevoke', { invitationId: revoked.invitation.id });
}

async function group(app: TestApp, { workspaceId, mark }: Named, version: WorkspaceVersion): Promise<void> {
  const does = (name: Parameters<typeof done>[2], input: object) =>
    done(app, app.operatorToken, name, { workspaceId, ...input });
  const made = await does('groupCreate', {
    displayName: `Team ${mark}`,
    externalId: `team-${mark}`,
    memberIds: [await memberOf(app, workspaceId, `admin@${mark}.test`)],
  });
  await does('groupSetGrant', {
    groupId: made.group.id,
    grant: version === 'V1' ? { seatType: 'BUILDER' } : { role: 'EDITOR' },
  });
}

async function singleSignOn(app: TestApp, { workspaceId, mark }: Named): Promise<void> {
  await done(app, app.operatorToken, 'ssoConnectionSet', {
    workspaceId,
    provider: 'OTHER_OIDC',
    discoveryUrl: 'http://127.0.0.1:1/.well-known/openid-configuration',
    clientId: `client-${mark}`,
    clientSecret: `secret-of-${mark}`,
  });
  await verifyDomain(app, workspaceId, `sso-${mark}.test`);
  const admin = await memberOf(app, workspaceId, `admin@${mark}.test`);
  await app.sql(
    `insert into sso_subject (workspace_id, issuer, subject, member_id, first_seen_at)
     values ($1, 'http://127.0.0.1:1', $2, $3, now())`,
    [workspaceId, `subject-${mark}`, admin],
  );
  await app.sql(
    `insert into sign_in_log_entry (id, workspace_id, reference, at, reason, address, subject, detail, network_address)
     values (uuidv7(), $1, $2, now(), 'NOT_CONFIGURED', $3, $4, null, '192.0.2.1')`,
    [workspaceId, `${mark.toUpperCase()}-AAAAA`, `stranger@${mark}.test`, `subject-${mark}`],
  );
}

/** A webhook with an event that waits: no worker sends it here. */
async function webhook(app: TestApp, { workspaceId, mark }: Named): Promise<void> {
  const created = await app.graphql(
    app.operatorToken,
    'mutation ($input: WebhookCreateInput!) { webhookCreate(input: $input) { webhook { id } } }',
    { input: { workspaceId, url: `https://hooks.${mark}.example/`, eventTypes: ['member.delete'] } },
  );
  const webhookId = created.data?.webhookCreate?.webhook.id;
  const tried = await app.graphql(
    app.operatorToken,
    'mutation ($input: WebhookTestInput!) { webhookTest(input: $input) { __typename } }',
    { input: { workspaceId, webhookId } },
  );
  if (tried.errors !== undefined) throw new Error(JSON.stringify([created, tried]));
}

/** Requests of an identity provider: one that adds, one that removes, one that is refused. */
async function provisioning(
  app: TestApp,
  { workspaceId, mark, apiKey }: Named & { readonly apiKey: string },
  version: WorkspaceVersion,
): Promise<void> {
  const scim = app.scim(workspaceId, apiKey);
  const schemas = [CORE, ROLLCALL];
  const created = await scim.post('/Users', {
    schemas,
    userName: `okta@${mark}.test`,
    externalId: `okta-${mark}`,
    [ROLLCALL]: version === 'V1' ? { seatType: 'pro' } : { role: 'editor' },
  });
  const removed = await scim.post('/Users', { schemas, userName: `gone@${mark}.test` });
  const answers = [
    created,
    removed,
    await scim.patch(`/Users/${removed.body.id}`, {
      Operations: [{ op: 'replace', path: 'active', value: false }],
    }),
    await scim.post('/Users', {
      schemas,
      userName: `refused@${mark}.test`,
      [ROLLCALL]: version === 'V1' ? { seatType: 'golden' } : { role: 'owner' },
    }),
  ];
  const statuses = answers.map(({ status }) => status).join(' ');
  if (statuses !== '201 201 200 400') throw new Error(`SCIM answered ${statuses}`);
  await done(app, app.operatorToken, 'scimBrakeUpdate', { workspaceId, mostMembers: 40 });
  await eventually(
    () => app.sql('select 1 from scim_request where workspace_id = $1', [workspaceId]),
    (rows) => rows.length >= answers.length,
  );
}
