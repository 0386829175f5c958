import type { Access } from '../../domain/access.js';
import { DomainError } from '../../domain/errors.js';
import { memberAfter } from '../../domain/member-state.js';
import type { ServiceContext } from '../context/service-context.js';
import { accessOf } from '../rows/members.js';
import { type AccessWish, accessWish } from './members.js';
import * as commands from './transaction.js';
import type { MemberChange } from './write.js';

/**
 * Makes an active member an owner (rule 13). Owners have no credit limit; a seat stays.
 * @throws DomainError as `member-commands.changeOwner` does; INVALID_INPUT for somebody who is not active
 */
export function promote(context: ServiceContext, target: commands.MemberTarget): Promise<MemberChange> {
  return commands.changeOwner(context, target, 'owner.promote', (_, member): Access => {
    const access = accessOf(member);
    if (access === null) {
      throw new DomainError('INVALID_INPUT', 'Only an active member can become an owner.', {
        hint: 'Add the person again first.',
      });
    }
    return { ...access, role: 'OWNER', creditLimit: null, creditLimitSetBy: null };
  });
}

/**
 * Makes somebody else of an owner: `access` says what (rule 13).
 * @throws DomainError as `member-commands.changeOwner` does; INVALID_INPUT for who is no owner; LAST_OWNER;
 *   WRONG_WORKSPACE_VERSION, CREDIT_LIMIT_NOT_ALLOWED, SEAT_UNAVAILABLE for the access
 */
export function demote(
  context: ServiceContext,
  { access, ...target }: commands.MemberTarget & { readonly access: AccessWish },
): Promise<MemberChange> {
  return commands.changeOwner(context, target, 'owner.demote', (workspace, member) => {
    if (member.role !== 'OWNER') throw new DomainError('INVALID_INPUT', 'The member is not an owner.');
    const wish = { mode: 'CREATE', userName: member.userName, ...accessWish(workspace, access) } as const;
    return memberAfter(null, wish, { workspace, origin: 'WORKSPACE', mayChangeOwners: true }).access;
  });
}
