import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isEncryptionKey, newEncryptionKey } from '../auth/encryption.js';
import { arrayOf, boolean, integer, uuid } from '../database/column-types.js';
import type { Database } from '../database/database.js';
import { makeDirectory } from '../database/embedded/directory.js';
import { statement } from '../database/statement.js';
import { type SeededWorkspace, seed } from './seed.js';

/** Any number that nothing else in the database uses. */
const SEED_LOCK = 7_262_002;
const SEED_POLL_MS = 20;

/**
 * The secrets that development stores between starts, so that the banner can show them again. Production has no such
 * file.
 */
export interface DevelopmentSecrets {
  readonly operatorToken: string;
  /** Encrypts stored secrets when SECRETS_KEY is not set. */
  readonly secretsKey: string;
  readonly workspaces: readonly SeededWorkspace[];
}

/**
 * Returns the stored secrets, and seeds an empty database. If two servers start on it at once, one seeds it and both
 * store the result.
 */
export function developmentSecrets(dataDir: string, database: Database): Promise<DevelopmentSecrets> {
  return database.transaction(async (tx) => {
    await ALLOW_IDLE.rows(tx, {});
    // Not by waiting for the lock, which the time-outs of the connection would end.
    while ((await TRY_SEED_LOCK.row(tx, { lock: SEED_LOCK }))?.isLocked !== true) await wait(SEED_POLL_MS);
    const recalled = await recall(dataDir);
    const seeded = await seed(database);
    const secrets = { ...recalled, workspaces: seeded ?? (await existing(database, recalled)) };
    await remember(dataDir, secrets);
    return secrets;
  });
}

/** The transaction only holds the lock, while others seed. */
const ALLOW_IDLE = statement({
  name: 'development.allowIdle',
  text: "select 1 from set_config('idle_in_transaction_session_timeout', '0', true)",
  parameters: {},
});

const TRY_SEED_LOCK = statement({
  name: 'development.trySeedLock',
  text: 'select pg_try_advisory_xact_lock($lock::integer) as "isLocked"',
  parameters: { lock: integer },
  columns: { isLocked: boolean },
});

const EXISTING = statement({
  name: 'development.existing',
  text: 'select id from workspace where id = any($ids::uuid[])',
  parameters: { ids: arrayOf(uuid) },
  columns: { id: uuid },
});

/** Drops stored workspaces that belong to another database. */
async function existing(
  database: Database,
  { workspaces }: DevelopmentSecrets,
): Promise<DevelopmentSecrets['workspaces']> {
  const ids = workspaces.map(({ workspaceId }) => workspaceId);
  const rows = await EXISTING.rows(database, { ids });
  return workspaces.filter(({ workspaceId }) => rows.some(({ id }) => id === workspaceId));
}

/** Reads the stored secrets, and generates those that are missing. */
async function recall(dataDir: string): Promise<DevelopmentSecrets> {
  const { operatorToken, secretsKey, workspaces } = await remembered(dataDir);
  return {
    operatorToken:
      typeof operatorToken === 'string'
        ? operatorToken
        : `rollcall_operator_${randomBytes(24).toString('base64url')}`,
    secretsKey:
      typeof secretsKey === 'string' && isEncryptionKey(secretsKey) ? secretsKey : newEncryptionKey(),
    workspaces: Array.isArray(workspaces) ? workspaces : [],
  };
}

/** The content of the file; empty at the first start. */
async function remembered(dataDir: string): Promise<Partial<DevelopmentSecrets>> {
  try {
    return JSON.parse(await readFile(fileIn(dataDir), 'utf8'));
  } catch (error) {
    // A damaged file counts as absent.
    if (error instanceof SyntaxError || isMissing(error)) return {};
    throw error;
  }
}

/** The key that development has generated and stored; undefined before the first start of the server. */
export async function developmentSecretsKey(dataDir: string): Promise<string | undefined> {
  return (await remembered(dataDir)).secretsKey;
}

/** Stores the secrets, readable only by the owner of the process. */
async function remember(dataDir: string, secrets: DevelopmentSecrets): Promise<void> {
  await makeDirectory(dataDir);
  const draft = `${fileIn(dataDir)}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, fileIn(dataDir));
}

function fileIn(dataDir: string): string {
  return join(dataDir, 'development.json');
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
