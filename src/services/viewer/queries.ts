import { type Actor, actorLabel } from '../../auth/actor.js';
import type { SessionMethod } from '../../domain/session.js';
import type { ActorType } from '../../model/enums.js';
import type { Workspace } from '../../model/workspace.js';
import { authenticated, authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { findMemberByAccount, type MemberRow } from '../rows/members.js';

/** The caller. */
export interface Viewer {
  readonly type: ActorType;
  readonly label: string;
  /** A person's; null for keys and operators. */
  readonly accountId: string | null;
  readonly workspace: Workspace | null;
  /** How a person signed in; null for keys and operators. */
  readonly method: SessionMethod | null;
  /** When the session ends at the latest; null without one. */
  readonly expiresAt: Date | null;
}

/** @throws DomainError UNAUTHENTICATED */
export function get(context: ServiceContext): Viewer {
  const actor = authenticated(context);
  return {
    type: actor.type,
    label: actorLabel(actor),
    accountId: actor.type === 'PERSON' ? actor.accountId : null,
    workspace: actor.type === 'API_KEY' ? actor.workspace : null,
    method: actor.type === 'PERSON' ? actor.method : null,
    expiresAt: sessionEndOf(actor),
  };
}

function sessionEndOf(actor: Actor): Date | null {
  if (actor.type === 'PERSON') return actor.expiresAt;
  return actor.type === 'OPERATOR' ? (actor.session?.expiresAt ?? null) : null;
}

/**
 * The caller's own member in a workspace. Every member may see it.
 * @returns null for keys and operators
 * @throws DomainError as `authorize` does
 */
export async function member(context: ServiceContext, workspaceId: string): Promise<MemberRow | null> {
  const actor = authenticated(context);
  await authorize(context, 'workspace.read', workspaceId);
  if (actor.type !== 'PERSON') return null;
  // By account, not by id: this is read for all workspaces of a person in one statement (`lists/batch.ts`).
  return (await findMemberByAccount(context.batched, workspaceId, actor.accountId)) ?? null;
}
