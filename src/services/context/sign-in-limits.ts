import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { hashSecret } from '../../auth/secret.js';
import type { Database } from '../../database/database.js';
import { DomainError } from '../../domain/errors.js';

/** The limits per hour (rule 46). */
const MOST_AN_HOUR = {
  /** Mail links to one e-mail address. */
  linksTo: 5,
  /** Mail links that one network address asks for. */
  linksFrom: 20,
  /** Wrong operator tokens from one network address. */
  operatorFailuresFrom: 10,
} as const;

type Limit = keyof typeof MOST_AN_HOUR;

const HOUR_SECONDS = 3600;

/** Counts in the database, so that all processes count together. */
export class SignInLimits {
  readonly #database: Database;
  readonly #limiters: Readonly<Record<Limit, RateLimiterPostgres>>;

  constructor(database: Database) {
    this.#database = database;
    this.#limiters = {
      linksTo: limiter(database, 'linksTo'),
      linksFrom: limiter(database, 'linksFrom'),
      operatorFailuresFrom: limiter(database, 'operatorFailuresFrom'),
    };
  }

  /**
   * Counts one attempt.
   * @param subject what it is counted for; only a hash of it is stored
   * @throws DomainError RATE_LIMITED, with the seconds to wait, when there are too many attempts
   */
  async take(limit: Limit, subject: string): Promise<void> {
    try {
      await this.#limiters[limit].consume(hashSecret(subject));
    } catch (refusal) {
      throw refusal instanceof RateLimiterRes ? tooMany(refusal) : refusal;
    }
  }

  /** @throws DomainError RATE_LIMITED when the limit is reached already */
  async check(limit: Limit, subject: string): Promise<void> {
    const counted = await this.#limiters[limit].get(hashSecret(subject));
    if (counted !== null && counted.consumedPoints >= MOST_AN_HOUR[limit]) throw tooMany(counted);
  }

  /** Deletes counts whose hour is over. */
  async forgetOld(): Promise<void> {
    await this.#database.rows('delete from rate_limit where expire < $1', [Date.now()]);
  }
}

function limiter(database: Database, limit: Limit): RateLimiterPostgres {
  return new RateLimiterPostgres({
    storeClient: {
      query: async ({ text, values }: { readonly text: string; readonly values: readonly unknown[] }) => {
        const rows = await database.rows(text, values);
        return { rows, rowCount: rows.length };
      },
    },
    storeType: 'client',
    tableName: 'rate_limit',
    tableCreated: true,
    clearExpiredByTimeout: false,
    keyPrefix: limit,
    points: MOST_AN_HOUR[limit],
    duration: HOUR_SECONDS,
    inMemoryBlockOnConsumed: MOST_AN_HOUR[limit] + 1,
  });
}

function tooMany({ msBeforeNext }: RateLimiterRes): DomainError {
  const retryAfterSeconds = Math.max(1, Math.ceil(msBeforeNext / 1000));
  const minutes = Math.ceil(retryAfterSeconds / 60);
  return new DomainError('RATE_LIMITED', 'This has been tried too often.', {
    hint: `Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`,
    retryAfterSeconds,
  });
}
