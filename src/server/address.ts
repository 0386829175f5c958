import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { databaseName } from '../database/open.js';
import type { Config } from './config.js';

/** A file that a running server keeps beside its data, so that a command in another terminal finds the server. */
interface Running {
  readonly url: string;
  readonly database: string;
}

/**
 * Writes the address of this process's server to the data directory, if the server uses one.
 * @returns the function that removes it
 */
export function leaveAddress(config: Config, url: string): () => void {
  const usesDataDir = config.databaseUrl === undefined || config.development;
  if (!usesDataDir) return () => undefined;
  const running: Running = { url, database: databaseName(config) };
  mkdirSync(directoryIn(config), { recursive: true });
  const file = join(directoryIn(config), `${process.pid}.json`);
  writeFileSync(file, `${JSON.stringify(running)}\n`);
  return () => rmSync(file, { force: true });
}

/**
 * Finds the server that runs on the configured database by the address that it has written. Addresses of killed servers
 * are removed.
 * @returns its URL; undefined when none is found
 */
export function runningServer(config: Config): string | undefined {
  const directory = directoryIn(config);
  const database = databaseName(config);
  const found = namesIn(directory).map((name) => {
    const file = join(directory, name);
    if (isAlive(Number.parseInt(name, 10))) return readRunning(file);
    rmSync(file, { force: true });
    return undefined;
  });
  return found.find((running) => running?.database === database)?.url;
}

function directoryIn({ dataDir }: Config): string {
  return join(dataDir, 'servers');
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // No server has been started with this data directory, or this user may not read it.
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Reads the address of a server.
 * @returns undefined when the server has just removed the file, or has not written it yet
 */
function readRunning(file: string): Running | undefined {
  try {
    const { url, database }: Partial<Running> = JSON.parse(readFileSync(file, 'utf8'));
    return typeof url === 'string' && typeof database === 'string' ? { url, database } : undefined;
  } catch {
    return undefined;
  }
}
