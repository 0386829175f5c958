import { credentialIn } from '../auth/secret.js';
import { networkPrefixOf, type ScimEvent, type ScimRead } from '../domain/provisioning-log.js';
import type { Clock } from '../domain/session.js';
import type { ScimDependencies } from '../scim/http/router.js';
import { requireScim } from '../services/context/authorization.js';
import type { ProvisioningLog } from '../services/provisioning-log/recorder.js';
import type { Callers } from './callers.js';

/** Lets the keys of a workspace in, and records in its provisioning log which requests were not let in. */
export function scimContext({
  callers,
  provisioningLog,
  clock,
  origin,
}: {
  readonly callers: Callers;
  readonly provisioningLog: ProvisioningLog | undefined;
  readonly clock: Clock;
  readonly origin: string;
}): ScimDependencies['contextFor'] {
  return async ({ authorization, requestId, address, ...request }) => {
    const credential = credentialIn(authorization);
    const actor = await callers.verified(credential, address);
    const workspaceId = request.workspaceId.toLowerCase();
    const attempt = () => ({
      ...request,
      workspaceId,
      credential,
      requestId,
      network: networkPrefixOf(address),
      at: clock(),
    });
    // The answer is the same for a key of another workspace and for an unknown workspace.
    if (actor?.type !== 'API_KEY' || actor.workspace.id !== workspaceId) {
      provisioningLog?.recordKeyFault(attempt());
      return undefined;
    }
    const { apiKeyId, name: apiKeyLabel } = actor;
    try {
      requireScim(actor);
    } catch (error) {
      const code = actor.workspace.scimEnabled ? 'KEY_WITHOUT_SCOPE' : 'SCIM_DISABLED';
      provisioningLog?.recordKeyFault({ ...attempt(), known: { code, apiKeyId, apiKeyLabel } });
      throw error;
    }
    const contextValue = callers.contextOf({ actor, channel: 'SCIM', requestId }, origin);
    const key = { workspaceId, apiKeyId, apiKeyLabel };
    return {
      contextValue,
      workspaceVersion: actor.workspace.version,
      ...(provisioningLog && {
        record: (event: ScimEvent) => provisioningLog.record(event, key),
        recordRead: (read: ScimRead) => provisioningLog.recordRead(read, key),
      }),
    };
  };
}
