import type { Sql } from '../../database/database.js';
import { query, rowOf, rowsOf } from '../../database/query.js';
import { TABLES, without } from '../../database/tables.js';
import type { SsoConnection, SsoDomain } from '../../model/sso-connection.js';

/** A connection without its secret. */
export type SsoConnectionRow = Omit<SsoConnection, 'clientSecret'>;

/** The workspace's connection, without its secret. The caller has authorized. */
export function findConnection(sql: Sql, workspaceId: string): Promise<SsoConnectionRow | undefined> {
  const { properties } = without(TABLES.ssoConnection, 'clientSecret');
  return rowOf(
    sql,
    query.selectFrom('ssoConnection').select(properties).where('workspaceId', '=', workspaceId),
  );
}

/** The domains of a connection, by name. The caller has authorized. */
export function findDomains(sql: Sql, connectionId: string): Promise<SsoDomain[]> {
  return rowsOf(
    sql,
    query
      .selectFrom('ssoDomain')
      .select(TABLES.ssoDomain.properties)
      .where('connectionId', '=', connectionId)
      .orderBy('domain'),
  );
}

/**
 * Locks the settings of a workspace's single sign-on until the transaction ends. Sign-ins do not wait for this lock.
 */
export async function lockSsoSettings(sql: Sql, workspaceId: string): Promise<void> {
  await rowsOf(
    sql,
    query.selectFrom('workspace').select('id').where('id', '=', workspaceId).forNoKeyUpdate(),
  );
}

/**
 * SQL for whether a workspace requires members with the account's address to sign in through its provider (rule 43).
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
      and sd.domain = split_part(sa.canonical_email, '@', -1))`;
}
