import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { AUDIT_ACTIONS } from '../../domain/audit-actions.js';
import { Workspace } from '../../model/workspace.js';
import { list as listAuditEntries } from '../../services/audit/queries.js';
import { PageArguments } from '../lists/arguments.js';
import { type Context } from '../serving/context.js';
import { AuditAction, AuditEntryConnection, AuditFilter } from './types.js';

@Resolver(() => Workspace)
export class AuditResolver {
  @Query(() => [AuditAction], {
    description: 'Everything that the audit log can say was done: for the menu of a filter.',
  })
  auditActions(): AuditAction[] {
    return Object.entries(AUDIT_ACTIONS).map(([name, description]) => ({ name, description }));
  }

  @FieldResolver(() => AuditEntryConnection, { description: 'What has been changed, newest first.' })
  async auditLog(
    @Root() { id }: Workspace,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
    @Arg('filter', () => AuditFilter, { nullable: true, description: 'Which changes. All unless told.' })
    filter?: AuditFilter | null,
  ) {
    return new AuditEntryConnection(await listAuditEntries(services, id, filter ?? {}, page));
  }
}
