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
 * SQL that tells whether an account has to sign in to a workspace with its provider (rule 43).
 * @param workspace the name of a table `workspace` in the statement
 * @param email an expression that is the address of the account
 */
export function ssoRequiredFor(workspace: string, email: string): string {
  return `(${workspace}.plan = 'ENTERPRISE' and exists (
    select 1 from sso_connection sc join sso_domain sd on sd.connection_id = sc.id
    where sc.workspace_id = ${workspace}.id and sc.sso_required and sd.verified_at is not null
      and sd.domain = lower(split_part(${email}::text, '@', -1))))`;
}
