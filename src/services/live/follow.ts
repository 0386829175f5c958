import { type Actor, credentialEnd } from '../../auth/actor.js';
import type { AuditEntry } from '../../model/audit-entry.js';
import type { ScimRequest } from '../../model/scim-request.js';
import { authenticated, authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import type { Activity, Following } from './activity.js';
import type { Permission } from './follower.js';

/** What to follow, from where, and for whom. */
export interface Follow {
  readonly workspaceId: string;
  /** The id of the last entry that the caller has; absent: from now on. */
  readonly after?: string | null | undefined;
  /** The context of the same credential, verified again. */
  renew(): Promise<ServiceContext>;
}

/**
 * The audit entries of a workspace, as they are committed: each exactly once, in the order in which they were written.
 * @throws DomainError as `authorize` does; RATE_LIMITED; INVALID_INPUT for an `after` that is not in the log. The iterator
 *   throws a DomainError when the caller may follow no longer
 */
export async function followAudit(
  context: ServiceContext,
  activity: Activity,
  follow: Follow,
): Promise<AsyncIterableIterator<AuditEntry>> {
  return activity.followAudit(await following(context, follow));
}

/**
 * The SCIM requests of a workspace (rules 49, 51), as they are recorded: each exactly once.
 * @throws DomainError as `followAudit` does, and its iterator
 */
export async function followScim(
  context: ServiceContext,
  activity: Activity,
  follow: Follow,
): Promise<AsyncIterableIterator<ScimRequest>> {
  return activity.followScim(await following(context, follow));
}

async function following(
  context: ServiceContext,
  { workspaceId, after = null, renew }: Follow,
): Promise<Following> {
  const { workspace } = await authorize(context, 'audit.read', workspaceId);
  return {
    workspaceId: workspace.id,
    after,
    holder: holderOf(authenticated(context)),
    permission: await permissionOf(context, workspaceId),
    check: async () => permissionOf(await renew(), workspaceId),
  };
}

/** @throws DomainError as `authorize` does */
async function permissionOf(context: ServiceContext, workspaceId: string): Promise<Permission> {
  const { memberId } = await authorize(context, 'audit.read', workspaceId);
  const end = credentialEnd(authenticated(context));
  return { memberId, endsInMs: end === null ? null : end.getTime() - context.clock().getTime() };
}

function holderOf(actor: Actor): string {
  switch (actor.type) {
    case 'PERSON':
      return actor.sessionId;
    case 'API_KEY':
      return actor.apiKeyId;
    case 'OPERATOR':
      return actor.session?.id ?? 'operator';
    case 'SYSTEM':
      return 'system';
  }
}
