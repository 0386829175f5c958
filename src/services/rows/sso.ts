import type { Sql } from '../../database/database.js';
import type { SsoConnection, SsoDomain } from '../../model/sso-connection.js';

/** The columns of a connection, of a table called `c`, as the model names them; without the secret. */
export const SSO_CONNECTION_COLUMNS = `
  c.id, c.workspace_id as "workspaceId", c.provider, c.discovery_url as "discoveryUrl", c.client_id as "clientId",
  c.client_secret_set_at as "clientSecretSetAt", c.sso_required as "ssoRequired",
  c.join_on_sign_in as "joinOnSignIn", c.last_sign_in_at as "lastSignInAt",
  c.manager_signed_in_at as "managerSignedInAt", c.created_at as "createdAt", c.updated_at as "updatedAt"`;

/** A connection as it may be shown. */
export type SsoConnectionRow = Omit<SsoConnection, 'clientSecret'>;

/** The workspace's connection, without its secret. For whoever may see it. */
export async function findConnection(sql: Sql, workspaceId: string): Promise<SsoConnectionRow | undefined> {
  const [row] = await sql.rows<SsoConnectionRow>(
    `select ${SSO_CONNECTION_COLUMNS} from sso_connection c where c.workspace_id = $1`,
    [workspaceId],
  );
  return row;
}

export const SSO_DOMAIN_COLUMNS = `
  d.id, d.connection_id as "connectionId", d.domain, d.token, d.verified_at as "verifiedAt",
  d.verified_by as "verifiedBy", d.created_at as "createdAt"`;

/** The domains of a connection, by name. For whoever may see the connection. */
export function findDomains(sql: Sql, connectionId: string): Promise<SsoDomain[]> {
  return sql.rows<SsoDomain>(
    `select ${SSO_DOMAIN_COLUMNS} from sso_domain d where d.connection_id = $1 order by d.domain`,
    [connectionId],
  );
}

/**
 * SQL for whether a workspace requires members with the account's address to come through its provider (rule 43).
 * @param workspaceId SQL for the workspace's id
 * @param accountId SQL for the account's id
 */
export function ssoRequiredFor(workspaceId: string, accountId: string): string {
  return connectionOf(workspaceId, accountId, 'sc.sso_required');
}

/**
 * SQL for whether the account's address is in a verified domain of the workspace's connection: then the customer
 * controls the mailbox, and so each workspace that a mail link would open (rule 32).
 * @param workspaceId SQL for the workspace's id
 * @param accountId SQL for the account's id
 */
export function addressVerifiedBy(workspaceId: string, accountId: string): string {
  return connectionOf(workspaceId, accountId, 'true');
}

/** SQL for whether the workspace has a connection through which its members can sign in. */
export function hasConnection(workspaceId: string): string {
  return `exists (select 1 from sso_connection sc join workspace sw on sw.id = sc.workspace_id
    where sc.workspace_id = ${workspaceId} and sw.plan = 'ENTERPRISE')`;
}

function connectionOf(workspaceId: string, accountId: string, condition: string): string {
  return `exists (
    select 1 from sso_connection sc
    join workspace sw on sw.id = sc.workspace_id and sw.plan = 'ENTERPRISE'
    join sso_domain sd on sd.connection_id = sc.id and sd.verified_at is not null
    join account sa on sa.id = ${accountId}
    where sc.workspace_id = ${workspaceId} and ${condition}
      and sd.domain = lower(split_part(sa.email::text, '@', -1)))`;
}
