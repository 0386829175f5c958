import type { Sql } from '../../database/database.js';
import { newId } from '../../domain/ids.js';
import type { Account } from '../../model/account.js';

/**
 * Finds or creates the account of an address, compared without case (rule 14), and keeps others from doing the
 * same until the transaction ends.
 * @returns the account's id
 */
export async function findOrCreate(sql: Sql, email: string): Promise<string> {
  // An insert that does nothing gives no row back; an update that changes nothing does, and locks it.
  const [account] = await sql.rows<{ id: string }>(
    `insert into account (id, email, created_at) values ($1, $2, now())
     on conflict (email) do update set email = account.email returning id`,
    [newId(), email],
  );
  if (account === undefined) throw new Error('an account was neither found nor created');
  return account.id;
}

/** The accounts with these ids, in no order. For relations of members that the caller may already see. */
export function byIds(sql: Sql, ids: readonly string[]): Promise<Account[]> {
  return sql.rows<Account>(
    'select id, email, created_at as "createdAt" from account where id = any($1::uuid[])',
    [ids],
  );
}

/** The account with an address, compared without case; undefined when nobody has it. */
export async function findByEmail(
  sql: Sql,
  email: string,
): Promise<Pick<Account, 'id' | 'email'> | undefined> {
  const [account] = await sql.rows<Pick<Account, 'id' | 'email'>>(
    'select id, email from account where email = $1',
    [email],
  );
  return account;
}
