import type { Actor, Caller } from '../auth/actor.js';
import { networkOf, normalizedAddress } from '../auth/remote-address.js';
import { setShare } from '../database/request-scope.js';
import type { Context } from '../graphql/serving/context.js';
import { Loaders } from '../graphql/serving/loaders.js';
import { type Shared, serviceContext } from '../services/context/service-context.js';
import { credentialOf } from '../sign-in/credential.js';
import type { Incoming } from '../sign-in/incoming.js';

/** Knows who sends a request, and makes its context. */
export class Callers {
  readonly #shared: Shared;
  readonly #publicUrl: string | undefined;

  constructor(shared: Shared, publicUrl: string | undefined) {
    this.#shared = shared;
    this.#publicUrl = publicUrl;
  }

  contextOf(caller: Caller, origin: string): Context {
    const services = serviceContext(this.#shared, caller);
    return { services, loaders: new Loaders(services), origin };
  }

  /** The origin of this server, as the client knows it. */
  reachedAt(request: Incoming): string {
    return this.#publicUrl ?? originOf(request);
  }

  /** @returns null for no credential and for a wrong one, which is counted against the address */
  async verified(credential: string | undefined, address: string): Promise<Actor | null> {
    if (credential === undefined) return null;
    const { credentials, rateLimits } = this.#shared;
    const actor = await credentials.verify(credential, address);
    if (actor === null) await rateLimits.takeWrongCredential(credential, { network: networkAt(address) });
    else setShare(shareOf(actor));
    return actor;
  }

  /**
   * The caller of a request, by its header or its cookie. A page names the account that it shows: when another person has
   * signed in since, in another tab, its requests must not be made as that person.
   */
  async actorOf(request: Incoming): Promise<Actor | null> {
    const { credential } = credentialOf(request, this.reachedAt(request));
    const actor = await this.verified(credential, request.ip ?? '');
    const shown = request.headers['rollcall-account'];
    const isOther = shown !== undefined && (actor?.type !== 'PERSON' || actor.accountId !== shown);
    return isOther ? null : actor;
  }
}

/** The network of a client's address, for limits. */
export function networkAt(address = ''): string {
  return networkOf(normalizedAddress(address));
}

/** Whose share of the database's connections a caller uses. */
function shareOf(actor: Actor): string {
  if (actor.type === 'API_KEY') return actor.workspace.id;
  return actor.type === 'PERSON' ? actor.accountId : actor.type;
}

/** The origin that the client used, when none is configured. */
function originOf(request: Incoming): string {
  // HTTP/1.0 has requests without a host.
  return `${request.protocol}://${request.host ?? 'localhost'}`;
}
