import type { AuditEntry } from '../../model/audit-entry.js';
import { list as listKeys } from '../api-keys.js';
import { authenticated, callerGrant, permits } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { findMembersOfAccounts } from '../rows/members.js';

type ActorRow = object & { readonly __typename: 'Member' | 'ApiKey' };

/**
 * The members and API keys that made changes, for entries that the caller may see.
 * @returns one item for each entry, in their order; null for operators and the system, for actors that are no longer in
 *   the workspace, and for those that the caller may not see
 */
export async function actorsOf(
  context: ServiceContext,
  entries: readonly AuditEntry[],
): Promise<(ActorRow | null)[]> {
  const found = new Map<string, ActorRow>();
  const byWorkspace = Map.groupBy(entries, ({ workspaceId }) => workspaceId);
  for (const [workspaceId, own] of byWorkspace) {
    if (workspaceId === null) continue;
    for (const [id, actor] of await actorsIn(context, workspaceId, own))
      found.set(`${workspaceId} ${id}`, actor);
  }
  return entries.map(({ workspaceId, actorId }) => found.get(`${workspaceId} ${actorId}`) ?? null);
}

async function actorsIn(
  context: ServiceContext,
  workspaceId: string,
  entries: readonly AuditEntry[],
): Promise<[string, ActorRow][]> {
  const grant = await callerGrant(context, workspaceId);
  const may = (action: 'member.read' | 'apiKey.manage') => permits(authenticated(context), grant, action);
  const idsOf = (type: AuditEntry['actorType']) =>
    entries.flatMap(({ actorType, actorId }) => (actorType === type && actorId !== null ? [actorId] : []));
  const accountIds = may('member.read') ? idsOf('PERSON') : [];
  const hasKeys = may('apiKey.manage') && idsOf('API_KEY').length > 0;
  const members = await findMembersOfAccounts(context.reads, workspaceId, accountIds);
  const keys = hasKeys ? await (await listKeys(context, workspaceId, {})).nodes() : [];
  return [
    ...members.map((member): [string, ActorRow] => [member.accountId, { ...member, __typename: 'Member' }]),
    ...keys.map((key): [string, ActorRow] => [key.id, { ...key, __typename: 'ApiKey' }]),
  ];
}
