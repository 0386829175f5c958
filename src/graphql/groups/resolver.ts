import { Arg, Args, Ctx, Extensions, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
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
  groupsOf,
  members as listGroupMembers,
  list as listGroups,
} from '../../services/groups/queries.js';
import { edgeIn } from '../../services/lists/page.js';
import { changedMembers } from '../../services/members/queries.js';
import { ofGroup as abilitiesOnGroup } from '../../services/viewer/abilities.js';
import { AuditEntryConnection } from '../audit/types.js';
import { OffsetPageArguments, PageArguments } from '../lists/arguments.js';
import { orderOf } from '../lists/direction.js';
import { wellFormedId } from '../lists/ids.js';
import { GroupFilter } from '../members/filter.js';
import { MemberConnection } from '../members/types.js';
import type { Context } from '../serving/context.js';
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
  GroupEdge,
  GroupGrant,
  GroupMemberReference,
  GroupSetGrantPayload,
  GroupUpdatePayload,
} from './types.js';

@Resolver(() => Group)
export class GroupResolver {
  @FieldResolver(() => Workspace, { description: 'The workspace to which the group belongs.' })
  workspace(@Root() { workspaceId }: Group, @Ctx() { loaders }: Context): Promise<Workspace> {
    return loaders.workspaces.load(workspaceId);
  }

  @FieldResolver(() => GroupGrant, {
    nullable: true,
    description: 'The access that the group grants to its members. Null when it grants none.',
  })
  grants(@Root() { grantedRole, grantedSeatType }: Group): GroupGrant | null {
    if (grantedRole === null && grantedSeatType === null) return null;
    return { role: grantedRole, seatType: grantedSeatType };
  }

  @FieldResolver(() => MemberConnection, {
    nullable: true,
    description: 'The members of the group, by id. Null when the caller may not read groups.',
  })
  async members(
    @Root() group: Group,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
  ) {
    return new MemberConnection(await listGroupMembers(services, group, page));
  }

  @Extensions({ listSize: () => 1000 })
  @FieldResolver(() => [GroupMemberReference], {
    nullable: true,
    description:
      'All members of the group, by id, with id and name only. It costs as much as a page of 1000 items, so use ' +
      '`members` in lists of groups. Null when the caller may not read groups.',
  })
  everyMember(@Root() group: Group, @Ctx() { services }: Context): Promise<readonly GroupMemberReference[]> {
    return everyMember(services, group);
  }

  @FieldResolver(() => AuditEntryConnection, {
    nullable: true,
    description: 'The changes of the group, newest first. Null when the caller may not read the audit log.',
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
}

@Resolver(() => Workspace)
export class WorkspaceGroupsResolver {
  @FieldResolver(() => Group, {
    nullable: true,
    description:
      'One group, by its id or by its display name. Null when there is none, and when the caller may not read groups.',
  })
  group(
    @Root() workspace: Workspace,
    @Ctx() { services }: Context,
    @Arg('id', () => ID, { nullable: true, description: 'The id of the group.' }) id?: string | null,
    @Arg('displayName', () => String, {
      nullable: true,
      description: 'The display name of the group, regardless of case.',
    })
    displayName?: string | null,
  ): Promise<Group | null> {
    const by = { id: wellFormedId(id ?? null, 'id'), displayName: displayName ?? null };
    return getGroup(services, workspace.id, by);
  }

  @FieldResolver(() => GroupConnection, {
    nullable: true,
    description: 'The groups of the workspace. Null when the caller may not read groups.',
  })
  async groups(
    @Root() { id }: Workspace,
    @Args(() => OffsetPageArguments) page: OffsetPageArguments,
    @Ctx() { services }: Context,
    @Arg('filter', () => GroupFilter, {
      nullable: true,
      description: 'The conditions on the groups. Without a filter all are listed.',
    })
    filter?: GroupFilter | null,
    @Arg('orderBy', () => GroupOrder, {
      nullable: true,
      description: 'The order of the groups. The default is the order of creation.',
    })
    orderBy?: GroupOrder | null,
  ) {
    const order = orderBy == null ? null : orderOf(orderBy);
    return new GroupConnection(await listGroups(services, id, filter ?? {}, order, page));
  }
}

const CHANGED_MEMBERS = {
  nullable: true,
  description:
    'The members whose record changed with the group: those who joined or left it, and those whose access follows it. ' +
    'Null when the caller may not read members.',
};

/** Declares a payload's field for the members that a change of a group has changed. */
function changedMembersOf(payload: () => new () => object) {
  @Resolver(payload)
  class ChangedMembersResolver {
    @FieldResolver(() => MemberConnection, CHANGED_MEMBERS)
    async changedMembers(
      @Root() { workspaceId, changedMemberIds }: GroupDeletePayload,
      @Args(() => PageArguments) page: PageArguments,
      @Ctx() { services }: Context,
    ) {
      return new MemberConnection(await changedMembers(services, workspaceId, changedMemberIds, page));
    }
  }
  return ChangedMembersResolver;
}

export const GROUP_PAYLOAD_RESOLVERS = [
  changedMembersOf(() => GroupCreatePayload),
  changedMembersOf(() => GroupUpdatePayload),
  changedMembersOf(() => GroupSetGrantPayload),
  changedMembersOf(() => GroupClearGrantPayload),
  changedMembersOf(() => GroupDeletePayload),
] as const;

@Resolver(() => GroupCreatePayload)
export class GroupCreatePayloadResolver {
  @FieldResolver(() => GroupEdge, { description: 'The new group as an item of `Workspace.groups`.' })
  groupEdge(@Root() { group }: GroupCreatePayload) {
    return edgeIn(groupsOf(group.workspaceId), group);
  }
}

@Resolver(() => GroupDeletePayload)
export class GroupDeletePayloadResolver {
  @FieldResolver(() => Workspace, {
    nullable: true,
    description: 'The workspace that had the group. Null when it was deleted in the meantime.',
  })
  workspace(@Root() { workspaceId }: GroupDeletePayload, @Ctx() { loaders }: Context): Promise<Workspace> {
    return loaders.workspaces.load(workspaceId);
  }
}

@Resolver()
export class GroupMutations {
  @Mutation(() => GroupCreatePayload, {
    nullable: true,
    description: 'Creates a group, with members in it. Null when refused.',
  })
  groupCreate(
    @Arg('input', () => GroupCreateInput, { description: 'The group to create.' }) input: GroupCreateInput,
    @Ctx() { services }: Context,
  ): Promise<GroupCreatePayload> {
    return createGroup(services, sentFields(input));
  }

  @Mutation(() => GroupUpdatePayload, {
    nullable: true,
    description:
      'Changes the name, the external id and the members of a group in one step. The access of members follows the ' +
      'grant. Null when refused.',
  })
  groupUpdate(
    @Arg('input', () => GroupUpdateInput, { description: 'The changes to make.' }) input: GroupUpdateInput,
    @Ctx() { services }: Context,
  ): Promise<GroupUpdatePayload> {
    return updateGroup(services, sentFields(input));
  }

  @Mutation(() => GroupSetGrantPayload, {
    nullable: true,
    description:
      'Sets the access that a group grants, which its members get at once. For owners, admins and operators; API keys ' +
      'cannot do it. Null when refused.',
  })
  groupSetGrant(
    @Arg('input', () => GroupSetGrantInput, { description: 'The grant to set.' }) input: GroupSetGrantInput,
    @Ctx() { services }: Context,
  ): Promise<GroupSetGrantPayload> {
    const { role = null, seatType = null } = input.grant;
    return setGrant(services, { ...input, grant: { grantedRole: role, grantedSeatType: seatType } });
  }

  @Mutation(() => GroupClearGrantPayload, {
    nullable: true,
    description:
      'Clears the access that a group grants, which its members lose at once. For owners, admins and operators; API ' +
      'keys cannot do it. Null when refused.',
  })
  groupClearGrant(
    @Arg('input', () => GroupClearGrantInput, { description: 'The group whose grant to clear.' })
    input: GroupClearGrantInput,
    @Ctx() { services }: Context,
  ): Promise<GroupClearGrantPayload> {
    return setGrant(services, { ...input, grant: { grantedRole: null, grantedSeatType: null } });
  }

  @Mutation(() => GroupDeletePayload, {
    nullable: true,
    description: 'Deletes a group. Its members remain in the workspace. Null when refused.',
  })
  groupDelete(
    @Arg('input', () => GroupDeleteInput, { description: 'The group to delete.' }) input: GroupDeleteInput,
    @Ctx() { services }: Context,
  ): Promise<GroupDeletePayload> {
    return deleteGroup(services, input);
  }
}
