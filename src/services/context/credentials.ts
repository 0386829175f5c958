import { LRUCache } from 'lru-cache';
import type { Actor, KeyHolder, Person } from '../../auth/actor.js';
import { hashSecret, readSecret, type SecretKind, sameHash } from '../../auth/secret.js';
import type { Database, Transaction } from '../../database/database.js';
import type { Listening } from '../../database/listening.js';
import type { ApiKeyScope } from '../../model/enums.js';
import type { Workspace } from '../../model/workspace.js';
import { WORKSPACE_COLUMNS } from '../rows/workspaces.js';

/**
 * How long a credential is believed without asking again. Processes tell each other when one is revoked; should the
 * word not get through, it works no longer than that.
 */
const BELIEVED_FOR_MS = 1000;
/** Where processes tell each other to forget. */
const FORGET_CHANNEL = 'rollcall_forget';
const MOST_BELIEVED = 10_000;

/** By what a credential is found. */
interface LookUp {
  readonly kind: SecretKind;
  readonly lookup: string;
}

/** Tells who a credential belongs to. */
export class Credentials {
  readonly #database: Database;
  readonly #operatorHash: string | undefined;
  /** Grows when something is forgotten: what was read before must not be believed after. */
  #forgotten = 0;
  readonly #onFault: (error: unknown) => void;
  /** Notes of last uses that are being written: no request waits for them. */
  readonly #noting = new Set<Promise<unknown>>();
  readonly #believed = new LRUCache<string, KeyHolder | Person>({ max: MOST_BELIEVED, ttl: BELIEVED_FOR_MS });
  /** What is being asked about a credential: everybody who comes with it at that moment waits for one answer. */
  readonly #asking = new Map<string, Promise<KeyHolder | Person | null>>();

  /**
   * @param operatorToken the token of the configuration; undefined: there is no operator at this door
   * @param onFault told when the last use of a key could not be noted
   */
  constructor(
    database: Database,
    operatorToken: string | undefined,
    onFault: (error: unknown) => void = () => undefined,
  ) {
    this.#database = database;
    this.#onFault = onFault;
    this.#operatorHash = operatorToken === undefined ? undefined : hashSecret(operatorToken);
  }

  /**
   * @param credential what came in the Authorization header
   * @param address where from; remembered as the key's last use
   * @returns the actor, or null when the credential is unknown, expired, disabled or revoked
   */
  async verify(credential: string, address: string): Promise<Actor | null> {
    const hash = hashSecret(credential);
    const believed = this.#believed.get(hash);
    if (believed !== undefined) return believed;
    const secret = readSecret(credential);
    if (secret === undefined) {
      return this.#operatorHash !== undefined && sameHash(hash, this.#operatorHash)
        ? { type: 'OPERATOR' }
        : null;
    }
    const known = this.#asking.get(hash);
    if (known !== undefined) return known;
    const asking = this.#ask(secret, hash, address).finally(() => {
      if (this.#asking.get(hash) === asking) this.#asking.delete(hash);
    });
    this.#asking.set(hash, asking);
    return asking;
  }

  async #ask(secret: LookUp, hash: string, address: string): Promise<KeyHolder | Person | null> {
    const forgotten = this.#forgotten;
    const actor = await this.#holder(secret, hash, address);
    if (actor !== null && forgotten === this.#forgotten) this.#believed.set(hash, actor);
    return actor;
  }

  /**
   * Forgets what was believed as soon as the change is committed, here at once and in all processes that listen: to
   * be called where a key, a session or a workspace's settings change.
   */
  async forgetAtCommit(tx: Transaction): Promise<void> {
    tx.afterCommit(() => this.forget());
    await tx.notify(FORGET_CHANNEL);
  }

  /** Forgets whenever another process says so; to be stopped before the database is closed. */
  listen(): Promise<Listening> {
    return this.#database.listen(FORGET_CHANNEL, () => this.forget());
  }

  /** Forgets what was believed. */
  forget(): void {
    this.#forgotten += 1;
    this.#believed.clear();
    this.#asking.clear();
  }

  #holder({ kind, lookup }: LookUp, hash: string, address: string): Promise<KeyHolder | Person | null> {
    switch (kind) {
      case 'key':
        return this.#keyHolder(lookup, hash, address);
      case 'session':
        return this.#person(lookup, hash);
      case 'invitation':
        // It lets somebody in who says who they are; it says so of nobody.
        return Promise.resolve(null);
    }
  }

  async #keyHolder(lookup: string, hash: string, address: string): Promise<KeyHolder | null> {
    const [row] = await this.#database.rows<
      Workspace & { hash: string; apiKeyId: string; apiKeyName: string; scopes: ApiKeyScope[] }
    >(KEY_BY_LOOKUP, [lookup]);
    if (row === undefined || !sameHash(row.hash, hash)) return null;
    const { hash: _, apiKeyId, apiKeyName, scopes, ...workspace } = row;
    this.#noteUse(apiKeyId, address);
    return { type: 'API_KEY', apiKeyId, name: apiKeyName, scopes, workspace };
  }

  /** Waits until the last uses of keys have been noted: to be called before the database is closed. */
  async settled(): Promise<void> {
    await Promise.all(this.#noting);
  }

  #noteUse(apiKeyId: string, address: string): void {
    const noting = this.#database
      .rows(KEY_USED, [apiKeyId, address])
      .catch(this.#onFault)
      .finally(() => this.#noting.delete(noting));
    this.#noting.add(noting);
  }

  async #person(lookup: string, hash: string): Promise<Person | null> {
    const [row] = await this.#database.rows<{ hash: string } & Omit<Person, 'type'>>(SESSION_BY_LOOKUP, [
      lookup,
    ]);
    if (row === undefined || !sameHash(row.hash, hash)) return null;
    return { type: 'PERSON', accountId: row.accountId, email: row.email, sessionId: row.sessionId };
  }
}

const KEY_BY_LOOKUP = `
  select ${WORKSPACE_COLUMNS}, t.hash, k.id as "apiKeyId", k.name as "apiKeyName", k.scopes
  from api_key_secret t
  join api_key k on k.id = t.api_key_id
  join workspace w on w.id = k.workspace_id
  where t.lookup = $1 and k.disabled_at is null
    and (k.expires_at is null or k.expires_at > now()) and (t.expires_at is null or t.expires_at > now())`;

// Once in ten seconds is as exact as anybody needs it, and spares the row the rest.
const KEY_USED = `
  update api_key set last_used_at = now(), last_used_from = $2
  where id = $1
    and (last_used_at is null or last_used_at < now() - interval '10 seconds' or last_used_from is distinct from $2)`;

const SESSION_BY_LOOKUP = `
  select t.hash, t.id as "sessionId", a.id as "accountId", a.email
  from session t join account a on a.id = t.account_id
  where t.lookup = $1 and t.ended_at is null and t.expires_at > now()`;
