import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { MemberAccess } from '../../model/access.js';
import { Group } from '../../model/group.js';
import { Member } from '../../model/member.js';
import { YearMonth } from '../../model/scalars.js';
import { SeatAllocation } from '../../model/seat-allocation.js';
import { Workspace } from '../../model/workspace.js';
import * as apiKeys from '../../services/api-keys.js';
import * as audit from '../../services/audit/queries.js';
import * as credits from '../../services/credits/queries.js';
import * as groups from '../../services/groups/queries.js';
import * as members from '../../services/members/members.js';
import * as seats from '../../services/seats.js';
import * as abilities from '../../services/viewer/abilities.js';
import {
  create as createWorkspace,
  setCreditPool,
  update as updateWorkspace,
} from '../../services/workspaces/commands.js';
import {
  defaultAccess,
  get as getWorkspace,
  list as listWorkspaces,
} from '../../services/workspaces/queries.js';
import { AuditFilter } from '../audit/types.js';
import { GroupFilter, GroupOrder } from '../groups/filter.js';
import { OffsetPageArguments, PageArguments } from '../lists/arguments.js';
import {
  ApiKeyConnection,
  AuditEntryConnection,
  GroupConnection,
  MemberConnection,
  WorkspaceConnection,
} from '../lists/connection.js';
import { MemberFilter } from '../members/filter.js';
import {
  CreditPoolSetInput,
  SeatsSetInput,
  WorkspaceCreateInput,
  WorkspaceUpdateInput,
} from '../members/inputs.js';
import { MemberOrder } from '../members/order.js';
import {
  CreditPoolSetPayload,
  SeatsSetPayload,
  WorkspaceCreatePayload,
  WorkspaceUpdatePayload,
} from '../members/payloads.js';
import type { Context } from '../serving/context.js';
import { given } from '../serving/sent-fields.js';
import { WorkspaceAbilities } from '../viewer/abilities.js';
import { CreditPool, MemberCounts, ScimEndpoint } from './types.js';

@Resolver(() => Workspace)
export class WorkspaceResolver {
  @Query(() => Workspace, {
    nullable: true,
    description: 'One workspace. Null when there is none for the caller.',
  })
  workspace(
    @Arg('id', () => ID, { description: 'The workspace ID.' }) id: string,
    @Ctx() { services }: Context,
  ): Promise<Workspace | null> {
    return getWorkspace(services, id);
  }

  @Query(() => WorkspaceConnection, {
    description:
      "The caller's workspaces, oldest first: a key's own, those that a person is in, an operator's all.",
  })
  async workspaces(@Args(() => PageArguments) page: PageArguments, @Ctx() { services }: Context) {
    return new WorkspaceConnection(await listWorkspaces(services, page));
  }

  @FieldResolver(() => MemberAccess, {
    nullable: true,
    description:
      'What somebody gets who is added without a role or a seat. Null on V1 when no seat is given.',
  })
  defaultAccess(@Root() workspace: Workspace) {
    return defaultAccess(workspace);
  }

  @FieldResolver(() => [SeatAllocation], { description: 'V1: the seats it has bought. Empty on V2.' })
  seats(@Root() { id }: Workspace, @Ctx() { services }: Context): Promise<SeatAllocation[]> {
    return seats.list(services, id);
  }

  @FieldResolver(() => CreditPool, {
    nullable: true,
    description:
      'V2: the credit pool of a month. Null on V1, and for months before a pool was first set: nobody can use credits then.',
  })
  creditPool(
    @Root() { id }: Workspace,
    @Ctx() { services }: Context,
    @Arg('month', () => YearMonth, { nullable: true, description: 'The current month unless told.' })
    month?: string | null,
  ): Promise<CreditPool | null> {
    return credits.pool(services, id, month ?? null);
  }

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
    return members.get(services, workspace.id, { id: id ?? null, userName: userName ?? null });
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
    return new MemberConnection(await members.list(services, id, filter ?? {}, orderBy ?? null, page));
  }

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
    return groups.get(services, workspace.id, { id: id ?? null, displayName: displayName ?? null });
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
    return new GroupConnection(await groups.list(services, id, filter ?? {}, orderBy ?? null, page));
  }

  @FieldResolver(() => MemberCounts, {
    description: 'How many members; the active ones by role or seat type.',
  })
  memberCounts(@Root() { id }: Workspace, @Ctx() { services }: Context) {
    return members.counts(services, id);
  }

  @FieldResolver(() => ApiKeyConnection, { description: 'Its API keys, oldest first.' })
  async apiKeys(
    @Root() { id }: Workspace,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
  ) {
    return new ApiKeyConnection(await apiKeys.list(services, id, page));
  }

  @FieldResolver(() => AuditEntryConnection, { description: 'What has been changed, newest first.' })
  async auditLog(
    @Root() { id }: Workspace,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
    @Arg('filter', () => AuditFilter, { nullable: true, description: 'Which changes. All unless told.' })
    filter?: AuditFilter | null,
  ) {
    return new AuditEntryConnection(await audit.list(services, id, filter ?? {}, page));
  }

  @FieldResolver(() => ScimEndpoint, { description: 'How an identity provider connects.' })
  scim(@Root() { id, scimEnabled }: Workspace, @Ctx() { origin }: Context): ScimEndpoint {
    return { baseUrl: `${origin}/scim/v2/organizations/${id}`, enabled: scimEnabled };
  }

  @FieldResolver(() => WorkspaceAbilities, { description: 'What the caller may do here.' })
  viewerCan(@Root() { id }: Workspace, @Ctx() { services }: Context): Promise<WorkspaceAbilities> {
    return abilities.ofWorkspace(services, id);
  }

  @Mutation(() => WorkspaceCreatePayload, {
    description: 'Creates a workspace with its first owner. For operators.',
  })
  workspaceCreate(
    @Arg('input', () => WorkspaceCreateInput, { description: 'The workspace.' }) input: WorkspaceCreateInput,
    @Ctx() { services }: Context,
  ): Promise<WorkspaceCreatePayload> {
    return createWorkspace(services, input);
  }

  @Mutation(() => WorkspaceUpdatePayload, {
    description: 'Changes settings. Plan and SCIM are for operators.',
  })
  async workspaceUpdate(
    @Arg('input', () => WorkspaceUpdateInput, { description: 'What to change.' }) input: WorkspaceUpdateInput,
    @Ctx() { services }: Context,
  ): Promise<WorkspaceUpdatePayload> {
    return { workspace: await updateWorkspace(services, given(input)) };
  }

  @Mutation(() => SeatsSetPayload, { description: 'V1: sets how many seats of a type there are.' })
  async seatsSet(
    @Arg('input', () => SeatsSetInput, { description: 'How many of which type.' }) input: SeatsSetInput,
    @Ctx() { services, loaders }: Context,
  ): Promise<SeatsSetPayload> {
    const set = await seats.set(services, input);
    return { seats: set, workspace: await loaders.workspaces.load(set.workspaceId) };
  }

  @Mutation(() => CreditPoolSetPayload, {
    description:
      'V2: sets what the credit pool holds each month: from the current one on, at once; past months stay as they were. ' +
      'It may hold less than is used by now: then nothing more is used until the next month.',
  })
  async creditPoolSet(
    @Arg('input', () => CreditPoolSetInput, { description: 'How many credits.' }) input: CreditPoolSetInput,
    @Ctx() { services }: Context,
  ): Promise<CreditPoolSetPayload> {
    return { workspace: await setCreditPool(services, input) };
  }
}
