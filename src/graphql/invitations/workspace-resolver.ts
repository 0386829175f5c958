import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Workspace } from '../../model/workspace.js';
import { list as listInvitations } from '../../services/invitations/queries.js';
import { PageArguments } from '../lists/arguments.js';
import { InvitationConnection } from '../lists/connection.js';
import type { Context } from '../serving/context.js';
import { InvitationFilter, InvitationOrder } from './types.js';

@Resolver(() => Workspace)
export class WorkspaceInvitationsResolver {
  @FieldResolver(() => InvitationConnection, { description: 'Its invitations, newest first unless told.' })
  async invitations(
    @Root() { id }: Workspace,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
    @Arg('filter', () => InvitationFilter, { nullable: true, description: 'Which ones. All unless told.' })
    filter?: InvitationFilter | null,
    @Arg('orderBy', () => InvitationOrder, { nullable: true, description: 'In which order.' })
    orderBy?: InvitationOrder | null,
  ) {
    return new InvitationConnection(await listInvitations(services, id, filter ?? {}, orderBy ?? null, page));
  }
}
