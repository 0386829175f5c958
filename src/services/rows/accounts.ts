import type { Sql } from '../../database/database.js';
import { newId } from '../../domain/ids.js';
import { Account } from '../../model/account.js';
import { columnsOf } from '../../model/columns.js';

/**
 * Finds or creates the account of an address, compared without case (rule 14), and locks it until the transaction ends.
 * @returns the account's id
 */
export async function findOrCreateAccount(sql: Sql, email: string): Promise<string> {
  const [account] = await sql.rows<{ id: string }>(findOrCreateStatement('$1', '$2'), [newId(), email]);
  if (account === undefined) throw new Error('an account was neither found nor created');
  return account.id;
}

/**
 * The statement that finds or creates an account.
 * @param id the parameter for the id of a new one
 * @param email the parameter for the address
 * @param source a clause that must give a row, else nothing is written
 */
export function findOrCreateStatement(id: string, email: string, source = ''): string {
  // An insert that does nothing returns no row; an update that changes nothing does, and locks it.
  return `insert into account (id, email, created_at) select ${id}, ${email}, now() ${source}
    on conflict (email) do update set email = account.email returning id`;
}

const COLUMNS = columnsOf(Account)
  .map(({ property, name }) => `${name} as "${property}"`)
  .join(', ');

/** The accounts with these ids, in no order. The caller may already see the members that they belong to. */
export function findAccounts(sql: Sql, ids: readonly string[]): Promise<Account[]> {
  return sql.rows<Account>(`select ${COLUMNS} from account where id = any($1::uuid[])`, [ids]);
}
