import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { actorLabel } from '../auth/actor.js';
import { mintSecret } from '../auth/secret.js';
import type { Transaction } from '../database/database.js';
import type { AuditAction } from '../domain/audit-actions.js';
import { DomainError } from '../domain/errors.js';
import { isId, newId } from '../domain/ids.js';
import { requiredName } from '../domain/text.js';
import { ApiKey, ApiKeySecret } from '../model/api-key.js';
import type { ApiKeyScope } from '../model/enums.js';
import { changesBetween, record } from './audit/record.js';
import { authenticated, authorize } from './context/authorization.js';
import type { ServiceContext } from './context/service-context.js';
import { asIs, type ListOrder, Page, type PageArguments } from './lists/page.js';

/** Rule 25. */
export const MOST_KEYS = 10;
const LONGEST_OVERLAP_HOURS = 7 * 24;
const HOUR_MS = 3_600_000;
const LONGEST_NAME = 100;

/** A key as it is shown once, with its secret (rule 26). */
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
      ...apiKeysOf(workspaceId),
      columns: KEY_COLUMNS,
      from: 'api_key k',
      where: 'k.workspace_id = $1',
      values: [workspaceId],
      id: 'k.id',
    },
    page,
    asIs,
  );
}

/** What the cursors of the workspace's keys belong to. */
export function apiKeysOf(workspaceId: string): ListOrder {
  return { name: `apiKeys ${workspaceId}` };
}

/**
 * One of the workspace's keys.
 * @returns null when there is none with that id
 * @throws DomainError as `authorize` does
 */
export async function get(
  context: ServiceContext,
  { workspaceId, apiKeyId }: KeyTarget,
): Promise<ApiKey | null> {
  await authorize(context, 'apiKey.manage', workspaceId);
  const [apiKey] = await context.reads.rows<ApiKey>(
    `select ${KEY_COLUMNS} from api_key k where k.workspace_id = $1 and k.id = $2`,
    [workspaceId, apiKeyId],
  );
  return apiKey ?? null;
}

const KEY_COLUMNS = `
  k.id, k.workspace_id as "workspaceId", k.name, k.description, k.scopes, k.prefix, k.created_by as "createdBy",
  k.created_at as "createdAt", k.last_used_at as "lastUsedAt", k.last_used_from as "lastUsedFrom",
  k.expires_at as "expiresAt", k.disabled_at as "disabledAt"`;

/**
 * Makes a key and shows its secret, this once (rules 25–27).
 * @throws DomainError as `authorize` does; INVALID_INPUT: no name, no scope, past expiry, ten keys already
 */
export async function create(context: ServiceContext, input: NewApiKey): Promise<MintedKey> {
  const { workspace } = await authorize(context, 'apiKey.manage', input.workspaceId);
  const name = requiredName(input.name, LONGEST_NAME);
  if (input.scopes.length === 0)
    throw new DomainError('INVALID_INPUT', 'A key needs a scope.', { attribute: 'scopes' });
  requireFuture(input.expiresAt ?? null);
  return context.database.transaction(async (tx) => {
    // Counting the keys means keeping others from adding one meanwhile.
    await tx.rows('select 1 from workspace where id = $1 for no key update', [workspace.id]);
    if ((await tx.em.count(ApiKey, { workspaceId: workspace.id })) >= MOST_KEYS) {
      throw new DomainError('INVALID_INPUT', `A workspace has at most ${MOST_KEYS} API keys.`, {
        hint: 'Delete one that is no longer used.',
      });
    }
    const minted = mintSecret('key');
    const apiKey = tx.em.create(
      ApiKey,
      {
        id: newId(),
        workspaceId: workspace.id,
        name,
        description: storableDescription(input.description ?? null),
        scopes: [...new Set(input.scopes)],
        prefix: minted.prefix,
        createdBy: actorLabel(authenticated(context)),
        createdAt: new Date(),
        lastUsedAt: null,
        lastUsedFrom: null,
        expiresAt: input.expiresAt ?? null,
        disabledAt: null,
      },
      { persist: true },
    );
    addSecret(tx.em, apiKey, minted);
    await recordKey(context, tx, 'apiKey.create', apiKey, {}, described(apiKey));
    return { apiKey, secret: minted.secret };
  });
}

export interface ApiKeyUpdate extends KeyTarget {
  readonly name?: string | null;
  readonly description?: string | null;
  readonly enabled?: boolean | null;
}

/**
 * Renames, describes, disables or enables a key. What is not given stays; a null description is cleared.
 * @throws DomainError as `authorize` does; NOT_FOUND; INVALID_INPUT
 */
export async function update(context: ServiceContext, input: ApiKeyUpdate): Promise<ApiKey> {
  return changing(context, input, async (tx, apiKey) => {
    const before = described(apiKey);
    if (input.name != null) apiKey.name = requiredName(input.name, LONGEST_NAME);
    if (input.description !== undefined) apiKey.description = storableDescription(input.description);
    if (input.enabled != null && input.enabled !== (apiKey.disabledAt === null)) {
      apiKey.disabledAt = input.enabled ? null : new Date();
    }
    await recordKey(context, tx, 'apiKey.update', apiKey, before, described(apiKey));
    return apiKey;
  });
}

/**
 * Gives the key a new secret. The old one goes on working for the overlap, so that it can be replaced where it is
 * used without an interruption (rule 25).
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
  return changing(context, input, async (tx, apiKey) => {
    const minted = mintSecret('key');
    const before = described(apiKey);
    await tx.rows(`update api_key_secret set expires_at = least(expires_at, $2) where api_key_id = $1`, [
      apiKey.id,
      new Date(Date.now() + overlapHours * HOUR_MS),
    ]);
    addSecret(tx.em, apiKey, minted);
    apiKey.prefix = minted.prefix;
    await recordKey(context, tx, 'apiKey.rotate', apiKey, before, described(apiKey));
    return { apiKey, secret: minted.secret };
  });
}

/**
 * Deletes a key: its secrets stop working.
 * @throws DomainError as `authorize` does; NOT_FOUND
 */
export async function remove(context: ServiceContext, target: KeyTarget): Promise<{ apiKeyId: string }> {
  return changing(context, target, async (tx, apiKey) => {
    await recordKey(context, tx, 'apiKey.delete', apiKey, described(apiKey), {});
    tx.em.remove(apiKey);
    return { apiKeyId: target.apiKeyId };
  });
}

/** Locks a key of the workspace, works on it, and forgets what was believed of it. */
async function changing<Result>(
  context: ServiceContext,
  { workspaceId, apiKeyId }: KeyTarget,
  work: (tx: Transaction, apiKey: ApiKey) => Promise<Result>,
): Promise<Result> {
  await authorize(context, 'apiKey.manage', workspaceId);
  return context.database.transaction(async (tx) => {
    const apiKey = isId(apiKeyId)
      ? await tx.em.findOne(ApiKey, { id: apiKeyId, workspaceId }, { lockMode: LockMode.PESSIMISTIC_WRITE })
      : null;
    if (apiKey === null) throw new DomainError('NOT_FOUND', 'There is no such API key in this workspace.');
    await context.credentials.forgetAtCommit(tx);
    return work(tx, apiKey);
  });
}

function addSecret(
  em: EntityManager,
  apiKey: ApiKey,
  { lookup, hash }: { lookup: string; hash: string },
): void {
  em.create(ApiKeySecret, { lookup, hash, apiKeyId: apiKey.id, expiresAt: null }, { persist: true });
}

/** What an audit entry tells of a key: everything but its secrets. */
function described({ name, description, scopes, prefix, expiresAt, disabledAt }: ApiKey): object {
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

function storableDescription(text: string | null): string | null {
  if (text !== null && (text.includes('\0') || !text.isWellFormed())) {
    throw new DomainError('INVALID_INPUT', 'description cannot contain NUL or half characters.', {
      attribute: 'description',
    });
  }
  return text;
}

function requireFuture(expiresAt: Date | null): void {
  if (expiresAt !== null && expiresAt.getTime() <= Date.now()) {
    throw new DomainError('INVALID_INPUT', 'expiresAt must lie in the future.', { attribute: 'expiresAt' });
  }
}
