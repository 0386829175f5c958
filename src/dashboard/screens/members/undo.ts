import type { Client, CombinedError } from 'urql';
import { MemberAddDocument } from './changes.generated.js';
import { accessInputOf, type MemberRow } from './person.js';

/** The values that are needed to add a removed member again. */
export type Removed = Pick<MemberRow, 'userName' | 'active' | 'role' | 'access'>;

/**
 * Undoes a removal: adds the person again with the access from before.
 * @param removed the member as it was before it was removed
 * @returns why it failed; undefined when it succeeded
 */
export async function addAgain(
  client: Client,
  workspaceId: string,
  removed: Removed,
): Promise<CombinedError | undefined> {
  const access = accessInputOf(removed);
  const input = { workspaceId, userName: removed.userName, ...(access === undefined ? {} : { access }) };
  return (await client.mutation(MemberAddDocument, { input }).toPromise()).error;
}
