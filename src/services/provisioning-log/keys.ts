import { hashSecret, readSecret, sameHash } from '../../auth/secret.js';
import { arrayOf, nullable, text, timestamptz, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import type { KeyCode, ScimClient } from '../../domain/provisioning-log.js';
import type { LogKey } from './entry.js';

/** A request that was refused because of its key. */
export interface KeyFault {
  /** The workspace in the URL, which may not exist. */
  readonly workspaceId: string;
  readonly credential: string | undefined;
  readonly at: Date;
  readonly client: ScimClient;
  readonly method: string;
  readonly network: string;
  readonly requestId: string;
  /** Set for a key that is valid for this workspace: why it does not open SCIM. */
  readonly known?: { readonly code: KeyCode; readonly apiKeyId: string; readonly apiKeyLabel: string };
}

/** The workspace of a faulty key, and the fault. */
export interface KnownFault extends LogKey {
  readonly code: KeyCode;
}

/** Finds enabled keys, keys that no longer work, and recently deleted keys (rule 51). */
const FIND = statement({
  name: 'provisioningLog.findKeys',
  text: `
    select s.lookup, s.hash, k.id as "apiKeyId", k.workspace_id as "workspaceId", k.name, k.disabled_at as "disabledAt",
      least(k.expires_at, s.expires_at) as "expiresAt", null::timestamptz as "deletedAt"
    from api_key_secret s join api_key k on k.id = s.api_key_id where s.lookup = any($lookups::text[])
    union all
    select lookup, hash, api_key_id, workspace_id, name, null, null, deleted_at
    from deleted_api_key_secret where lookup = any($lookups::text[])`,
  parameters: { lookups: arrayOf(text) },
  columns: {
    lookup: text,
    hash: text,
    apiKeyId: uuid,
    workspaceId: uuid,
    name: text,
    disabledAt: nullable(timestamptz),
    expiresAt: nullable(timestamptz),
    deletedAt: nullable(timestamptz),
  },
});

/** Identifies a credential without storing it. */
export interface KeyLookup {
  readonly lookup: string;
  readonly hash: string;
}

/** Returns what finds a credential. @returns undefined for text that is not an API key */
export function keyLookupOf(credential: string | undefined): KeyLookup | undefined {
  const secret = credential === undefined ? undefined : readSecret(credential);
  if (credential === undefined || secret?.kind !== 'key') return undefined;
  return { lookup: secret.lookup, hash: hashSecret(credential) };
}

/**
 * Finds the owners of refused keys.
 * @returns a function that returns the fault of one credential, used with the URL of a workspace
 */
export async function findKeyFaults(
  sql: Sql,
  credentials: readonly KeyLookup[],
): Promise<(workspaceId: string, credential: KeyLookup | undefined, at: Date) => KnownFault> {
  const lookups = [...new Set(credentials.map(({ lookup }) => lookup))];
  const rows = lookups.length === 0 ? [] : await FIND.rows(sql, { lookups });
  return (workspaceId, credential, at) => {
    const row =
      credential &&
      rows.find(({ lookup, hash }) => lookup === credential.lookup && sameHash(hash, credential.hash));
    if (row === undefined) return { workspaceId, apiKeyId: null, apiKeyLabel: null, code: 'KEY_UNKNOWN' };
    const key = { workspaceId: row.workspaceId, apiKeyId: row.apiKeyId, apiKeyLabel: row.name };
    if (row.deletedAt !== null) return { ...key, code: 'KEY_DELETED' };
    if (row.disabledAt !== null) return { ...key, code: 'KEY_DISABLED' };
    if (row.expiresAt !== null && row.expiresAt <= at) return { ...key, code: 'KEY_EXPIRED' };
    // Reported only to the workspace of the key: the other one learns nothing.
    if (row.workspaceId !== workspaceId) return { ...key, code: 'KEY_OF_OTHER_WORKSPACE' };
    return { workspaceId, apiKeyId: null, apiKeyLabel: null, code: 'KEY_UNKNOWN' };
  };
}
