import { actorLabel } from '../auth/actor.js';
import type { ActorType } from '../model/enums.js';
import type { Workspace } from '../model/workspace.js';
import { authenticated } from './authorization.js';
import type { ServiceContext } from './context.js';

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
