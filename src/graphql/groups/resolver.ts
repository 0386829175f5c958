import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { Group } from '../../model/group.js';
import { Workspace } from '../../model/workspace.js';
import * as audit from '../../services/audit/queries.js';
import * as commands from '../../services/groups/commands.js';
import * as groups from '../../services/groups/queries.js';
import * as abilities from '../../services/viewer/abilities.js';
import { PageArguments } from '../lists/arguments.js';
import { AuditEntryConnection, MemberConnection } from '../lists/connection.js';
import type { Context } from '../serving/context.js';
import { given } from '../serving/sent-fields.js';
import { GroupAbilities } from '../viewer/abilities.js';
import {
  GroupClearGrantInput,
  GroupClearGrantPayload,
  GroupCreateInput,
  GroupCreatePayload,
  GroupDeleteInput,
  GroupDeletePayload,
  GroupGrant,
  GroupMemberReference,
  GroupSetGrantInput,
  GroupSetGrantPayload,
  GroupUpdateInput,
  GroupUpdatePayload,
} from './types.js';

@Resolver(() => Group)
export class GroupResolver {
  @FieldResolver(() => Workspace, { description: 'Where the group is.' })
  workspace(@Root() { workspaceId }: Group, @Ctx() { loaders }: Context): Promise<Workspace> {
    return loaders.workspaces.load(workspaceId);
  }

  @FieldResolver(() => GroupGrant, {
    nullable: true,
    description: 'The access that its members get. Null when it gives none.',
  })
  grants(@Root() { grantedRole, grantedSeatType }: Group): GroupGrant | null {
    if (grantedRole === null && grantedSeatType === null) return null;
    return { role: grantedRole, seatType: grantedSeatType };
  }

  @FieldResolver(() => MemberConnection, { description: 'Who is in it, in the order of their ids.' })
  async members(
    @Root() group: Group,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
  ) {
    return new MemberConnection(await groups.members(services, group, page));
  }

  @FieldResolver(() => [GroupMemberReference], {
    description:
      'Everybody who is in it, however many, in the order of their ids: id and name only. It counts as a page of a thousand; `members` is for lists of groups.',
  })
  everyMember(@Root() group: Group, @Ctx() { services }: Context): Promise<GroupMemberReference[]> {
    return groups.everyMember(services, group);
  }

  @FieldResolver(() => AuditEntryConnection, {
    description: 'What has been changed about the group, newest first.',
  })
  async history(
    @Root() { id, workspaceId }: Group,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
  ) {
    return new AuditEntryConnection(await audit.list(services, workspaceId, { targetId: id }, page));
  }

  @FieldResolver(() => GroupAbilities, { description: 'What the caller may do to the group.' })
  viewerCan(@Root() { workspaceId }: Group, @Ctx() { services }: Context): Promise<GroupAbilities> {
    return abilities.ofGroup(services, workspaceId);
  }

  @Mutation(() => GroupCreatePayload, { description: 'Makes a group, with members in it.' })
  groupCreate(
    @Arg('input', () => GroupCreateInput, { description: 'The group.' }) input: GroupCreateInput,
    @Ctx() { services }: Context,
  ): Promise<GroupCreatePayload> {
    return commands.create(services, given(input));
  }

  @Mutation(() => GroupUpdatePayload, {
    description: "Changes name, external id and members, all at once; the members' access follows.",
  })
  groupUpdate(
    @Arg('input', () => GroupUpdateInput, { description: 'What to change.' }) input: GroupUpdateInput,
    @Ctx() { services }: Context,
  ): Promise<GroupUpdatePayload> {
    return commands.update(services, given(input));
  }

  @Mutation(() => GroupSetGrantPayload, {
    description:
      "Sets what a group grants; its members' access follows. For people and operators, not for keys.",
  })
  groupSetGrant(
    @Arg('input', () => GroupSetGrantInput, { description: 'The grant.' }) input: GroupSetGrantInput,
    @Ctx() { services }: Context,
  ): Promise<GroupSetGrantPayload> {
    const { role = null, seatType = null } = input.grant;
    return commands.setGrant(services, { ...input, grant: { grantedRole: role, grantedSeatType: seatType } });
  }

  @Mutation(() => GroupClearGrantPayload, {
    description:
      "Lets a group grant nothing; its members' access follows. For people and operators, not for keys.",
  })
  groupClearGrant(
    @Arg('input', () => GroupClearGrantInput, { description: 'Whose.' }) input: GroupClearGrantInput,
    @Ctx() { services }: Context,
  ): Promise<GroupClearGrantPayload> {
    return commands.setGrant(services, { ...input, grant: { grantedRole: null, grantedSeatType: null } });
  }

  @Mutation(() => GroupDeletePayload, { description: 'Deletes a group. Its members stay members.' })
  groupDelete(
    @Arg('input', () => GroupDeleteInput, { description: 'Which.' }) input: GroupDeleteInput,
    @Ctx() { services }: Context,
  ): Promise<GroupDeletePayload> {
    return commands.deleteGroup(services, input);
  }
}
