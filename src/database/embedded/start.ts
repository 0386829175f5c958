import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { DatabaseAddress } from '../address.js';
import { findBinaries } from './binaries.js';
import { CLUSTER_USER, clusterPassword, ensureCluster } from './cluster.js';
import { makeDirectory } from './directory.js';
import { EmbeddedPostgresError, explainDirectoryError } from './error.js';
import { ensureDatabase, giveUp, type Hold, takeHold } from './hold.js';
import { serverIdentity } from './identity.js';
import { type LaunchPlan, launchServer, stopServer } from './launch.js';
import { type PostmasterFile, postmasterState, readPostmasterFile, removeStaleFile } from './postmaster.js';

/** A PostgreSQL server that this process uses, and that this or another process started. */
export interface EmbeddedPostgres {
  readonly address: DatabaseAddress;
  /** Ends the use, and stops the server when no other process uses it. Close your own connections first. Idempotent. */
  stop(): Promise<void>;
}

/** The server to start, and its directories. */
export interface EmbeddedPostgresOptions {
  /**
   * The directory for everything of the embedded server; made when missing. Below it are `postgres/`, the cluster
   * with its socket, and `postgres.log`.
   */
  readonly dataDir: string;
  /** The database to use; created, empty, when missing. */
  readonly database: string;
  /** Server settings (`fsync`, `max_connections`, …). They count only for the process that starts the server. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Has a server that dies started again. Absent: nobody starts it again. */
  readonly supervision?: Supervision | undefined;
}

/** Told what becomes of a server that has died. */
export interface Supervision {
  onRestarted(): void;
  /** It cannot be started again. */
  onGivenUp(error: Error): void;
}

/** Whether a cluster is in this data directory, running or not. */
export function hasCluster(dataDir: string): boolean {
  return existsSync(join(resolve(dataDir), 'postgres', 'PG_VERSION'));
}

/** A server that dies so often within a minute is not started again. */
const MOST_DEATHS = 5;
const DEATHS_WITHIN_MS = 60_000;

/** How long to wait while another process starts or stops the server. */
const PATIENCE_MS = 120_000;
const POLL_MS = 20;

/**
 * Starts PostgreSQL on a data directory, and makes the cluster the first time. A server that is already running there is
 * used: another process's, or one that a killed process left.
 *
 * @throws EmbeddedPostgresError saying what is wrong and what to do: no binaries for this platform, a directory
 *   that can't be used, a full disk, a cluster of another major version, a server that does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  try {
    const plan = await prepare(dataDir, options.settings ?? {});
    const { hold, address } = await holdServer(plan);
    try {
      await ensureDatabase(hold, options.database);
    } catch (error) {
      await leave(plan, hold);
      throw error;
    }
    const use = new ServerUse({ ...plan, port: address.port }, hold, options.supervision);
    return { address: { ...address, database: options.database }, stop: () => use.stop() };
  } catch (error) {
    throw explainDirectoryError(error, dataDir);
  }
}

/** Our use of a server, which is started again when it dies. */
class ServerUse {
  readonly #plan: LaunchPlan;
  #hold: Hold;
  #stopping: Promise<void> | undefined;
  #restarting: Promise<void> = Promise.resolve();
  #deaths: number[] = [];

  constructor(plan: LaunchPlan, hold: Hold, supervision: Supervision | undefined) {
    this.#plan = plan;
    this.#hold = hold;
    if (supervision !== undefined) this.#watch(supervision);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#restarting.then(() => leave(this.#plan, this.#hold));
    return this.#stopping;
  }

  #watch(supervision: Supervision): void {
    void this.#hold.lost.then(() => {
      if (this.#stopping === undefined) this.#restarting = this.#restart(supervision);
    });
  }

  /** Another process that uses the server may be faster; then its server is used. */
  async #restart(supervision: Supervision): Promise<void> {
    try {
      this.#countDeath();
      this.#hold = (await holdServer(this.#plan)).hold;
      this.#watch(supervision);
      supervision.onRestarted();
    } catch (error) {
      const told = explainDirectoryError(error, dirname(this.#plan.clusterDir));
      supervision.onGivenUp(told instanceof Error ? told : new Error(String(told)));
    }
  }

  /** @throws EmbeddedPostgresError when it dies again and again */
  #countDeath(): void {
    const now = Date.now();
    this.#deaths = [...this.#deaths.filter((time) => now - time < DEATHS_WITHIN_MS), now];
    if (this.#deaths.length < MOST_DEATHS) return;
    const { clusterDir, logFile } = this.#plan;
    throw new EmbeddedPostgresError(
      `PostgreSQL in ${clusterDir} ended ${MOST_DEATHS} times within a minute. Its log, ${logFile}, may say why.`,
    );
  }
}

async function prepare(dataDir: string, settings: Readonly<Record<string, string>>): Promise<LaunchPlan> {
  const clusterDir = join(dataDir, 'postgres');
  await makeDirectory(dataDir);
  const identity = await serverIdentity(clusterDir);
  const binaries = await findBinaries(identity);
  await ensureCluster(dataDir, clusterDir, binaries, identity);
  return { clusterDir, logFile: join(dataDir, 'postgres.log'), binaries, identity, settings };
}

type ServerAddress = Omit<DatabaseAddress, 'database'>;

/** Finds the running server or starts one, until this process holds it. */
async function holdServer(plan: LaunchPlan): Promise<{ hold: Hold; address: ServerAddress }> {
  for (const limit = Date.now() + PATIENCE_MS; ; await wait(POLL_MS)) {
    const file = await readPostmasterFile(plan.clusterDir);
    if (file !== undefined) {
      const address = await addressIn(plan, file);
      // Connect before looking at the process: a process of another container cannot be seen.
      const hold = address.host === '' ? 'nobody' : await takeHold(address);
      if (typeof hold === 'object') return { hold, address };
      const state = hold === 'busy' ? 'running' : await postmasterState(file, plan.clusterDir);
      if (state === 'running') {
        if (Date.now() < limit) continue;
        throw new EmbeddedPostgresError(
          `A PostgreSQL server (process ${file.pid}) has ${plan.clusterDir} but takes no connections. See ` +
            `${plan.logFile}; if process ${file.pid} is not PostgreSQL, remove ${join(plan.clusterDir, 'postmaster.pid')}.`,
        );
      }
      if (state === 'other') await removeStaleFile(file, plan.clusterDir);
    }
    const started = await launchServer(plan);
    if (!started && Date.now() > limit) {
      throw new EmbeddedPostgresError(
        `Parts of an earlier PostgreSQL server still use ${plan.clusterDir}: see ${plan.logFile}, and end these processes.`,
      );
    }
  }
}

async function addressIn(plan: LaunchPlan, file: PostmasterFile): Promise<ServerAddress> {
  const password = await clusterPassword(plan.clusterDir);
  return {
    host: file.host,
    port: file.port,
    user: CLUSTER_USER,
    ...(password === undefined ? {} : { password }),
  };
}

/** Ends the use of the server, and stops it when this process was the last user. */
async function leave(plan: LaunchPlan, hold: Hold): Promise<void> {
  let current: Hold | undefined = hold;
  let last: boolean | undefined;
  while (current !== undefined && last === undefined) {
    last = await giveUp(current);
    if (last === undefined) current = await holdAgain(plan);
  }
  // The server has stopped already.
  if (current === undefined) return;
  try {
    const file = await readPostmasterFile(plan.clusterDir);
    if (last && file !== undefined) await stopServer(plan, file);
  } finally {
    await current.client.end().catch(() => undefined);
  }
}

/** Holds the server again after a crash: PostgreSQL ends all connections when one crashes, and recovers. */
async function holdAgain(plan: LaunchPlan): Promise<Hold | undefined> {
  for (const limit = Date.now() + PATIENCE_MS; Date.now() < limit; await wait(POLL_MS)) {
    const file = await readPostmasterFile(plan.clusterDir);
    if (file === undefined) return undefined;
    const hold = file.host === '' ? 'nobody' : await takeHold(await addressIn(plan, file));
    if (typeof hold === 'object') return hold;
    if (hold === 'nobody' && (await postmasterState(file, plan.clusterDir)) !== 'running') return undefined;
  }
  return undefined;
}
