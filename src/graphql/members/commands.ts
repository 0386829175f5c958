import { Arg, Ctx, Extensions, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { Member } from '../../model/member.js';
import { Workspace } from '../../model/workspace.js';
import { edgeIn } from '../../services/lists/page.js';
import { type BulkResult, type BulkUpdate, bulkUpdate, MOST_MEMBERS } from '../../services/members/bulk.js';
import {
  addMember,
  clearAccess,
  deleteMember,
  demoteOwner,
  promoteOwner,
  provisionMember,
  removeMember,
  setAccess,
  setCreditLimit,
  updateMember,
} from '../../services/members/commands.js';
import { membersOf } from '../../services/members/queries.js';
import type { MemberRow } from '../../services/rows/members.js';
import { refusalOf } from '../refusals/types.js';
import type { Context } from '../serving/context.js';
import { sentFields } from '../serving/sent-fields.js';
import { requestedAccess, withRequestedAccess } from './access.js';
import { MembersBulkUpdateInput, MembersBulkUpdatePayload } from './bulk-types.js';
import {
  MemberAddInput,
  MemberClearAccessInput,
  MemberClearCreditLimitInput,
  MemberDeleteInput,
  MemberProvisionInput,
  MemberRemoveInput,
  MemberSetAccessInput,
  MemberSetCreditLimitInput,
  MemberUpdateInput,
  OwnerDemoteInput,
  OwnerPromoteInput,
} from './inputs.js';
import {
  MemberAddPayload,
  MemberClearAccessPayload,
  MemberClearCreditLimitPayload,
  MemberDeletePayload,
  MemberProvisionPayload,
  MemberRemovePayload,
  MemberSetAccessPayload,
  MemberSetCreditLimitPayload,
  MemberUpdatePayload,
  OwnerDemotePayload,
  OwnerPromotePayload,
} from './payloads.js';
import { sentProfile } from './profile-input.js';
import { MemberEdge } from './types.js';

@Resolver()
export class MemberMutations {
  @Mutation(() => MemberProvisionPayload, {
    nullable: true,
    description:
      'The command behind SCIM: creates, replaces or patches a record as an identity provider sends it. Null when refused.',
  })
  memberProvision(
    @Arg('input', () => MemberProvisionInput, { description: 'The record to provision.' })
    input: MemberProvisionInput,
    @Ctx() { services }: Context,
  ): Promise<MemberProvisionPayload> {
    return provisionMember(services, input);
  }

  @Mutation(() => MemberAddPayload, {
    nullable: true,
    description: 'Adds a person to the workspace, or adds somebody again who was removed. Null when refused.',
  })
  memberAdd(
    @Arg('input', () => MemberAddInput, { description: 'The person to add.' }) input: MemberAddInput,
    @Ctx() { services }: Context,
  ): Promise<MemberAddPayload> {
    return addMember(services, newMember(input));
  }

  @Mutation(() => MemberUpdatePayload, {
    nullable: true,
    description: 'Changes the userName, the external id and the profile of a member. Null when refused.',
  })
  memberUpdate(
    @Arg('input', () => MemberUpdateInput, { description: 'The changes to make.' }) input: MemberUpdateInput,
    @Ctx() { services }: Context,
  ): Promise<MemberUpdatePayload> {
    return updateMember(services, memberUpdate(input));
  }

  @Mutation(() => MemberSetAccessPayload, {
    nullable: true,
    description: 'Sets the access of an active member. Null when refused.',
  })
  memberSetAccess(
    @Arg('input', () => MemberSetAccessInput, { description: 'The access to set.' })
    input: MemberSetAccessInput,
    @Ctx() { services }: Context,
  ): Promise<MemberSetAccessPayload> {
    return setAccess(services, { ...input, access: requestedAccess(input.access) });
  }

  @Mutation(() => MemberClearAccessPayload, {
    nullable: true,
    description:
      "Lets the access of a member follow its groups, or else the workspace's default, from now on. Null when refused.",
  })
  memberClearAccess(
    @Arg('input', () => MemberClearAccessInput, { description: 'The member whose access to clear.' })
    input: MemberClearAccessInput,
    @Ctx() { services }: Context,
  ): Promise<MemberClearAccessPayload> {
    return clearAccess(services, input);
  }

  @Mutation(() => MemberSetCreditLimitPayload, {
    nullable: true,
    description: 'V2: sets the credit limit of a member. Null when refused.',
  })
  memberSetCreditLimit(
    @Arg('input', () => MemberSetCreditLimitInput, { description: 'The limit to set.' })
    input: MemberSetCreditLimitInput,
    @Ctx() { services }: Context,
  ): Promise<MemberSetCreditLimitPayload> {
    return setCreditLimit(services, input);
  }

  @Mutation(() => MemberClearCreditLimitPayload, {
    nullable: true,
    description: 'V2: clears the credit limit of a member. Null when refused.',
  })
  memberClearCreditLimit(
    @Arg('input', () => MemberClearCreditLimitInput, { description: 'The member whose limit to clear.' })
    input: MemberClearCreditLimitInput,
    @Ctx() { services }: Context,
  ): Promise<MemberClearCreditLimitPayload> {
    return setCreditLimit(services, { ...input, creditLimit: null });
  }

  @Mutation(() => MemberRemovePayload, {
    nullable: true,
    description:
      'Removes a member from the workspace. The record remains, and is inactive. Null when refused.',
  })
  memberRemove(
    @Arg('input', () => MemberRemoveInput, { description: 'The member to remove.' }) input: MemberRemoveInput,
    @Ctx() { services }: Context,
  ): Promise<MemberRemovePayload> {
    return removeMember(services, input);
  }

  @Mutation(() => MemberDeletePayload, {
    nullable: true,
    description:
      'Deletes the record of a member, who is thereby removed from the workspace. Null when refused.',
  })
  async memberDelete(
    @Arg('input', () => MemberDeleteInput, { description: 'The member to delete.' }) input: MemberDeleteInput,
    @Ctx() { services }: Context,
  ): Promise<MemberDeletePayload> {
    const { memberId } = await deleteMember(services, input);
    return { memberId, workspaceId: input.workspaceId };
  }

  @Mutation(() => OwnerPromotePayload, {
    nullable: true,
    description: 'Promotes an active member to owner. For owners and operators. Null when refused.',
  })
  ownerPromote(
    @Arg('input', () => OwnerPromoteInput, { description: 'The member to promote.' })
    input: OwnerPromoteInput,
    @Ctx() { services }: Context,
  ): Promise<OwnerPromotePayload> {
    return promoteOwner(services, input);
  }

  @Mutation(() => OwnerDemotePayload, {
    nullable: true,
    description: 'Demotes an owner. For owners and operators. Null when refused.',
  })
  ownerDemote(
    @Arg('input', () => OwnerDemoteInput, { description: 'The owner to demote.' }) input: OwnerDemoteInput,
    @Ctx() { services }: Context,
  ): Promise<OwnerDemotePayload> {
    return demoteOwner(services, { ...input, access: requestedAccess(input.access) });
  }

  @Extensions({ listSize: bulkSize })
  @Mutation(() => MembersBulkUpdatePayload, {
    nullable: true,
    description:
      'Makes the same change to many members in one transaction. Each is checked on its own: refusals are reported, and all other members are changed. Null when refused.',
  })
  async membersBulkUpdate(
    @Arg('input', () => MembersBulkUpdateInput, { description: 'The members, and the change.' })
    input: MembersBulkUpdateInput,
    @Ctx() { services }: Context,
  ): Promise<MembersBulkUpdatePayload> {
    const results = await bulkUpdate(services, bulkUpdateOf(input));
    return bulkPayload(input, results);
  }
}

@Resolver(() => MemberAddPayload)
export class MemberAddPayloadResolver {
  @FieldResolver(() => MemberEdge, { description: 'The member as an item of `Workspace.members`.' })
  memberEdge(@Root() { member }: { member: MemberRow }) {
    return edgeIn(membersOf(member.workspaceId), member);
  }
}

/** Declares a payload's field for the member who looks like the one of the payload. */
function lookAlikeOf(payload: () => new () => { readonly member: Member }) {
  @Resolver(payload)
  class LookAlikeResolver {
    @FieldResolver(() => Member, {
      nullable: true,
      description:
        'A warning: another active member whose userName looks the same but has other characters. Null when there is none.',
    })
    lookAlike(@Root() { member }: { member: MemberRow }, @Ctx() { loaders }: Context) {
      return loaders.lookAlikes.load({ ...member, memberId: member.id });
    }
  }
  return LookAlikeResolver;
}

export const LOOK_ALIKE_RESOLVERS = [
  lookAlikeOf(() => MemberProvisionPayload),
  lookAlikeOf(() => MemberAddPayload),
  lookAlikeOf(() => MemberUpdatePayload),
] as const;

@Resolver(() => MemberDeletePayload)
export class MemberDeletePayloadResolver {
  @FieldResolver(() => Workspace, {
    nullable: true,
    description: 'The workspace that had the member. Null when it was deleted in the meantime.',
  })
  workspace(@Root() { workspaceId }: MemberDeletePayload, @Ctx() { loaders }: Context): Promise<Workspace> {
    return loaders.workspaces.load(workspaceId);
  }
}

/** The number of results: the number of ids. For a filter it is not known yet, so the maximum counts. */
function bulkSize({ input }: Readonly<Record<string, unknown>>): number {
  const { members }: { members?: unknown } = Object(input);
  const { ids }: { ids?: unknown } = Object(members);
  return Array.isArray(ids) ? ids.length : MOST_MEMBERS;
}

function newMember({ profile, ...input }: MemberAddInput) {
  const person = profile == null ? {} : { profile: sentProfile(profile) };
  return sentFields({ ...withRequestedAccess(input), ...person });
}

function memberUpdate({ profile, ...input }: MemberUpdateInput) {
  return sentFields({ ...input, ...(profile == null ? {} : { profile: sentProfile(profile) }) });
}

function bulkUpdateOf({ change, ...input }: MembersBulkUpdateInput): BulkUpdate {
  const { access, creditLimit, action } = change;
  return {
    ...input,
    change: {
      access: access == null ? null : requestedAccess(access),
      setCreditLimit: creditLimit ?? null,
      action: action ?? null,
    },
  };
}

function bulkPayload(
  input: MembersBulkUpdateInput,
  results: readonly BulkResult[],
): MembersBulkUpdatePayload {
  const { dryRun } = input;
  return {
    results: results.map(({ memberId, member, changed, error }) => ({
      memberId,
      member: dryRun ? null : member,
      preview: dryRun ? member : null,
      changed,
      refusal: error === null ? null : refusalOf(error, input),
    })),
    changedCount: results.filter(({ changed }) => changed).length,
    refusedCount: results.filter(({ error }) => error !== null).length,
    dryRun,
  };
}
