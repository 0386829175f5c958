import type { Client } from 'urql';
import { refusalOf } from '../../app/client.js';
import { translate } from '../../app/messages.js';
import { MemberAddDocument } from './changes.generated.js';
import { accessInputOf, type MemberRow } from './person.js';

/** The values that are needed to add a removed member again. */
export type Removed = Pick<MemberRow, 'userName' | 'active' | 'role' | 'access'>;

/**
 * Undoes a removal: adds the person again with the access from before.
 * @param removed the member as it was before it was removed
 * @returns null when it succeeded, or else the reason
 */
export async function addAgain(
  client: Client,
  workspaceId: string,
  removed: Removed,
): Promise<string | null> {
  const access = accessInputOf(removed);
  const input = { workspaceId, userName: removed.userName, ...(access === undefined ? {} : { access }) };
  const { error } = await client.mutation(MemberAddDocument, { input }).toPromise();
  if (error === undefined) return null;
  return refusalOf(error)?.message ?? translate('state.offline');
}
