import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { Group } from '../../model/group.js';
import { Workspace } from '../../model/workspace.js';
import { list as listAuditEntries } from '../../services/audit/queries.js';
import {
  create as createGroup,
  deleteGroup,
  setGrant,
  update as updateGroup,
} from '../../services/groups/commands.js';
import {
  everyMember,
  get as getGroup,
  members as listGroupMembers,
  list as listGroups,
} from '../../services/groups/queries.js';
import { ofGroup as abilitiesOnGroup } from '../../services/viewer/abilities.js';
import { AuditEntryConnection } from '../audit/types.js';
import { OffsetPageArguments, PageArguments } from '../lists/arguments.js';
import { GroupFilter } from '../members/filter.js';
import { MemberConnection } from '../members/types.js';
import { type Context } from '../serving/context.js';
import { sentFields } from '../serving/sent-fields.js';
import {
  GroupClearGrantInput,
  GroupCreateInput,
  GroupDeleteInput,
  GroupSetGrantInput,
  GroupUpdateInput,
} from './inputs.js';
import { GroupOrder } from './order.js';
import {
  GroupAbilities,
  GroupClearGrantPayload,
  GroupConnection,
  GroupCreatePayload,
  GroupDeletePayload,
  GroupGrant,
  GroupMemberReference,
  GroupSetGrantPayload,
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
    return new MemberConnection(await listGroupMembers(services, group, page));
  }

  @FieldResolver(() => [GroupMemberReference], {
    description:
      'Everybody who is in it, however many, in the order of their ids: id and name only. It counts as a page of a thousand; `members` is for lists of groups.',
  })
  everyMember(@Root() group: Group, @Ctx() { services }: Context): Promise<GroupMemberReference[]> {
    return everyMember(services, group);
  }

  @FieldResolver(() => AuditEntryConnection, {
    description: 'What has been changed about the group, newest first.',
  })
  async history(
    @Root() { id, workspaceId }: Group,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
  ) {
    return new AuditEntryConnection(await listAuditEntries(services, workspaceId, { targetId: id }, page));
  }

  @FieldResolver(() => GroupAbilities, { description: 'What the caller may do to the group.' })
  viewerCan(@Root() { workspaceId }: Group, @Ctx() { services }: Context): Promise<GroupAbilities> {
    return abilitiesOnGroup(services, workspaceId);
  }

  @Mutation(() => GroupCreatePayload, { description: 'Makes a group, with members in it.' })
  groupCreate(
    @Arg('input', () => GroupCreateInput, { description: 'The group.' }) input: GroupCreateInput,
    @Ctx() { services }: Context,
  ): Promise<GroupCreatePayload> {
    return createGroup(services, sentFields(input));
  }

  @Mutation(() => GroupUpdatePayload, {
    description: "Changes name, external id and members, all at once; the members' access follows.",
  })
  groupUpdate(
    @Arg('input', () => GroupUpdateInput, { description: 'What to change.' }) input: GroupUpdateInput,
    @Ctx() { services }: Context,
  ): Promise<GroupUpdatePayload> {
    return updateGroup(services, sentFields(input));
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
    return setGrant(services, { ...input, grant: { grantedRole: role, grantedSeatType: seatType } });
  }

  @Mutation(() => GroupClearGrantPayload, {
    description:
      "Lets a group grant nothing; its members' access follows. For people and operators, not for keys.",
  })
  groupClearGrant(
    @Arg('input', () => GroupClearGrantInput, { description: 'Whose.' }) input: GroupClearGrantInput,
    @Ctx() { services }: Context,
  ): Promise<GroupClearGrantPayload> {
    return setGrant(services, { ...input, grant: { grantedRole: null, grantedSeatType: null } });
  }

  @Mutation(() => GroupDeletePayload, { description: 'Deletes a group. Its members stay members.' })
  groupDelete(
    @Arg('input', () => GroupDeleteInput, { description: 'Which.' }) input: GroupDeleteInput,
    @Ctx() { services }: Context,
  ): Promise<GroupDeletePayload> {
    return deleteGroup(services, input);
  }
}

@Resolver(() => Workspace)
export class WorkspaceGroupsResolver {
  @FieldResolver(() => Group, {
    nullable: true,
    description: 'One group, by id or by display name, and not by both. Null when there is no such group.',
  })
  group(
    @Root() workspace: Workspace,
    @Ctx() { services }: Context,
    @Arg('id', () => ID, { nullable: true, description: 'The group id.' }) id?: string | null,
    @Arg('displayName', () => String, { nullable: true, description: 'The display name, without case.' })
    displayName?: string | null,
  ): Promise<Group | null> {
    return getGroup(services, workspace.id, { id: id ?? null, displayName: displayName ?? null });
  }

  @FieldResolver(() => GroupConnection, { description: 'Its groups.' })
  async groups(
    @Root() { id }: Workspace,
    @Args(() => OffsetPageArguments) page: OffsetPageArguments,
    @Ctx() { services }: Context,
    @Arg('filter', () => GroupFilter, { nullable: true, description: 'Which ones. All unless told.' })
    filter?: GroupFilter | null,
    @Arg('orderBy', () => GroupOrder, { nullable: true, description: 'In which order. By id unless told.' })
    orderBy?: GroupOrder | null,
  ) {
    return new GroupConnection(await listGroups(services, id, filter ?? {}, orderBy ?? null, page));
  }
}
