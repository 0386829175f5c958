import { hash } from 'node:crypto';
import type { Sql } from '../../database/database.js';

/**
 * Uses up a value that is accepted once.
 * @param kind what the value is, so that values of different kinds never meet
 * @param expiresAt when the value is refused for its age anyway
 * @returns false when it was used before, in any process
 */
export async function acceptOnce(
  sql: Sql,
  kind: 'state' | 'logout-token',
  value: string,
  expiresAt: Date,
): Promise<boolean> {
  const used = await sql.rows(USE, [hash('sha256', `${kind}:${value}`), expiresAt]);
  return used.length > 0;
}

/** Forgets a few expired values on the way, so that the table stays small. */
const USE = `
  with forgotten as (
    delete from sso_used_value where hash in (
      select hash from sso_used_value where expires_at < now() - interval '1 minute' order by expires_at limit 20
      for update skip locked))
  insert into sso_used_value (hash, expires_at) values ($1, $2) on conflict do nothing returning 1`;

/** Whether a value was used up before, as far as it is remembered. */
export async function wasUsed(sql: Sql, kind: 'state', value: string): Promise<boolean> {
  const found = await sql.rows('select 1 from sso_used_value where hash = $1', [
    hash('sha256', `${kind}:${value}`),
  ]);
  return found.length > 0;
}
