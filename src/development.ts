import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from './database/embedded/directory.js';
import type { SeededWorkspace } from './seed.js';

/** What development remembers between starts, so that the banner can show it again. Production has no such file. */
export interface DevelopmentSecrets {
  readonly operatorToken: string;
  readonly workspaces: readonly SeededWorkspace[];
}

/** Reads what was remembered, or makes a new operator token. */
export async function recall(dataDir: string): Promise<DevelopmentSecrets> {
  try {
    const remembered: Partial<DevelopmentSecrets> = JSON.parse(await readFile(fileIn(dataDir), 'utf8'));
    const { operatorToken, workspaces = [] } = remembered;
    if (typeof operatorToken === 'string' && Array.isArray(workspaces)) return { operatorToken, workspaces };
  } catch (error) {
    // No file at the first start; a damaged one is worth no more than none.
    if (!(error instanceof SyntaxError) && !isMissing(error)) throw error;
  }
  return { operatorToken: `rollcall_operator_${randomBytes(24).toString('base64url')}`, workspaces: [] };
}

/** Remembers, readable by the owner of the process only. */
export async function remember(dataDir: string, secrets: DevelopmentSecrets): Promise<void> {
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
