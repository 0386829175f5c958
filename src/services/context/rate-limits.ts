import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Caller } from '../../auth/actor.js';
import { hashSecret, readSecret } from '../../auth/secret.js';
import type { Database } from '../../database/database.js';
import { DomainError } from '../../domain/errors.js';

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;
/** Many people behind one address may have pages open when their sessions end. */
const SESSIONS_PER_CREDENTIAL = 10;

/** The limits that an operator can set; absent ones have their default. */
export interface ConfiguredLimits {
  /** Wrong credentials of one network address in a minute. */
  readonly wrongCredentials?: number | undefined;
  /** Invitations that one workspace sends in an hour, rows of files among them. */
  readonly invitations?: number | undefined;
  /** DNS checks of domains that one workspace asks for in an hour. */
  readonly domainChecks?: number | undefined;
}

/** How often something may be done, and in how many seconds. */
const LIMITS = {
  /** Mail links to one e-mail address (rule 46). */
  linksTo: [5, HOUR_SECONDS],
  /** Mail links that one network address asks for. */
  linksFrom: [20, HOUR_SECONDS],
  /** Wrong operator tokens from one network address. */
  operatorFailuresFrom: [10, HOUR_SECONDS],
  /** Invitations to one person of one workspace, so that nobody's mailbox is filled. */
  invitationsTo: [10, HOUR_SECONDS],
  /** Webhook events that the people of one workspace send by hand. */
  webhookSendsOf: [30, MINUTE_SECONDS],
} as const;

/** What somebody reads who has reached a limit; the others have one sentence. */
const REFUSALS: Readonly<Record<string, string>> = {
  invitationsTo: 'This person has been sent too many invitations of this workspace.',
  invitationsOf: 'This workspace has sent as many invitations as it may in an hour.',
  domainChecksOf: 'This workspace has checked domains as often as it may in an hour.',
  webhookSendsOf: 'This workspace has sent as many events by hand as it may in a minute.',
};

type Limit = keyof typeof LIMITS;
type LimitOfWorkspace = 'invitationsOf' | 'domainChecksOf';

/** Counts in the database, so that all processes count together. */
export class RateLimits {
  readonly #database: Database;
  readonly #limiters: Readonly<Record<Limit | LimitOfWorkspace, RateLimiterPostgres>>;
  readonly #wrong: Readonly<Record<'credentials' | 'sessions', RateLimiterPostgres>>;
  #forgotAt = 0;

  constructor(
    database: Database,
    { wrongCredentials = 100, invitations = 10_000, domainChecks = 60 }: ConfiguredLimits = {},
  ) {
    this.#database = database;
    this.#limiters = {
      linksTo: limiter(database, 'linksTo', ...LIMITS.linksTo),
      linksFrom: limiter(database, 'linksFrom', ...LIMITS.linksFrom),
      operatorFailuresFrom: limiter(database, 'operatorFailuresFrom', ...LIMITS.operatorFailuresFrom),
      invitationsTo: limiter(database, 'invitationsTo', ...LIMITS.invitationsTo),
      webhookSendsOf: limiter(database, 'webhookSendsOf', ...LIMITS.webhookSendsOf),
      invitationsOf: limiter(database, 'invitationsOf', invitations, HOUR_SECONDS),
      domainChecksOf: limiter(database, 'domainChecksOf', domainChecks, HOUR_SECONDS),
    };
    const wrongSessions = SESSIONS_PER_CREDENTIAL * wrongCredentials;
    this.#wrong = {
      credentials: limiter(database, 'wrongCredentialsFrom', wrongCredentials, MINUTE_SECONDS),
      sessions: limiter(database, 'wrongSessionsFrom', wrongSessions, MINUTE_SECONDS),
    };
  }

  /**
   * Counts a credential, the token of a link or a sign-in that is not valid. A valid one from the same address is not
   * affected, since it is checked first.
   * @throws DomainError RATE_LIMITED when the address has sent too many
   */
  async takeWrongCredential(credential: string, { network }: Pick<Caller, 'network'>): Promise<void> {
    if (network === undefined) return;
    const { credentials, sessions } = this.#wrong;
    await this.#forgetOld();
    await consume(readSecret(credential)?.kind === 'session' ? sessions : credentials, network);
  }

  /**
   * Counts one attempt.
   * @param subject what it is counted for; only a hash of it is stored
   * @throws DomainError RATE_LIMITED, with the seconds to wait, when there are too many attempts
   */
  async take(limit: Limit | LimitOfWorkspace, subject: string): Promise<void> {
    await this.#forgetOld();
    await consume(this.#limiters[limit], subject);
  }

  /**
   * Counts many attempts at once, or none of them when they would be too many.
   * @throws DomainError RATE_LIMITED
   */
  async takeMany(limit: LimitOfWorkspace, subject: string, count: number): Promise<void> {
    const limiter = this.#limiters[limit];
    const counted = await limiter.get(keyOf(subject));
    if ((counted?.consumedPoints ?? 0) + count > limiter.points)
      throw tooMany(limiter, counted ?? { msBeforeNext: 1000 * limiter.duration });
    if (count > 0) await consume(limiter, subject, count);
  }

  /** @throws DomainError RATE_LIMITED when the limit is reached already */
  async check(limit: Limit, subject: string): Promise<void> {
    const limiter = this.#limiters[limit];
    const counted = await limiter.get(keyOf(subject));
    if (counted !== null && counted.consumedPoints >= limiter.points) throw tooMany(limiter, counted);
  }

  /** Deletes counts whose time is over, once an hour. */
  async #forgetOld(): Promise<void> {
    const now = Date.now();
    if (now - this.#forgotAt < 1000 * HOUR_SECONDS) return;
    this.#forgotAt = now;
    await this.#database.rows('delete from rate_limit where expire < $1', [now]);
  }
}

/** Ids in another case are the same (RFC 9562 §4), and so are addresses. */
function keyOf(subject: string): string {
  return hashSecret(subject.toLowerCase());
}

async function consume(counting: RateLimiterPostgres, subject: string, count = 1): Promise<void> {
  try {
    await counting.consume(keyOf(subject), count);
  } catch (refusal) {
    throw refusal instanceof RateLimiterRes ? tooMany(counting, refusal) : refusal;
  }
}

function limiter(
  database: Database,
  keyPrefix: string,
  points: number,
  duration: number,
): RateLimiterPostgres {
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
    keyPrefix,
    points,
    duration,
    inMemoryBlockOnConsumed: points + 1,
  });
}

function tooMany(
  { keyPrefix }: RateLimiterPostgres,
  { msBeforeNext }: Pick<RateLimiterRes, 'msBeforeNext'>,
): DomainError {
  const retryAfterSeconds = Math.max(1, Math.ceil(msBeforeNext / 1000));
  const minutes = Math.ceil(retryAfterSeconds / 60);
  return new DomainError('RATE_LIMITED', REFUSALS[keyPrefix] ?? 'This has been tried too often.', {
    hint: `Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`,
    retryAfterSeconds,
  });
}
