import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { MemberAccess } from '../../model/access.js';
import { Workspace } from '../../model/workspace.js';
import { edgeIn } from '../../services/lists/page.js';
import { ofWorkspace as abilitiesInWorkspace } from '../../services/viewer/abilities.js';
import { create as createWorkspace, update as updateWorkspace } from '../../services/workspaces/commands.js';
import {
  defaultAccess,
  get as getWorkspace,
  list as listWorkspaces,
  WORKSPACES,
} from '../../services/workspaces/queries.js';
import { PageArguments } from '../lists/arguments.js';
import { wellFormedId } from '../lists/ids.js';
import type { Context } from '../serving/context.js';
import { sentFields } from '../serving/sent-fields.js';
import { WorkspaceCreateInput, WorkspaceFilter, WorkspaceUpdateInput } from './inputs.js';
import {
  ScimEndpoint,
  WorkspaceAbilities,
  WorkspaceConnection,
  WorkspaceCreatePayload,
  WorkspaceEdge,
  WorkspaceUpdatePayload,
} from './types.js';

@Resolver(() => Workspace)
export class WorkspaceResolver {
  @Query(() => Workspace, {
    nullable: true,
    description: 'One workspace by its id. Null when there is none that the caller may see.',
  })
  workspace(
    @Arg('id', () => ID, { description: 'The id of the workspace.' }) id: string,
    @Ctx() { services }: Context,
  ): Promise<Workspace | null> {
    return getWorkspace(services, wellFormedId(id, 'id'));
  }

  @Query(() => WorkspaceConnection, {
    description:
      'The workspaces of the caller, oldest first: those of a person, that of an API key, and all for an operator.',
  })
  async workspaces(
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
    @Arg('filter', () => WorkspaceFilter, {
      nullable: true,
      description: 'The conditions on the workspaces. Without a filter all are listed.',
    })
    filter?: WorkspaceFilter | null,
  ) {
    return new WorkspaceConnection(await listWorkspaces(services, filter ?? {}, page));
  }

  @FieldResolver(() => MemberAccess, {
    nullable: true,
    description:
      'The access of members who are added without a role or a seat. Null in V1 workspaces that give them no seat.',
  })
  defaultAccess(@Root() workspace: Workspace) {
    return defaultAccess(workspace);
  }

  @FieldResolver(() => ScimEndpoint, {
    description: 'The settings with which an identity provider connects.',
  })
  scim(@Root() { id, scimEnabled }: Workspace, @Ctx() { origin }: Context): ScimEndpoint {
    return { baseUrl: `${origin}/scim/v2/organizations/${id}`, enabled: scimEnabled, workspaceId: id };
  }

  @FieldResolver(() => WorkspaceAbilities, { description: 'What the caller may do in the workspace.' })
  viewerCan(@Root() { id }: Workspace, @Ctx() { services }: Context): Promise<WorkspaceAbilities> {
    return abilitiesInWorkspace(services, id);
  }
}

@Resolver(() => WorkspaceCreatePayload)
export class WorkspaceCreatePayloadResolver {
  @FieldResolver(() => WorkspaceEdge, { description: 'The workspace as an item of `Query.workspaces`.' })
  workspaceEdge(@Root() { workspace }: WorkspaceCreatePayload) {
    return edgeIn(WORKSPACES, workspace);
  }
}

@Resolver()
export class WorkspaceMutations {
  @Mutation(() => WorkspaceCreatePayload, {
    nullable: true,
    description: 'Creates a workspace with its first owner. For operators. Null when refused.',
  })
  workspaceCreate(
    @Arg('input', () => WorkspaceCreateInput, { description: 'The workspace to create.' })
    { accessModel, ...input }: WorkspaceCreateInput,
    @Ctx() { services }: Context,
  ): Promise<WorkspaceCreatePayload> {
    return createWorkspace(services, { ...input, version: accessModel });
  }

  @Mutation(() => WorkspaceUpdatePayload, {
    nullable: true,
    description:
      'Changes the settings of a workspace. Only operators change plan and SCIM. Null when refused.',
  })
  async workspaceUpdate(
    @Arg('input', () => WorkspaceUpdateInput, { description: 'The changes to make.' })
    input: WorkspaceUpdateInput,
    @Ctx() { services }: Context,
  ): Promise<WorkspaceUpdatePayload> {
    return { workspace: await updateWorkspace(services, sentFields(input)) };
  }
}
