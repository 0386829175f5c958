import { actorLabel } from '../../auth/actor.js';
import type { ActorType } from '../../model/enums.js';
import type { Workspace } from '../../model/workspace.js';
import { authenticated, authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import {
  MEMBER_ROW_COLUMNS,
  MEMBER_TABLES,
  type MemberRecord,
  type MemberRow,
  memberRow,
} from '../rows/members.js';

/** Who is asking. */
export interface Viewer {
  readonly type: ActorType;
  readonly label: string;
  /** A person's; null for keys and operators. */
  readonly accountId: string | null;
  readonly workspace: Workspace | null;
}

/** @throws DomainError UNAUTHENTICATED */
export function get(context: ServiceContext): Viewer {
  const actor = authenticated(context);
  return {
    type: actor.type,
    label: actorLabel(actor),
    accountId: actor.type === 'PERSON' ? actor.accountId : null,
    workspace: actor.type === 'API_KEY' ? actor.workspace : null,
  };
}

/**
 * The caller's own record in a workspace, which every member may see.
 * @returns null for keys and operators
 * @throws DomainError as `authorize` does
 */
export async function member(context: ServiceContext, workspaceId: string): Promise<MemberRow | null> {
  const actor = authenticated(context);
  await authorize(context, 'workspace.read', workspaceId);
  if (actor.type !== 'PERSON') return null;
  const [record] = await context.batched.rows<MemberRecord>(OWN_RECORD, [workspaceId, actor.accountId]);
  return record === undefined ? null : memberRow(record);
}

// Not by its id: a person's workspaces are asked all at once, and have nothing but the account in common.
const OWN_RECORD = `
  select ${MEMBER_ROW_COLUMNS} from ${MEMBER_TABLES} where m.workspace_id = $1 and m.account_id = $2`;
