import { LRUCache } from 'lru-cache';
import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretPost,
  Configuration,
  type CustomFetch,
  clockTolerance,
  customFetch,
  discovery,
  type ExportedJWKSCache,
  type ServerMetadata,
} from 'openid-client';
import { SignInRefusal } from '../../domain/sign-in-refusal.js';
import { issuerOf, sameIssuer } from '../../domain/sso.js';
import type { SsoEnvironment } from '../../services/context/sso-environment.js';
import type { SignInSettings } from '../../services/sso/settings.js';
import { refusalOf } from './faults.js';
import { providerFetch } from './fetch.js';

const TIMEOUT_SECONDS = 5;
/** The most by which the clocks of a provider and of this server may differ (rule 39). */
export const SKEW_SECONDS = 60;
const DISCOVERED_FOR_MS = 10 * 60_000;
const MOST_PROVIDERS = 500;
/** When a key id is unknown, openid-client fetches the keys again if its keys are older than this. */
const KEYS_REFETCHED_AFTER_SECONDS = 60;

/** The endpoints without which nobody can sign in. */
const ENDPOINTS = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const;

type UsableMetadata = ServerMetadata & Readonly<Record<(typeof ENDPOINTS)[number], string>>;

/** The metadata and keys of a provider, cached for ten minutes. */
export interface Discovered {
  readonly metadata: UsableMetadata;
  keys: ExportedJWKSCache | undefined;
}

export type ProviderSettings = Pick<
  SignInSettings,
  'discoveryUrl' | 'clientId' | 'clientSecret' | 'provider'
>;

/** Fetches and caches providers' endpoints and signing keys. */
export class Discovery {
  readonly #allowsHttp: boolean;
  readonly #fetch: CustomFetch;
  readonly #discovered = new LRUCache<string, Promise<Discovered>>({
    max: MOST_PROVIDERS,
    ttl: DISCOVERED_FOR_MS,
  });

  constructor({
    allowsHttp,
    allowsPrivateNetworks,
  }: Pick<SsoEnvironment, 'allowsHttp' | 'allowsPrivateNetworks'>) {
    this.#allowsHttp = allowsHttp;
    this.#fetch = providerFetch({ allowsHttp, allowsPrivate: allowsPrivateNetworks });
  }

  /**
   * The provider's metadata, cached.
   * @throws SignInRefusal when the provider cannot be reached
   */
  of({ discoveryUrl, clientId }: ProviderSettings): Promise<Discovered> {
    const cached = this.#discovered.get(discoveryUrl);
    if (cached !== undefined) return cached;
    const discovering = this.#ask(discoveryUrl, clientId).catch((error: unknown) => {
      this.#discovered.delete(discoveryUrl);
      throw refusalOf(error, 'DISCOVERY');
    });
    this.#discovered.set(discoveryUrl, discovering);
    return discovering;
  }

  async #ask(discoveryUrl: string, clientId: string): Promise<Discovered> {
    const found = await discovery(new URL(discoveryUrl), clientId, undefined, undefined, {
      timeout: TIMEOUT_SECONDS,
      [customFetch]: this.#fetch,
      ...(this.#allowsHttp ? { execute: [allowInsecureRequests] } : {}),
    });
    const metadata = withoutHelpers(found.serverMetadata());
    // openid-client compares the issuer only for an issuer's URL, and there a trailing slash makes a difference.
    if (!sameIssuer(metadata.issuer, issuerOf(discoveryUrl))) {
      throw new SignInRefusal(
        'PROVIDER_MISCONFIGURED',
        `The discovery document is of another issuer: ${metadata.issuer}.`,
      );
    }
    requireUsable(metadata, this.#allowsHttp);
    return { metadata, keys: undefined };
  }

  /**
   * Fetches the provider's keys, unless they were fetched within the last minute.
   * @throws SignInRefusal when the keys cannot be fetched or read
   */
  async fetchKeys(discovered: Discovered): Promise<ExportedJWKSCache> {
    const now = Math.floor(Date.now() / 1000);
    // Anybody can send tokens with invented key ids, which must not cause a request to the provider each time.
    if (discovered.keys !== undefined && now - discovered.keys.uat < KEYS_REFETCHED_AFTER_SECONDS)
      return discovered.keys;
    const response = await this.get(discovered.metadata.jwks_uri, 'application/json').catch(
      (error: unknown) => {
        throw refusalOf(error, 'DISCOVERY');
      },
    );
    const jwks: unknown = await response.json().catch(() => undefined);
    if (!isKeySet(jwks)) throw new SignInRefusal('PROVIDER_MISCONFIGURED', 'Its keys cannot be read.');
    discovered.keys = { jwks, uat: now };
    return discovered.keys;
  }

  /**
   * Sends one request to the provider, without following redirects.
   * @throws UnreachableError, RefusedTargetError
   */
  get(url: string, accept: string): Promise<Response> {
    const signal = AbortSignal.timeout(TIMEOUT_SECONDS * 1000);
    const options = { method: 'GET', headers: { accept }, body: undefined, redirect: 'manual' } as const;
    return this.#fetch(url, { ...options, signal });
  }

  /** The configuration of openid-client for the workspace's client. */
  configuration(
    metadata: ServerMetadata,
    { clientId, clientSecret }: ProviderSettings,
    authentication: ClientAuth = ClientSecretPost(clientSecret),
  ): Configuration {
    const client = { [clockTolerance]: SKEW_SECONDS };
    const configuration = new Configuration(metadata, clientId, client, authentication);
    configuration.timeout = TIMEOUT_SECONDS;
    configuration[customFetch] = this.#fetch;
    if (this.#allowsHttp) allowInsecureRequests(configuration);
    return configuration;
  }
}

/** Makes keys look old enough for openid-client to fetch new ones when a key id is unknown. */
export function agedKeys({ jwks, uat }: ExportedJWKSCache): ExportedJWKSCache {
  return { jwks, uat: Math.min(uat, Math.floor(Date.now() / 1000) - KEYS_REFETCHED_AFTER_SECONDS) };
}

/** The metadata as the provider sent it, without the methods that openid-client adds. */
function withoutHelpers(metadata: object): ServerMetadata {
  return JSON.parse(JSON.stringify(metadata));
}

/**
 * Checks what openid-client takes for granted.
 * @throws SignInRefusal PROVIDER_MISCONFIGURED that names the value
 */
function requireUsable(metadata: ServerMetadata, allowsHttp: boolean): asserts metadata is UsableMetadata {
  const endpoint = ENDPOINTS.find((name) => !isEndpoint(metadata[name], allowsHttp));
  if (endpoint !== undefined)
    throw new SignInRefusal('PROVIDER_MISCONFIGURED', `Its ${endpoint} is missing or not an https:// URL.`);
  const methods: unknown = metadata.token_endpoint_auth_methods_supported;
  if (methods !== undefined && !Array.isArray(methods))
    throw new SignInRefusal(
      'PROVIDER_MISCONFIGURED',
      'Its token_endpoint_auth_methods_supported is not a list.',
    );
}

function isEndpoint(value: unknown, allowsHttp: boolean): boolean {
  const protocol = typeof value === 'string' ? URL.parse(value)?.protocol : undefined;
  return protocol === 'https:' || (allowsHttp && protocol === 'http:');
}

function isKeySet(value: unknown): value is ExportedJWKSCache['jwks'] {
  return typeof value === 'object' && value !== null && 'keys' in value && Array.isArray(value.keys);
}
