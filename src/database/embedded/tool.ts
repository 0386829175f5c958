import { spawn } from 'node:child_process';
import type { ServerIdentity } from './identity.js';

/** The result of a PostgreSQL program: how it ended, and its output. */
export interface ToolResult {
  readonly exitCode: number | null;
  readonly output: string;
}

/**
 * The environment for PostgreSQL's programs: ours without PG* (PGPORT, PGDATA, PGOPTIONS … would change
 * what they do) and with untranslated messages, because some are recognised by their text.
 */
export function toolEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}

/**
 * Runs one of PostgreSQL's programs to its end.
 *
 * @throws the system's error when it can't be started at all.
 */
export function runTool(
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly identity: ServerIdentity | undefined },
): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: toolEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      ...options.identity,
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, output: Buffer.concat(chunks).toString('utf8') }));
  });
}

/** The last lines of a program's output, indented, for an error message. */
export function lastLines(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines
    .slice(-12)
    .map((line) => `    ${line}`)
    .join('\n');
}

/** Whether a program failed because the disk is full: "No space left on device", or a hint after a short write. */
export function isDiskFull(output: string): boolean {
  return /No space left on device|Check free disk space/.test(output);
}
