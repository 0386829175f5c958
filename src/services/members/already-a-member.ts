import { violatedConstraint } from '../../database/database.js';
import { addressOf } from '../../domain/address.js';
import { DomainError } from '../../domain/errors.js';
import type { Person } from '../../domain/provisioning.js';
import type { MemberRow } from '../rows/members.js';

/** Runs a write that the unique constraints of rules 15 and 19 may refuse. @throws DomainError ALREADY_A_MEMBER */
export async function refuseDuplicate<Result>(
  { userName, externalId, attributes }: MemberRow,
  write: () => Promise<Result>,
): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    const person = { userName, externalId, profile: attributes };
    const constraint = violatedConstraint(error);
    if (constraint === 'member_user_name_unique') throw alreadyAMember(person, 'userName');
    if (constraint === 'member_account_unique') throw alreadyAMember(person, 'account');
    if (constraint === 'member_external_id') throw alreadyAMember(person, 'externalId');
    throw error;
  }
}

const AN_OWNER =
  'The person is here as an owner, whom SCIM does not change: unassign the person from this app in your identity provider, or let an owner demote the person in the Rollcall dashboard first.';
const MATCH_OR_CHANGE =
  'Import the users of this workspace in your identity provider and match this person to the existing one, or change what is mapped to this attribute.';

/**
 * The refusal of a person who is a member already (rules 15, 19), naming the attribute that is taken.
 * @param taken whether another member has the userName, belongs to the account of the address, or is active and has the
 *   external id
 * @param by the other member, where it is known
 */
export function alreadyAMember(
  { userName, externalId, profile }: Person,
  taken: 'userName' | 'account' | 'externalId',
  by: Pick<MemberRow, 'role'> | null = null,
): DomainError {
  const providerHint = by?.role === 'OWNER' ? AN_OWNER : MATCH_OR_CHANGE;
  if (taken === 'externalId') {
    return new DomainError(
      'ALREADY_A_MEMBER',
      `The externalId ${externalId} is that of another member of this workspace.`,
      {
        attribute: 'externalId',
        hint: 'Update the existing member, or send another externalId.',
        providerHint,
      },
    );
  }
  const address = taken === 'account' ? addressOf(userName, profile) : userName;
  const isUserName = address === userName;
  return new DomainError(
    'ALREADY_A_MEMBER',
    isUserName
      ? `${userName} is already a member of this workspace.`
      : `The e-mail address ${address} is that of another member of this workspace.`,
    {
      attribute: isUserName ? 'userName' : 'emails',
      hint: 'Update the existing member, or send another userName and e-mail address.',
      providerHint,
    },
  );
}
