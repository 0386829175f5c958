import { isAddress } from '../../domain/address.js';
import { emailAddresses } from '../../domain/profile.js';
import type { Account } from '../../model/account.js';
import type { ServiceContext } from '../context/service-context.js';
import type { MemberRow } from '../rows/members.js';

/** An account, with what the caller may know of it. */
export type ShownAccount = Pick<Account, 'id' | 'email'> & { readonly createdAt: Date | null };

/**
 * Whether the caller may see all of an account: operators, and the person, unless a workspace's provider says who that is
 * (rule 32). Anybody can make any address a member of a workspace of their own, and so must not learn from the account
 * whether, since when or in which spelling another workspace has the person.
 */
export function seesWholeAccount(
  { caller: { actor } }: Pick<ServiceContext, 'caller'>,
  accountId: string,
): boolean {
  if (actor?.type === 'PERSON') return actor.accountId === accountId && actor.workspaceId === null;
  return actor?.type === 'OPERATOR' || actor?.type === 'SYSTEM';
}

/** The account of a member as the workspace knows it. For members whom the caller may see. */
export function accountAsMember({ accountId, userName, attributes }: MemberRow): ShownAccount {
  const email = [userName, ...emailAddresses(attributes)].find(isAddress) ?? userName;
  return { id: accountId, email, createdAt: null };
}

/** The account with what the caller may know of it. */
export function shownAccount(context: Pick<ServiceContext, 'caller'>, account: Account): ShownAccount {
  return seesWholeAccount(context, account.id) ? account : { ...account, createdAt: null };
}
