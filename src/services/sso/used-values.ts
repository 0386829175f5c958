import { hash } from 'node:crypto';
import { text, timestamptz } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { query, rowOf } from '../../database/query.js';
import { statement } from '../../database/statement.js';

/**
 * Marks a value that is accepted once as used.
 * @param kind the kind of the value, which keeps values of different kinds apart
 * @param expiresAt when the value expires anyway
 * @returns false when it was used before, in any process
 */
export async function acceptOnce(
  sql: Sql,
  kind: 'state' | 'confirmation' | 'logout-token',
  value: string,
  expiresAt: Date,
): Promise<boolean> {
  const used = await USE.row(sql, { hash: hashOf(kind, value), expiresAt });
  return used !== undefined;
}

/** Whether a value was used before and has not expired. */
export async function wasUsed(sql: Sql, kind: 'state', value: string): Promise<boolean> {
  const found = await rowOf(
    sql,
    query.selectFrom('ssoUsedValue').select('hash').where('hash', '=', hashOf(kind, value)),
  );
  return found !== undefined;
}

function hashOf(kind: string, value: string): string {
  return hash('sha256', `${kind}:${value}`);
}

/** Deletes a few expired values too, so that the table remains small. */
const USE = statement({
  name: 'sso.useValue',
  text: `
    with forgotten as (
      delete from sso_used_value where hash in (
        select hash from sso_used_value where expires_at < now() - interval '1 minute' order by expires_at limit 20
        for update skip locked))
    insert into sso_used_value (hash, expires_at) values ($hash, $expiresAt) on conflict do nothing returning hash`,
  parameters: { hash: text, expiresAt: timestamptz },
  columns: { hash: text },
});
