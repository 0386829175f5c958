import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { Account } from '../../model/account.js';
import { Member } from '../../model/member.js';
import { Membership } from '../../model/membership.js';
import { Workspace } from '../../model/workspace.js';
import * as audit from '../../services/audit/queries.js';
import * as members from '../../services/members/members.js';
import * as owners from '../../services/members/owners.js';
import * as provisioning from '../../services/members/provision.js';
import { type MemberRow, membershipOf } from '../../services/rows/members.js';
import * as abilities from '../../services/viewer/abilities.js';
import { PageArguments } from '../lists/arguments.js';
import { AuditEntryConnection, MembershipConnection } from '../lists/connection.js';
import type { Context } from '../serving/context.js';
import { given } from '../serving/sent-fields.js';
import { MemberAbilities } from '../viewer/abilities.js';
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
  @FieldResolver(() => Workspace, { description: 'Where the person is a member.' })
  workspace(@Root() { workspaceId }: Member, @Ctx() { loaders }: Context): Promise<Workspace> {
    return loaders.workspaces.load(workspaceId);
  }

  @FieldResolver(() => Account, { description: 'The person across the platform.' })
  account(@Root() { accountId }: Member, @Ctx() { loaders }: Context): Promise<Account> {
    return loaders.accounts.load(accountId);
  }

  @FieldResolver(() => Membership, { nullable: true, description: 'The open stay. Null when not active.' })
  membership(@Root() member: MemberRow): Membership | null {
    return membershipOf(member);
  }

  @FieldResolver(() => MembershipConnection, { description: 'All stays, newest first.' })
  memberships(
    @Root() member: MemberRow,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
  ) {
    return new MembershipConnection(members.memberships(services, member, page));
  }

  @FieldResolver(() => AuditEntryConnection, {
    description: 'What has been changed about the member, newest first.',
  })
  async history(
    @Root() { id, workspaceId }: Member,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
  ) {
    return new AuditEntryConnection(await audit.list(services, workspaceId, { targetId: id }, page));
  }

  @FieldResolver(() => MemberAbilities, { description: 'What the caller may do to the member.' })
  viewerCan(@Root() member: MemberRow, @Ctx() { services }: Context): Promise<MemberAbilities> {
    return abilities.ofMember(services, member);
  }

  @Mutation(() => MemberProvisionPayload, {
    description: 'The command behind SCIM: one record, judged by the rules as it is.',
  })
  memberProvision(
    @Arg('input', () => MemberProvisionInput, { description: 'The record.' }) input: MemberProvisionInput,
    @Ctx() { services }: Context,
  ): Promise<MemberProvisionPayload> {
    return provisioning.provision(services, given(input));
  }

  @Mutation(() => MemberAddPayload, { description: 'Adds somebody, or adds them again.' })
  memberAdd(
    @Arg('input', () => MemberAddInput, { description: 'Whom.' }) input: MemberAddInput,
    @Ctx() { services }: Context,
  ): Promise<MemberAddPayload> {
    return members.add(services, given(input));
  }

  @Mutation(() => MemberUpdatePayload, {
    description: 'Changes who a member is: userName, external id, profile.',
  })
  memberUpdate(
    @Arg('input', () => MemberUpdateInput, { description: 'What to change.' }) input: MemberUpdateInput,
    @Ctx() { services }: Context,
  ): Promise<MemberUpdatePayload> {
    return members.update(services, given(input));
  }

  @Mutation(() => MemberSetAccessPayload, { description: 'Sets what an active member may do.' })
  memberSetAccess(
    @Arg('input', () => MemberSetAccessInput, { description: 'The access.' }) input: MemberSetAccessInput,
    @Ctx() { services }: Context,
  ): Promise<MemberSetAccessPayload> {
    return members.setAccess(services, input);
  }

  @Mutation(() => MemberClearAccessPayload, {
    description: "Lets a member's access follow its groups, else the workspace's default, from now on.",
  })
  memberClearAccess(
    @Arg('input', () => MemberClearAccessInput, { description: 'Whose.' }) input: MemberClearAccessInput,
    @Ctx() { services }: Context,
  ): Promise<MemberClearAccessPayload> {
    return members.clearAccess(services, input);
  }

  @Mutation(() => MemberSetCreditLimitPayload, { description: "V2: caps a member's credits a month." })
  memberSetCreditLimit(
    @Arg('input', () => MemberSetCreditLimitInput, { description: 'The cap.' })
    input: MemberSetCreditLimitInput,
    @Ctx() { services }: Context,
  ): Promise<MemberSetCreditLimitPayload> {
    return members.setCreditLimit(services, input);
  }

  @Mutation(() => MemberClearCreditLimitPayload, { description: "V2: clears a member's cap." })
  memberClearCreditLimit(
    @Arg('input', () => MemberClearCreditLimitInput, { description: 'Whose.' })
    input: MemberClearCreditLimitInput,
    @Ctx() { services }: Context,
  ): Promise<MemberClearCreditLimitPayload> {
    return members.setCreditLimit(services, { ...input, creditLimit: null });
  }

  @Mutation(() => MemberRemovePayload, { description: "Ends a member's stay. The record remains, inactive." })
  memberRemove(
    @Arg('input', () => MemberRemoveInput, { description: 'Whose.' }) input: MemberRemoveInput,
    @Ctx() { services }: Context,
  ): Promise<MemberRemovePayload> {
    return members.remove(services, input);
  }

  @Mutation(() => MemberDeletePayload, { description: "Deletes a member's record." })
  memberDelete(
    @Arg('input', () => MemberDeleteInput, { description: 'Whose.' }) input: MemberDeleteInput,
    @Ctx() { services }: Context,
  ): Promise<MemberDeletePayload> {
    return members.deleteRecord(services, input);
  }

  @Mutation(() => OwnerPromotePayload, {
    description: 'Makes an owner of an active member. For owners and operators.',
  })
  ownerPromote(
    @Arg('input', () => OwnerPromoteInput, { description: 'Of whom.' }) input: OwnerPromoteInput,
    @Ctx() { services }: Context,
  ): Promise<OwnerPromotePayload> {
    return owners.promote(services, input);
  }

  @Mutation(() => OwnerDemotePayload, {
    description: 'Makes somebody else of an owner. For owners and operators.',
  })
  ownerDemote(
    @Arg('input', () => OwnerDemoteInput, { description: 'Of whom, and what.' }) input: OwnerDemoteInput,
    @Ctx() { services }: Context,
  ): Promise<OwnerDemotePayload> {
    return owners.demote(services, input);
  }
}
