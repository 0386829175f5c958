/**
 * SQL for whether a workspace requires members with the account's address to come through its provider (rule 43).
 * @param workspaceId SQL for the workspace's id
 * @param accountId SQL for the account's id
 */
export function ssoRequiredFor(_workspaceId: string, _accountId: string): string {
  return 'false';
}

/**
 * SQL for whether the account's address is in a verified domain of the workspace's connection: then the customer
 * controls the mailbox, and so each workspace that a mail link would open (rule 32).
 * @param workspaceId SQL for the workspace's id
 * @param accountId SQL for the account's id
 */
export function addressVerifiedBy(_workspaceId: string, _accountId: string): string {
  return 'false';
}

/** SQL for whether the workspace has a connection through which its members can sign in. */
export function hasConnection(_workspaceId: string): string {
  return 'false';
}
