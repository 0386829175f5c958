import { LRUCache } from 'lru-cache';
import type { Actor, KeyHolder, Operator, Person } from '../../auth/actor.js';
import { normalizedAddress } from '../../auth/remote-address.js';
import { hashSecret, readSecret, type SecretKind, sameHash } from '../../auth/secret.js';
import { nullable, text, timestamptz, uuid } from '../../database/column-types.js';
import type { Database, Transaction } from '../../database/database.js';
import type { Heard } from '../../database/listening.js';
import { outlastingRequest } from '../../database/request-scope.js';
import { statement } from '../../database/statement.js';
import { TABLES, typesOf } from '../../database/tables.js';
import { type Clock, DEFAULT_LIFETIMES, type SessionLifetimes } from '../../domain/session.js';
import { openAt, sessionIsOpen } from '../rows/sessions.js';
import { WORKSPACE_COLUMNS, WORKSPACE_TYPES } from '../rows/workspaces.js';

/**
 * How long a credential is cached. Processes notify each other when one is revoked; if the notification is lost, the
 * credential works for at most this long.
 */
const CACHED_FOR_MS = 1000;
/** The channel on which processes tell each other to empty their caches. */
const FORGET_CHANNEL = 'rollcall_forget';
const MOST_CACHED = 10_000;

/** The parts of a credential that find its row. */
interface CredentialKey {
  readonly kind: SecretKind;
  readonly lookup: string;
}

/** The last use of a session is written at most once a minute: a session may be idle for hours (rule 33). */
const SESSION_USE_NOTED_MS = 60_000;

type Holder = KeyHolder | Person | Operator;

export interface CredentialsOptions {
  /** Called when the last use of a credential could not be written. */
  readonly onFault?: (error: unknown) => void;
  /** Called when the cache was emptied, because a credential may have been revoked. */
  readonly onForget?: () => void;
  readonly sessionLifetimes?: SessionLifetimes;
  readonly clock?: Clock;
}

/** Finds the actor of a credential. */
export class Credentials {
  readonly #database: Database;
  readonly #operatorHash: string | undefined;
  /** Counts how often the cache was emptied: what was read before must not be cached afterwards. */
  #forgotten = 0;
  readonly #onFault: (error: unknown) => void;
  readonly #onForget: () => void;
  readonly #sessions: { readonly sessionLifetimes: SessionLifetimes; readonly clock: Clock };
  /** Last uses that are being written; no request waits for them. */
  readonly #noting = new Set<Promise<unknown>>();
  readonly #cached = new LRUCache<string, Holder>({ max: MOST_CACHED, ttl: CACHED_FOR_MS });
  /** Lookups in progress: concurrent requests with the same credential share one. */
  readonly #asking = new Map<string, Promise<Holder | null>>();

  /** @param operatorToken the token of the configuration; undefined: no operator can sign in */
  constructor(
    database: Database,
    operatorToken: string | undefined,
    {
      onFault = () => undefined,
      onForget = () => undefined,
      sessionLifetimes = DEFAULT_LIFETIMES,
      clock = () => new Date(),
    }: CredentialsOptions = {},
  ) {
    this.#database = database;
    this.#onFault = onFault;
    this.#onForget = onForget;
    this.#sessions = { sessionLifetimes, clock };
    this.#operatorHash = operatorToken === undefined ? undefined : hashSecret(operatorToken);
  }

  /**
   * @param credential the credential from the Authorization header or the cookie
   * @param address the client's network address, which is stored with the last use of the key or session
   * @returns the actor, or null when the credential is unknown, expired, disabled or revoked
   */
  async verify(credential: string, address: string): Promise<Actor | null> {
    const hash = hashSecret(credential);
    const cached = this.#cached.get(hash);
    if (cached !== undefined) return cached;
    const secret = readSecret(credential);
    if (secret === undefined) {
      return this.#operatorHash !== undefined && sameHash(hash, this.#operatorHash)
        ? { type: 'OPERATOR' }
        : null;
    }
    const known = this.#asking.get(hash);
    if (known !== undefined) return known;
    const ask = () => this.#ask(secret, hash, normalizedAddress(address));
    const asking = outlastingRequest(ask).finally(() => {
      if (this.#asking.get(hash) === asking) this.#asking.delete(hash);
    });
    this.#asking.set(hash, asking);
    return asking;
  }

  /**
   * As `verify`, for a request that goes on for long: checking it again is no use of the credential.
   * @returns the actor, or null when the credential has been revoked meanwhile
   */
  async verifyAgain(credential: string): Promise<Actor | null> {
    const hash = hashSecret(credential);
    const secret = readSecret(credential);
    return secret === undefined ? this.verify(credential, '') : this.#holder(secret, hash);
  }

  async #ask(secret: CredentialKey, hash: string, address: string): Promise<Holder | null> {
    const forgotten = this.#forgotten;
    const actor = await this.#holder(secret, hash, address.replace(IPV4_MAPPED, ''));
    if (actor !== null && forgotten === this.#forgotten) this.#cached.set(hash, actor);
    return actor;
  }

  /**
   * Empties the cache of this process and of all listening processes when the transaction commits. Every change of a
   * key, a session or a workspace's settings calls it.
   */
  async forgetAtCommit(tx: Transaction): Promise<void> {
    tx.afterCommit(() => this.forget());
    await tx.notify(FORGET_CHANNEL);
  }

  /** Empties the cache whenever another process notifies. */
  readonly heard: Heard = { [FORGET_CHANNEL]: () => this.forget() };

  /** Empties the cache. */
  forget(): void {
    this.#forgotten += 1;
    this.#cached.clear();
    this.#asking.clear();
    this.#onForget();
  }

  /** @param address where the credential is used; undefined: it is only checked */
  #holder({ kind, lookup }: CredentialKey, hash: string, address?: string): Promise<Holder | null> {
    switch (kind) {
      case 'key':
        return this.#keyHolder(lookup, hash, address);
      case 'session':
        return this.#person(lookup, hash, address);
      case 'operator_session':
        return this.#operator(lookup, hash);
      case 'invitation':
      case 'mailed':
      case 'link':
      case 'browser':
        // Each of these serves one page of signing in or of an invitation; none of them is a credential.
        return Promise.resolve(null);
    }
  }

  async #keyHolder(lookup: string, hash: string, address: string | undefined): Promise<KeyHolder | null> {
    const row = await KEY_BY_LOOKUP.row(this.#database, { lookup });
    if (row === undefined || !sameHash(row.hash, hash)) return null;
    const { hash: _, apiKeyId, apiKeyName, scopes, endsAt, ...workspace } = row;
    if (address !== undefined) this.#note(KEY_USED.rows(this.#database, { apiKeyId, address }));
    const key = { type: 'API_KEY', apiKeyId, name: apiKeyName, scopes, workspace } as const;
    return endsAt === null ? key : { ...key, endsAt };
  }

  /** Waits until the last uses have been written. Call it before the database is closed. */
  async settled(): Promise<void> {
    await Promise.all(this.#noting);
  }

  #note(written: Promise<unknown>): void {
    const noting = written.catch(this.#onFault).finally(() => this.#noting.delete(noting));
    this.#noting.add(noting);
  }

  async #person(lookup: string, hash: string, address: string | undefined): Promise<Person | null> {
    const [now, usedSince] = openAt(this.#sessions);
    const row = await SESSION_BY_LOOKUP.row(this.#database, { lookup, now, usedSince });
    if (row === undefined || !sameHash(row.hash, hash)) return null;
    const { hash: _, lastUsedAt, ...person } = row;
    if (address !== undefined && now.getTime() - lastUsedAt.getTime() >= SESSION_USE_NOTED_MS)
      this.#note(SESSION_USED.rows(this.#database, { sessionId: person.sessionId, address, now }));
    const idleEndsAt = new Date(lastUsedAt.getTime() + this.#sessions.sessionLifetimes.idleMs);
    return { type: 'PERSON', ...person, idleEndsAt };
  }

  async #operator(lookup: string, hash: string): Promise<Operator | null> {
    if (this.#operatorHash === undefined) return null;
    const now = this.#sessions.clock();
    const row = await OPERATOR_SESSION_BY_LOOKUP.row(this.#database, { lookup, now });
    if (row === undefined || !sameHash(row.hash, operatorSessionHash(hash, this.#operatorHash))) return null;
    return { type: 'OPERATOR', session: { id: row.id, expiresAt: row.expiresAt } };
  }

  /**
   * The stored form of an operator's session, which ends when the operator token changes.
   * @param operatorToken the token that the person entered
   * @returns the hash for the session with that token; null when the operator token is wrong or not configured
   */
  operatorSessionHash(operatorToken: string, sessionHash: string): string | null {
    const hash = hashSecret(operatorToken);
    if (this.#operatorHash === undefined || !sameHash(hash, this.#operatorHash)) return null;
    return operatorSessionHash(sessionHash, this.#operatorHash);
  }
}

function operatorSessionHash(sessionHash: string, operatorHash: string): string {
  return hashSecret(`${sessionHash}${operatorHash}`);
}

const KEY_BY_LOOKUP = statement({
  name: 'credentials.keyByLookup',
  text: `
    select ${WORKSPACE_COLUMNS}, t.hash, k.id as "apiKeyId", k.name as "apiKeyName", k.scopes,
      least(k.expires_at, t.expires_at) as "endsAt"
    from api_key_secret t
    join api_key k on k.id = t.api_key_id
    join workspace w on w.id = k.workspace_id
    where t.lookup = $lookup and k.disabled_at is null
      and (k.expires_at is null or k.expires_at > now()) and (t.expires_at is null or t.expires_at > now())`,
  parameters: { lookup: text },
  columns: {
    ...WORKSPACE_TYPES,
    ...typesOf(TABLES.apiKeySecret, 'hash'),
    apiKeyId: uuid,
    apiKeyName: text,
    ...typesOf(TABLES.apiKey, 'scopes'),
    endsAt: nullable(timestamptz),
  },
});

/** The prefix of an IPv4 address on a dual-stack socket (RFC 4291, section 2.5.5.2). */
const IPV4_MAPPED = /^::ffff:(?=\d+\.)/i;

// Written at most once in ten seconds, which is exact enough and keeps the row from being updated by every request.
const KEY_USED = statement({
  name: 'credentials.keyUsed',
  text: `
    update api_key set last_used_at = now(), last_used_from = $address
    where id = $apiKeyId
      and (last_used_at is null or last_used_at < now() - interval '10 seconds' or last_used_from is distinct from $address)`,
  parameters: { apiKeyId: uuid, address: text },
});

const SESSION_BY_LOOKUP = statement({
  name: 'credentials.sessionByLookup',
  text: `
    select s.hash, s.id as "sessionId", a.id as "accountId", a.email, s.method, s.workspace_id as "workspaceId",
      s.expires_at as "expiresAt", s.last_used_at as "lastUsedAt"
    from session s join account a on a.id = s.account_id
    where s.lookup = $lookup and ${sessionIsOpen(2)}`,
  parameters: { lookup: text, now: timestamptz, usedSince: timestamptz },
  columns: {
    ...typesOf(TABLES.session, 'hash'),
    sessionId: uuid,
    accountId: uuid,
    ...typesOf(TABLES.account, 'email'),
    ...typesOf(TABLES.session, 'method', 'workspaceId', 'expiresAt', 'lastUsedAt'),
  },
});

const SESSION_USED = statement({
  name: 'credentials.sessionUsed',
  text: `
    update session set last_used_at = $now, last_used_from = $address
    where id = $sessionId and last_used_at < $now`,
  parameters: { sessionId: uuid, address: text, now: timestamptz },
});

const OPERATOR_SESSION_BY_LOOKUP = statement({
  name: 'credentials.operatorSessionByLookup',
  text: `
    select id, hash, expires_at as "expiresAt" from operator_session
    where lookup = $lookup and ended_at is null and expires_at > $now`,
  parameters: { lookup: text, now: timestamptz },
  columns: typesOf(TABLES.operatorSession, 'id', 'hash', 'expiresAt'),
});
