import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { MemberAccess } from '../../model/access.js';
import { Workspace } from '../../model/workspace.js';
import { ofWorkspace as abilitiesInWorkspace } from '../../services/viewer/abilities.js';
import { create as createWorkspace, update as updateWorkspace } from '../../services/workspaces/commands.js';
import {
  defaultAccess,
  get as getWorkspace,
  list as listWorkspaces,
} from '../../services/workspaces/queries.js';
import { PageArguments } from '../lists/arguments.js';
import { type Context } from '../serving/context.js';
import { sentFields } from '../serving/sent-fields.js';
import { WorkspaceCreateInput, WorkspaceUpdateInput } from './inputs.js';
import {
  ScimEndpoint,
  WorkspaceAbilities,
  WorkspaceConnection,
  WorkspaceCreatePayload,
  WorkspaceUpdatePayload,
} from './types.js';

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

  @FieldResolver(() => ScimEndpoint, { description: 'How an identity provider connects.' })
  scim(@Root() { id, scimEnabled }: Workspace, @Ctx() { origin }: Context): ScimEndpoint {
    return { baseUrl: `${origin}/scim/v2/organizations/${id}`, enabled: scimEnabled, workspaceId: id };
  }

  @FieldResolver(() => WorkspaceAbilities, { description: 'What the caller may do here.' })
  viewerCan(@Root() { id }: Workspace, @Ctx() { services }: Context): Promise<WorkspaceAbilities> {
    return abilitiesInWorkspace(services, id);
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
    return { workspace: await updateWorkspace(services, sentFields(input)) };
  }
}
