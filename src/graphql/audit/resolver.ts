import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { AUDIT_ACTIONS } from '../../domain/audit-actions.js';
import { AuditEntry } from '../../model/audit-entry.js';
import { Node } from '../../model/node.js';
import { Workspace } from '../../model/workspace.js';
import { list as listAuditEntries } from '../../services/audit/queries.js';
import { PageArguments } from '../lists/arguments.js';
import { wellFormedId } from '../lists/ids.js';
import type { Context } from '../serving/context.js';
import { AuditAction, AuditActor, AuditEntryConnection, AuditFilter } from './types.js';

@Resolver(() => AuditEntry)
export class AuditEntryResolver {
  @FieldResolver(() => AuditActor, {
    nullable: true,
    description:
      'The member or API key that made the change. Null for operators and the system, for actors that are no longer ' +
      'in the workspace, and when the caller may not see the actor.',
  })
  actor(@Root() entry: AuditEntry, @Ctx() { loaders }: Context): Promise<object | null> {
    return loaders.auditActors.load(entry);
  }

  @FieldResolver(() => Node, {
    nullable: true,
    description:
      'The object that was changed, as it is now. Null when it was deleted, and when the caller may not see it.',
  })
  target(@Root() { targetId }: AuditEntry, @Ctx() { loaders }: Context): Promise<Node | null> {
    return loaders.nodes.load(targetId);
  }
}

@Resolver(() => Workspace)
export class AuditResolver {
  @Query(() => [AuditAction], {
    description: 'All actions that audit entries can have, for the menu of a filter.',
  })
  auditActions(): AuditAction[] {
    return Object.entries(AUDIT_ACTIONS).map(([name, description]) => ({ name, description }));
  }

  @FieldResolver(() => AuditEntryConnection, {
    nullable: true,
    description:
      'The changes in the workspace, newest first. Null when the caller may not read the audit log.',
  })
  async auditLog(
    @Root() { id }: Workspace,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
    @Arg('filter', () => AuditFilter, {
      nullable: true,
      description: 'The conditions on the entries. Without a filter all are listed.',
    })
    filter?: AuditFilter | null,
  ) {
    wellFormedId(filter?.actorId, 'filter.actorId');
    wellFormedId(filter?.targetId, 'filter.targetId');
    return new AuditEntryConnection(await listAuditEntries(services, id, filter ?? {}, page));
  }
}
