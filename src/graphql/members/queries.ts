import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Extensions, FieldResolver, ID, Info, Int, Resolver, Root } from 'type-graphql';
import { MemberAccess } from '../../model/access.js';
import { Account } from '../../model/account.js';
import { RoleEnum } from '../../model/enums.js';
import { Member } from '../../model/member.js';
import { Membership } from '../../model/membership.js';
import { GraphQLDateTime } from '../../model/scalars.js';
import { Workspace } from '../../model/workspace.js';
import { list as listAuditEntries } from '../../services/audit/queries.js';
import { accountAsMember, type ShownAccount, seesWholeAccount } from '../../services/members/account.js';
import { lastActiveAt } from '../../services/members/activity.js';
import { countMatching, countsByDay } from '../../services/members/counts.js';
import { countMembers, getMember, listMembers, membershipsOf } from '../../services/members/queries.js';
import { type MemberRow, memberAccess, membershipOf } from '../../services/rows/members.js';
import { ofMember as abilitiesOnMember } from '../../services/viewer/abilities.js';
import { member as viewerMember } from '../../services/viewer/queries.js';
import { AuditEntryConnection } from '../audit/types.js';
import { OffsetPageArguments, PageArguments } from '../lists/arguments.js';
import { wellFormedId } from '../lists/ids.js';
import { selects } from '../lists/selection.js';
import type { Context } from '../serving/context.js';
import { MemberFilter } from './filter.js';
import { MemberOrder, memberOrder } from './order.js';
import { MemberAbilities, MemberConnection, MemberCounts, MemberDay, MembershipConnection } from './types.js';

@Resolver(() => Member)
export class MemberFieldsResolver {
  @FieldResolver(() => Workspace, { description: 'The workspace to which the member belongs.' })
  workspace(@Root() { workspaceId }: Member, @Ctx() { loaders }: Context): Promise<Workspace> {
    return loaders.workspaces.load(workspaceId);
  }

  @FieldResolver(() => Account, { description: 'The account of the person across all workspaces.' })
  async account(@Root() member: MemberRow, @Ctx() { loaders, services }: Context): Promise<ShownAccount> {
    if (!seesWholeAccount(services, member.accountId)) return accountAsMember(member);
    return loaders.accounts.load(member.accountId);
  }

  @FieldResolver(() => Membership, {
    nullable: true,
    description: 'The open membership. Null while the member is not active.',
  })
  membership(@Root() member: MemberRow): Membership | null {
    return membershipOf(member);
  }

  @FieldResolver(() => MembershipConnection, {
    description: 'All memberships of the member, newest first.',
  })
  memberships(
    @Root() member: MemberRow,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
  ) {
    return new MembershipConnection(membershipsOf(services, member, page));
  }

  @FieldResolver(() => AuditEntryConnection, {
    nullable: true,
    description: 'The changes of the member, newest first. Null when the caller may not read the audit log.',
  })
  async history(
    @Root() { id, workspaceId }: Member,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
  ) {
    return new AuditEntryConnection(await listAuditEntries(services, workspaceId, { targetId: id }, page));
  }

  @FieldResolver(() => GraphQLDateTime, {
    nullable: true,
    description:
      'The last time at which the person used credits or made a change in the workspace. Null when it never happened.',
  })
  lastActiveAt(@Root() member: MemberRow, @Ctx() { services }: Context): Promise<Date | null> {
    return lastActiveAt(services, member);
  }

  @FieldResolver(() => MemberAbilities, { description: 'What the caller may do to the member.' })
  viewerCan(@Root() member: MemberRow, @Ctx() { services }: Context): Promise<MemberAbilities> {
    return abilitiesOnMember(services, member);
  }
}

@Resolver(() => Membership)
export class MembershipResolver {
  @FieldResolver(() => Member, {
    nullable: true,
    description:
      'The member to whom the membership belongs. Null when the record was deleted in the meantime.',
  })
  member(
    @Root() { workspaceId, memberId }: Membership,
    @Ctx() { services }: Context,
  ): Promise<Member | null> {
    return getMember(services, workspaceId, { id: memberId });
  }

  @FieldResolver(() => MemberAccess, {
    description: 'The access that the membership gives, or gave at its end.',
  })
  access(@Root() membership: Membership) {
    return memberAccess(membership);
  }

  @FieldResolver(() => RoleEnum, { description: 'The role in the membership, or at its end.' })
  role(@Root() { role }: Membership) {
    return role;
  }
}

const DEFAULT_DAYS = 30;

function requestedDays({ days }: { readonly days?: unknown }): number {
  return typeof days === 'number' ? days : DEFAULT_DAYS;
}

const FILTER = 'The conditions on the members. Without a filter all are listed.';

@Resolver(() => Workspace)
export class WorkspaceMembersResolver {
  @FieldResolver(() => Member, {
    nullable: true,
    description:
      'One member, by its id or by its userName. Null when there is none, and when the caller may not read members.',
  })
  member(
    @Root() workspace: Workspace,
    @Ctx() { services }: Context,
    @Arg('id', () => ID, { nullable: true, description: 'The id of the member.' }) id?: string | null,
    @Arg('userName', () => String, {
      nullable: true,
      description: 'The userName of the member, regardless of case.',
    })
    userName?: string | null,
  ): Promise<Member | null> {
    const by = { id: wellFormedId(id ?? null, 'id'), userName: userName ?? null };
    return getMember(services, workspace.id, by);
  }

  @FieldResolver(() => MemberConnection, {
    nullable: true,
    description:
      'The members of the workspace as they are now, active or not. `accessReview` lists those of the past. Null when ' +
      'the caller may not read members.',
  })
  async members(
    @Root() { id }: Workspace,
    @Args(() => OffsetPageArguments) page: OffsetPageArguments,
    @Ctx() { services }: Context,
    @Arg('filter', () => MemberFilter, { nullable: true, description: FILTER })
    filter: MemberFilter | null | undefined,
    @Arg('orderBy', () => MemberOrder, {
      nullable: true,
      description: 'The order of the members. The default is the order of creation.',
    })
    orderBy: MemberOrder | null | undefined,
    @Info() info: GraphQLResolveInfo,
  ) {
    const read = { order: memberOrder(orderBy), withGroups: selects(info, 'groups') };
    return new MemberConnection(await listMembers(services, id, filter ?? {}, page, read));
  }

  @FieldResolver(() => MemberCounts, {
    nullable: true,
    description:
      'The numbers of members, the active ones by role and by type of seat. Null when the caller may not read members.',
  })
  memberCounts(
    @Root() { id }: Workspace,
    @Ctx() { services }: Context,
    @Arg('filter', () => MemberFilter, { nullable: true, description: FILTER })
    filter?: MemberFilter | null,
  ) {
    return filter == null ? countMembers(services, id) : countMatching(services, id, filter);
  }

  @Extensions({ listSize: requestedDays })
  @FieldResolver(() => [MemberDay], {
    nullable: true,
    description:
      'The numbers of members by day (UTC), from today backwards, for a chart. Members whose record was deleted are ' +
      'not counted. Null when the caller may not read members.',
  })
  memberDays(
    @Root() { id }: Workspace,
    @Ctx() { services }: Context,
    @Arg('days', () => Int, { defaultValue: DEFAULT_DAYS, description: 'The number of days, from 1 to 366.' })
    days: number,
  ): Promise<MemberDay[]> {
    return countsByDay(services, id, days);
  }

  @FieldResolver(() => Member, {
    nullable: true,
    description: 'The member record of the caller. Null for API keys and operators.',
  })
  viewerMember(@Root() { id }: Workspace, @Ctx() { services }: Context): Promise<Member | null> {
    return viewerMember(services, id);
  }
}
