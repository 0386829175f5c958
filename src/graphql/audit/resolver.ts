import { Query, Resolver } from 'type-graphql';
import { AUDIT_ACTIONS } from '../../domain/audit-actions.js';
import { AuditAction } from './types.js';

@Resolver()
export class AuditResolver {
  @Query(() => [AuditAction], {
    description: 'Everything that the audit log can say was done: for the menu of a filter.',
  })
  auditActions(): AuditAction[] {
    return Object.entries(AUDIT_ACTIONS).map(([name, description]) => ({ name, description }));
  }
}
