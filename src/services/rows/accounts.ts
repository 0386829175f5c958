import { randomUUID } from 'node:crypto';
import { arrayOf, text, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { selectList, TABLES, typesOf, without } from '../../database/tables.js';
import { canonicalUserName } from '../../domain/canonical.js';
import type { Account } from '../../model/account.js';

/**
 * SQL that finds or creates an account, with the parameters of `accountValues`.
 * @param source a clause that must return a row, or else nothing is written
 */
export function findOrCreateSql(source = ''): string {
  // An insert that does nothing returns no row; an update that changes nothing does, and locks it.
  return `insert into account (id, email, canonical_email, created_at)
    select $newAccountId, $address, $canonicalAddress, now() ${source}
    on conflict (canonical_email) do update set email = account.email returning id`;
}

export const ACCOUNT_PARAMETERS = { newAccountId: uuid, address: text, canonicalAddress: text };

/** The parameters of `findOrCreateSql` for an address. */
export function accountValues(address: string) {
  return { newAccountId: randomUUID(), address, canonicalAddress: canonicalUserName(address) };
}

const FIND_OR_CREATE = statement({
  name: 'accounts.findOrCreate',
  text: findOrCreateSql(),
  parameters: ACCOUNT_PARAMETERS,
  columns: { id: uuid },
});

const SHOWN = without(TABLES.account, 'canonicalEmail');

const FIND = statement({
  name: 'accounts.find',
  text: `select ${selectList(SHOWN, 'a')} from account a where a.id = any($ids::uuid[])`,
  parameters: { ids: arrayOf(uuid) },
  columns: SHOWN.columns,
});

const FIND_BY_EMAIL = statement({
  name: 'accounts.findByEmail',
  text: 'select id, email from account where canonical_email = $canonicalEmail',
  parameters: { canonicalEmail: text },
  columns: typesOf(TABLES.account, 'id', 'email'),
});

/**
 * Finds or creates the account of an address, compared in its canonical form (rules 14, 15a), and locks it until the transaction ends.
 * @returns the account's id
 */
export async function findOrCreateAccount(sql: Sql, address: string): Promise<string> {
  const account = await FIND_OR_CREATE.row(sql, accountValues(address));
  if (account === undefined) throw new Error('an account was neither found nor created');
  return account.id;
}

/** The accounts with these ids, in no order. The caller may already see the members that they belong to. */
export function findAccounts(sql: Sql, ids: readonly string[]): Promise<Account[]> {
  return FIND.rows(sql, { ids });
}

/** The account with an address, compared in its canonical form; undefined when there is none. */
export function findAccountByEmail(
  sql: Sql,
  email: string,
): Promise<Pick<Account, 'id' | 'email'> | undefined> {
  return FIND_BY_EMAIL.row(sql, { canonicalEmail: canonicalUserName(email) });
}
