import type { RequestHandler } from 'express';
import type { Database } from '../database/database.js';
import { knownMigrations } from '../database/migrate.js';
import type { RequestLocals } from './request-log.js';

type Handler = RequestHandler<unknown, unknown, unknown, unknown, RequestLocals>;

/** Why a process takes no requests, as `/readyz` says it. */
const REASONS = {
  DRAINING: 'This process stops: it finishes its requests and takes no more from a load balancer.',
  DATABASE_AWAY: 'The database does not answer.',
  MIGRATIONS_MISSING: 'The database lacks migrations of this version. Restart Rollcall, which applies them.',
} as const;

type Reason = keyof typeof REASONS;

/** Says that the process is alive, whatever the database does: a restart would not bring a database back. */
export const alive: Handler = (_request, response) => {
  response.locals.route = '/healthz';
  response.json({ status: 'ok' });
};

/** Knows whether this process takes requests, within three seconds and on a connection that no request uses. */
export class Readiness {
  readonly #database: Database;
  #isDraining = false;
  #asked: Promise<Reason | undefined> | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** From now on the process is not ready. */
  drain(): void {
    this.#isDraining = true;
  }

  /** Answers `/readyz`: 200 when the process takes requests, else 503 with the reason. */
  readonly handler: Handler = async (_request, response) => {
    response.locals.route = '/readyz';
    const reason = await this.#reason();
    if (reason === undefined) response.json({ status: 'ready' });
    else {
      response.status(503).set('Retry-After', '5');
      response.json({ status: 'unavailable', reason, message: REASONS[reason] });
    }
  };

  /** Those who ask at the same time share one answer of the database. */
  async #reason(): Promise<Reason | undefined> {
    if (this.#isDraining) return 'DRAINING';
    this.#asked ??= this.#askDatabase().finally(() => {
      this.#asked = undefined;
    });
    return (await this.#asked) ?? (this.#isDraining ? 'DRAINING' : undefined);
  }

  async #askDatabase(): Promise<Reason | undefined> {
    try {
      await this.#database.check();
      const applied = new Set(await this.#database.appliedMigrations());
      // A newer version may have applied more: this one goes on until it is replaced.
      const isCurrent = (await knownMigrations()).every((name) => applied.has(name));
      return isCurrent ? undefined : 'MIGRATIONS_MISSING';
    } catch {
      return 'DATABASE_AWAY';
    }
  }
}
