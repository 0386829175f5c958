import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Member } from '../../model/member.js';
import { bulkUpdate } from '../../services/members/bulk.js';
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
import { type Context } from '../serving/context.js';
import { MemberRefusal, MembersBulkUpdateInput, MembersBulkUpdatePayload } from './bulk-types.js';
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

@Resolver(() => Member)
export class MemberResolver {
  @Mutation(() => MemberProvisionPayload, {
    description: 'The command behind SCIM: one record, judged by the rules as it is.',
  })
  memberProvision(
    @Arg('input', () => MemberProvisionInput, { description: 'The record.' }) input: MemberProvisionInput,
    @Ctx() { services }: Context,
  ): Promise<MemberProvisionPayload> {
    return provisionMember(services, input);
  }

  @Mutation(() => MemberAddPayload, { description: 'Adds somebody, or adds them again.' })
  memberAdd(
    @Arg('input', () => MemberAddInput, { description: 'Whom.' }) input: MemberAddInput,
    @Ctx() { services }: Context,
  ): Promise<MemberAddPayload> {
    return addMember(services, input);
  }

  @Mutation(() => MemberUpdatePayload, {
    description: 'Changes who a member is: userName, external id, profile.',
  })
  memberUpdate(
    @Arg('input', () => MemberUpdateInput, { description: 'What to change.' }) input: MemberUpdateInput,
    @Ctx() { services }: Context,
  ): Promise<MemberUpdatePayload> {
    return updateMember(services, input);
  }

  @Mutation(() => MemberSetAccessPayload, { description: 'Sets what an active member may do.' })
  memberSetAccess(
    @Arg('input', () => MemberSetAccessInput, { description: 'The access.' }) input: MemberSetAccessInput,
    @Ctx() { services }: Context,
  ): Promise<MemberSetAccessPayload> {
    return setAccess(services, input);
  }

  @Mutation(() => MemberClearAccessPayload, {
    description: "Lets a member's access follow its groups, else the workspace's default, from now on.",
  })
  memberClearAccess(
    @Arg('input', () => MemberClearAccessInput, { description: 'Whose.' }) input: MemberClearAccessInput,
    @Ctx() { services }: Context,
  ): Promise<MemberClearAccessPayload> {
    return clearAccess(services, input);
  }

  @Mutation(() => MemberSetCreditLimitPayload, { description: "V2: caps a member's credits a month." })
  memberSetCreditLimit(
    @Arg('input', () => MemberSetCreditLimitInput, { description: 'The cap.' })
    input: MemberSetCreditLimitInput,
    @Ctx() { services }: Context,
  ): Promise<MemberSetCreditLimitPayload> {
    return setCreditLimit(services, input);
  }

  @Mutation(() => MemberClearCreditLimitPayload, { description: "V2: clears a member's cap." })
  memberClearCreditLimit(
    @Arg('input', () => MemberClearCreditLimitInput, { description: 'Whose.' })
    input: MemberClearCreditLimitInput,
    @Ctx() { services }: Context,
  ): Promise<MemberClearCreditLimitPayload> {
    return setCreditLimit(services, { ...input, creditLimit: null });
  }

  @Mutation(() => MemberRemovePayload, { description: "Ends a member's stay. The record remains, inactive." })
  memberRemove(
    @Arg('input', () => MemberRemoveInput, { description: 'Whose.' }) input: MemberRemoveInput,
    @Ctx() { services }: Context,
  ): Promise<MemberRemovePayload> {
    return removeMember(services, input);
  }

  @Mutation(() => MemberDeletePayload, { description: "Deletes a member's record." })
  memberDelete(
    @Arg('input', () => MemberDeleteInput, { description: 'Whose.' }) input: MemberDeleteInput,
    @Ctx() { services }: Context,
  ): Promise<MemberDeletePayload> {
    return deleteMember(services, input);
  }

  @Mutation(() => OwnerPromotePayload, {
    description: 'Makes an owner of an active member. For owners and operators.',
  })
  ownerPromote(
    @Arg('input', () => OwnerPromoteInput, { description: 'Of whom.' }) input: OwnerPromoteInput,
    @Ctx() { services }: Context,
  ): Promise<OwnerPromotePayload> {
    return promoteOwner(services, input);
  }

  @Mutation(() => OwnerDemotePayload, {
    description: 'Makes somebody else of an owner. For owners and operators.',
  })
  ownerDemote(
    @Arg('input', () => OwnerDemoteInput, { description: 'Of whom, and what.' }) input: OwnerDemoteInput,
    @Ctx() { services }: Context,
  ): Promise<OwnerDemotePayload> {
    return demoteOwner(services, input);
  }

  @Mutation(() => MembersBulkUpdatePayload, {
    description:
      'Does the same to many members. Each is judged on its own: who is refused is reported, all others are changed, in one transaction.',
  })
  async membersBulkUpdate(
    @Arg('input', () => MembersBulkUpdateInput, { description: 'Whom, and what.' })
    input: MembersBulkUpdateInput,
    @Ctx() { services }: Context,
  ): Promise<MembersBulkUpdatePayload> {
    const results = await bulkUpdate(services, input);
    return {
      results: results.map((result) => ({
        ...result,
        error: result.error === null ? null : new MemberRefusal(result.error),
      })),
      changedCount: results.filter(({ changed }) => changed).length,
      refusedCount: results.filter(({ error }) => error !== null).length,
      dryRun: input.dryRun,
    };
  }
}
