import { readAddress } from '../../domain/address.js';
import { DomainError } from '../../domain/errors.js';
import { authorizeOperator } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { findAccountByEmail, findOrCreateAccount } from '../rows/accounts.js';
import { type MintedSession, openSession } from './open.js';

/**
 * Creates a session for the person with an address.
 * @param createAccount whether to create an account when the address has none, for example for an invited person
 * @throws DomainError as `authorizeOperator` does; INVALID_INPUT; NOT_FOUND when nobody has the address
 */
export async function create(
  context: ServiceContext,
  input: { readonly email: string; readonly createAccount?: boolean },
): Promise<MintedSession> {
  authorizeOperator(context, 'session.create');
  const email = readAddress(input.email, 'email');
  return context.database.transaction(async (tx) => {
    if (input.createAccount === true) await findOrCreateAccount(tx, email);
    const account = await findAccountByEmail(tx, email);
    if (account === undefined) {
      throw new DomainError('NOT_FOUND', 'Nobody on the platform has this address.', {
        attribute: 'email',
        hint: 'Add the person to a workspace first. For somebody who has been invited, set createAccount.',
      });
    }
    return openSession(context, tx, {
      accountId: account.id,
      email: account.email,
      method: 'OPERATOR',
      workspaceId: null,
      provider: null,
      address: null,
      userAgent: null,
    });
  });
}
