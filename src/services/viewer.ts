import { actorLabel } from '../auth/actor.js';
import type { Account } from '../model/account.js';
import type { ActorType } from '../model/enums.js';
import type { Workspace } from '../model/workspace.js';
import * as accounts from './accounts.js';
import { authenticated } from './authorization.js';
import type { ServiceContext } from './context.js';

/** Who is asking. */
export interface Viewer {
  readonly type: ActorType;
  readonly label: string;
  readonly account: Account | null;
  readonly workspace: Workspace | null;
}

/** @throws DomainError UNAUTHENTICATED */
export async function get(context: ServiceContext): Promise<Viewer> {
  const actor = authenticated(context);
  const [account] = actor.type === 'PERSON' ? await accounts.byIds(context.database, [actor.accountId]) : [];
  return {
    type: actor.type,
    label: actorLabel(actor),
    account: account ?? null,
    workspace: actor.type === 'API_KEY' ? actor.workspace : null,
  };
}
