import { Arg, Args, Ctx, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import { MemberAccess } from '../../model/access.js';
import { Account } from '../../model/account.js';
import { RoleEnum } from '../../model/enums.js';
import { Member } from '../../model/member.js';
import { Membership } from '../../model/membership.js';
import { Workspace } from '../../model/workspace.js';
import { list as listAuditEntries } from '../../services/audit/queries.js';
import { countMembers, getMember, listMembers, membershipsOf } from '../../services/members/queries.js';
import { type MemberRow, memberAccess, membershipOf } from '../../services/rows/members.js';
import { ofMember as abilitiesOnMember } from '../../services/viewer/abilities.js';
import { member as viewerMember } from '../../services/viewer/queries.js';
import { AuditEntryConnection } from '../audit/types.js';
import { OffsetPageArguments, PageArguments } from '../lists/arguments.js';
import { type Context } from '../serving/context.js';
import { MemberFilter } from './filter.js';
import { MemberOrder } from './order.js';
import { MemberAbilities, MemberConnection, MemberCounts, MembershipConnection } from './types.js';

@Resolver(() => Member)
export class MemberFieldsResolver {
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
    return new MembershipConnection(membershipsOf(services, member, page));
  }

  @FieldResolver(() => AuditEntryConnection, {
    description: 'What has been changed about the member, newest first.',
  })
  async history(
    @Root() { id, workspaceId }: Member,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
  ) {
    return new AuditEntryConnection(await listAuditEntries(services, workspaceId, { targetId: id }, page));
  }

  @FieldResolver(() => MemberAbilities, { description: 'What the caller may do to the member.' })
  viewerCan(@Root() member: MemberRow, @Ctx() { services }: Context): Promise<MemberAbilities> {
    return abilitiesOnMember(services, member);
  }
}

@Resolver(() => Membership)
export class MembershipResolver {
  @FieldResolver(() => MemberAccess, {
    description: 'What the member may do in this stay, or could at its end.',
  })
  access(@Root() membership: Membership) {
    return memberAccess(membership);
  }

  @FieldResolver(() => RoleEnum, { description: 'What the member is in this stay, or was at its end.' })
  role(@Root() { role }: Membership) {
    return role;
  }
}

@Resolver(() => Workspace)
export class WorkspaceMembersResolver {
  @FieldResolver(() => Member, {
    nullable: true,
    description: 'One member, by id or by userName, and not by both. Null when there is no such member.',
  })
  member(
    @Root() workspace: Workspace,
    @Ctx() { services }: Context,
    @Arg('id', () => ID, { nullable: true, description: 'The member id.' }) id?: string | null,
    @Arg('userName', () => String, { nullable: true, description: 'The userName, without case.' })
    userName?: string | null,
  ): Promise<Member | null> {
    return getMember(services, workspace.id, { id: id ?? null, userName: userName ?? null });
  }

  @FieldResolver(() => MemberConnection, {
    description: 'Its members as they are now, active or not. For the past: `accessReview`.',
  })
  async members(
    @Root() { id }: Workspace,
    @Args(() => OffsetPageArguments) page: OffsetPageArguments,
    @Ctx() { services }: Context,
    @Arg('filter', () => MemberFilter, { nullable: true, description: 'Which ones. All unless told.' })
    filter?: MemberFilter | null,
    @Arg('orderBy', () => MemberOrder, { nullable: true, description: 'In which order. By id unless told.' })
    orderBy?: MemberOrder | null,
  ) {
    return new MemberConnection(await listMembers(services, id, filter ?? {}, orderBy ?? null, page));
  }

  @FieldResolver(() => MemberCounts, {
    description: 'How many members; the active ones by role or seat type.',
  })
  memberCounts(@Root() { id }: Workspace, @Ctx() { services }: Context) {
    return countMembers(services, id);
  }

  @FieldResolver(() => Member, {
    nullable: true,
    description: "The caller's own record, whatever the role. Null for keys and operators.",
  })
  viewerMember(@Root() { id }: Workspace, @Ctx() { services }: Context): Promise<Member | null> {
    return viewerMember(services, id);
  }
}
