import { actorLabel } from '../auth/actor.js';
import { type MintedSecret, mintSecret } from '../auth/secret.js';
import { nullable, timestamptz, uuid } from '../database/column-types.js';
import type { Transaction } from '../database/database.js';
import { query, rowOf, rowsOf } from '../database/query.js';
import { selection, statement } from '../database/statement.js';
import { selectList, TABLES } from '../database/tables.js';
import type { AuditAction } from '../domain/audit-actions.js';
import { DomainError } from '../domain/errors.js';
import { isId, newId } from '../domain/ids.js';
import { readDescription, requiredName } from '../domain/text.js';
import type { ApiKey } from '../model/api-key.js';
import type { ApiKeyScope } from '../model/enums.js';
import { changesBetween, record } from './audit/record.js';
import { authenticated, authorize } from './context/authorization.js';
import { runCommand } from './context/command.js';
import type { ServiceContext } from './context/service-context.js';
import type { ListOrder } from './lists/listing.js';
import { asIs, Page, type PageArguments } from './lists/page.js';

/** Rule 25. */
export const MOST_KEYS = 10;
const LONGEST_OVERLAP_HOURS = 7 * 24;
const HOUR_MS = 3_600_000;
const LONGEST_NAME = 100;

/** A key with its secret, which is shown only once (rule 26). */
export interface MintedKey {
  readonly apiKey: ApiKey;
  readonly secret: string;
}

export interface NewApiKey {
  readonly workspaceId: string;
  readonly name: string;
  readonly description?: string | null;
  readonly scopes: readonly ApiKeyScope[];
  readonly expiresAt?: Date | null;
}

interface KeyTarget {
  readonly workspaceId: string;
  readonly apiKeyId: string;
}

/**
 * The workspace's keys, oldest first.
 * @throws DomainError as `authorize` does
 */
export async function list(
  context: ServiceContext,
  workspaceId: string,
  page: PageArguments,
): Promise<Page<ApiKey>> {
  await authorize(context, 'apiKey.manage', workspaceId);
  return new Page<ApiKey>(
    context.batched,
    {
      ...KEYS,
      owner: workspaceId,
      where: 'k.workspace_id = $1',
      values: [workspaceId],
      id: 'k.id',
    },
    page,
    asIs,
  );
}

/** The list to which a cursor of the workspace's keys belongs. */
export function apiKeysOf(workspaceId: string): ListOrder {
  return { name: KEYS.name, owner: workspaceId };
}

/**
 * One of the workspace's keys.
 * @returns null when there is none with the id
 * @throws DomainError as `authorize` does
 */
export async function get(
  context: ServiceContext,
  { workspaceId, apiKeyId }: KeyTarget,
): Promise<ApiKey | null> {
  await authorize(context, 'apiKey.manage', workspaceId);
  const apiKey = await rowOf(
    context.reads,
    query
      .selectFrom('apiKey')
      .select(TABLES.apiKey.properties)
      .where('workspaceId', '=', workspaceId)
      .where('id', '=', apiKeyId),
  );
  return apiKey ?? null;
}

const KEYS = selection({
  name: 'apiKeys.list',
  columns: selectList(TABLES.apiKey, 'k'),
  types: TABLES.apiKey.columns,
  from: 'api_key k',
});

/**
 * Makes a key and returns its secret, which cannot be read again (rules 25–27).
 * @throws DomainError as `authorize` does; INVALID_INPUT: no name, no scope, past expiry, ten keys already
 */
export async function create(context: ServiceContext, input: NewApiKey): Promise<MintedKey> {
  await authorize(context, 'apiKey.manage', input.workspaceId);
  const name = requiredName(input.name, LONGEST_NAME);
  if (input.scopes.length === 0)
    throw new DomainError('INVALID_INPUT', 'A key needs a scope.', { attribute: 'scopes' });
  requireFuture(input.expiresAt ?? null);
  return runCommand(context, 'apiKey.manage', input.workspaceId, async (tx, { workspace }) => {
    await requireRoom(tx, workspace.id);
    const minted = mintSecret('key');
    const apiKey: ApiKey = {
      id: newId(),
      workspaceId: workspace.id,
      name,
      description: readDescription(input.description ?? null),
      scopes: [...new Set(input.scopes)],
      prefix: minted.prefix,
      createdBy: actorLabel(authenticated(context)),
      createdAt: new Date(),
      lastUsedAt: null,
      lastUsedFrom: null,
      expiresAt: input.expiresAt ?? null,
      disabledAt: null,
    };
    await rowsOf(tx, query.insertInto('apiKey').values(apiKey));
    await insertSecret(tx, apiKey, minted);
    await recordKey(context, tx, 'apiKey.create', apiKey, {}, auditedKey(apiKey));
    return { apiKey, secret: minted.secret };
  });
}

/** Locks the workspace, so that no other transaction adds a key, and counts its keys. @throws DomainError INVALID_INPUT */
async function requireRoom(tx: Transaction, workspaceId: string): Promise<void> {
  await rowsOf(tx, query.selectFrom('workspace').select('id').where('id', '=', workspaceId).forNoKeyUpdate());
  const keys = await rowsOf(
    tx,
    query.selectFrom('apiKey').select('id').where('workspaceId', '=', workspaceId).limit(MOST_KEYS),
  );
  if (keys.length < MOST_KEYS) return;
  throw new DomainError('INVALID_INPUT', `A workspace has at most ${MOST_KEYS} API keys.`, {
    hint: 'Delete one that is no longer used.',
  });
}

export interface ApiKeyUpdate extends KeyTarget {
  readonly name?: string | null;
  readonly description?: string | null;
  readonly enabled?: boolean | null;
}

/**
 * Changes a key. Absent attributes stay unchanged; a null description is cleared.
 * @throws DomainError as `authorize` does; NOT_FOUND; INVALID_INPUT
 */
export async function update(context: ServiceContext, input: ApiKeyUpdate): Promise<ApiKey> {
  const { name, description, enabled } = input;
  return onKey(context, input, async (tx, before) => {
    const apiKey: ApiKey = {
      ...before,
      ...(name == null ? {} : { name: requiredName(name, LONGEST_NAME) }),
      ...(description === undefined ? {} : { description: readDescription(description) }),
      ...(enabled == null || enabled === (before.disabledAt === null)
        ? {}
        : { disabledAt: enabled ? null : new Date() }),
    };
    await writeKey(tx, apiKey);
    await recordKey(context, tx, 'apiKey.update', apiKey, auditedKey(before), auditedKey(apiKey));
    return apiKey;
  });
}

/**
 * Gives the key a new secret. The old secret keeps working for the overlap, so that clients can switch without an
 * interruption (rule 25).
 * @param overlapHours whole hours, 0 to 168; 0 stops the old secret at once
 * @throws DomainError as `authorize` does; NOT_FOUND; INVALID_INPUT
 */
export async function rotate(
  context: ServiceContext,
  input: KeyTarget & { readonly overlapHours: number },
): Promise<MintedKey> {
  const { overlapHours } = input;
  if (overlapHours < 0 || overlapHours > LONGEST_OVERLAP_HOURS) {
    throw new DomainError('INVALID_INPUT', `overlapHours must be from 0 to ${LONGEST_OVERLAP_HOURS}.`, {
      attribute: 'overlapHours',
    });
  }
  return onKey(context, input, async (tx, before) => {
    if (before.expiresAt !== null && before.expiresAt.getTime() <= Date.now()) {
      throw new DomainError('INVALID_INPUT', `The key expired at ${before.expiresAt.toISOString()}.`, {
        hint: 'Create another key.',
      });
    }
    const minted = mintSecret('key');
    await expireSecrets(tx, before, new Date(Date.now() + overlapHours * HOUR_MS));
    const apiKey: ApiKey = { ...before, prefix: minted.prefix };
    await insertSecret(tx, apiKey, minted);
    await writeKey(tx, apiKey);
    await recordKey(context, tx, 'apiKey.rotate', apiKey, auditedKey(before), auditedKey(apiKey));
    return { apiKey, secret: minted.secret };
  });
}

/**
 * Deletes a key: its secrets stop working.
 * @throws DomainError as `authorize` does; NOT_FOUND
 */
export async function remove(context: ServiceContext, target: KeyTarget): Promise<{ apiKeyId: string }> {
  return onKey(context, target, async (tx, apiKey) => {
    await recordKey(context, tx, 'apiKey.delete', apiKey, auditedKey(apiKey), {});
    await REMEMBER_SECRETS.rows(tx, { apiKeyId: apiKey.id });
    await rowsOf(tx, query.deleteFrom('apiKey').where('id', '=', apiKey.id));
    return { apiKeyId: target.apiKeyId };
  });
}

/**
 * Until when the old secret of a key keeps working after a rotation.
 * @returns null when only the newest secret works
 * @throws DomainError as `authorize` does
 */
export async function oldSecretWorksUntil(
  context: ServiceContext,
  { id: apiKeyId, workspaceId }: ApiKey,
): Promise<Date | null> {
  await authorize(context, 'apiKey.manage', workspaceId);
  const [secret] = await OLD_SECRET.rows(context.batched, { apiKeyId });
  return secret?.expiresAt ?? null;
}

/** The newest secret of a key has no end of its own. */
const OLD_SECRET = statement({
  name: 'apiKeys.oldSecret',
  text: `
    select s.expires_at as "expiresAt" from api_key_secret s
    where s.api_key_id = $apiKeyId and s.expires_at > clock_timestamp() order by s.expires_at desc limit 1`,
  parameters: { apiKeyId: uuid },
  columns: { expiresAt: nullable(timestamptz) },
});

/** The provisioning log distinguishes a deleted key from an unknown one (rule 51). */
const REMEMBER_SECRETS = statement({
  name: 'apiKeys.rememberSecrets',
  text: `
    insert into deleted_api_key_secret (lookup, hash, api_key_id, workspace_id, name, deleted_at)
    select s.lookup, s.hash, k.id, k.workspace_id, k.name, now()
    from api_key_secret s join api_key k on k.id = s.api_key_id where k.id = $apiKeyId`,
  parameters: { apiKeyId: uuid },
});

/** Runs `work` on a key of the workspace, locked, and makes every process drop the key from its cache at the commit. */
async function onKey<Result>(
  context: ServiceContext,
  { workspaceId, apiKeyId }: KeyTarget,
  work: (tx: Transaction, apiKey: ApiKey) => Promise<Result>,
): Promise<Result> {
  return runCommand(context, 'apiKey.manage', workspaceId, async (tx) => {
    const apiKey = isId(apiKeyId) ? await lockKey(tx, workspaceId, apiKeyId) : undefined;
    if (apiKey === undefined)
      throw new DomainError('NOT_FOUND', 'There is no such API key in this workspace.');
    await context.credentials.forgetAtCommit(tx);
    return work(tx, apiKey);
  });
}

function lockKey(tx: Transaction, workspaceId: string, apiKeyId: string): Promise<ApiKey | undefined> {
  return rowOf(
    tx,
    query
      .selectFrom('apiKey')
      .select(TABLES.apiKey.properties)
      .where('id', '=', apiKeyId)
      .where('workspaceId', '=', workspaceId)
      .forUpdate(),
  );
}

/** Writes the columns that commands change. Authentication writes the columns of the last use, at any time. */
async function writeKey(
  tx: Transaction,
  { id, name, description, prefix, disabledAt }: ApiKey,
): Promise<void> {
  await rowsOf(
    tx,
    query.updateTable('apiKey').set({ name, description, prefix, disabledAt }).where('id', '=', id),
  );
}

async function insertSecret(tx: Transaction, { id }: ApiKey, { lookup, hash }: MintedSecret): Promise<void> {
  await rowsOf(tx, query.insertInto('apiKeySecret').values({ lookup, hash, apiKeyId: id, expiresAt: null }));
}

/** Lets the key's secrets expire at this time, unless they expire earlier. */
async function expireSecrets(tx: Transaction, { id }: ApiKey, at: Date): Promise<void> {
  await rowsOf(
    tx,
    query
      .updateTable('apiKeySecret')
      .set(({ fn, ref, val }) => ({ expiresAt: fn('least', [ref('expiresAt'), val(at)]) }))
      .where('apiKeyId', '=', id),
  );
}

/** The values of a key for audit entries: everything but its secrets. */
function auditedKey({ name, description, scopes, prefix, expiresAt, disabledAt }: ApiKey): object {
  return { name, description, scopes: [...scopes], prefix, expiresAt, enabled: disabledAt === null };
}

async function recordKey(
  context: ServiceContext,
  tx: Transaction,
  action: AuditAction,
  apiKey: ApiKey,
  before: object,
  after: object,
): Promise<void> {
  const changes = changesBetween(before, after);
  if (Object.keys(changes).length === 0) return;
  const target = { type: 'apiKey', id: apiKey.id, label: apiKey.name };
  await record(context, tx, { workspaceId: apiKey.workspaceId, action, target, changes });
}

function requireFuture(expiresAt: Date | null): void {
  if (expiresAt !== null && expiresAt.getTime() <= Date.now()) {
    throw new DomainError('INVALID_INPUT', 'expiresAt must lie in the future.', { attribute: 'expiresAt' });
  }
}
