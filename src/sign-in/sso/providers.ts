import { createLocalJWKSet, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  type CustomFetch,
  calculatePKCECodeChallenge,
  clockTolerance,
  customFetch,
  discovery,
  type ExportedJWKSCache,
  enableNonRepudiationChecks,
  fetchUserInfo,
  getJwksCache,
  type ServerMetadata,
  setJwksCache,
} from 'openid-client';
import { DomainError } from '../../domain/errors.js';
import { SignInRefusal } from '../../domain/sign-in-refusal.js';
import { issuerOf, sameIssuer } from '../../domain/sso.js';
import type { SsoEnvironment } from '../../services/context/sso-environment.js';
import type { LogoutToken } from '../../services/sso/provider-logout.js';
import type { SignInSettings } from '../../services/sso/settings.js';
import type { Attempt } from './attempt.js';
import { type Claims, isComplete } from './claims.js';
import { refusalOf } from './faults.js';
import { providerFetch } from './fetch.js';

const TIMEOUT_SECONDS = 5;
/** The maximum difference between a provider's clock and the server's (rule 39). */
const SKEW_SECONDS = 60;
const DISCOVERED_FOR_MS = 10 * 60_000;
const MOST_PROVIDERS = 500;
const SCOPE = 'openid email profile';
/** openid-client fetches the keys again for an unknown key id if its copy is older than this. */
const KEYS_REFETCHED_AFTER_SECONDS = 60;

/** The verified result of a sign-in at a provider. */
export interface Proof {
  readonly issuer: string;
  /** The claims of the ID token, completed with those of UserInfo. */
  readonly claims: Claims;
  readonly idToken: string;
  /** Why UserInfo could not be read; null when it was read or not needed. */
  readonly userInfoFault: string | null;
}

/** A provider's metadata and keys, cached for ten minutes. */
interface Discovered {
  readonly metadata: ServerMetadata;
  keys: ExportedJWKSCache | undefined;
}

type Settings = Pick<SignInSettings, 'discoveryUrl' | 'clientId' | 'clientSecret' | 'provider'>;

/** The OpenID Connect client for the providers of all workspaces. */
export class Providers {
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
    this.#fetch = providerFetch(allowsPrivateNetworks);
  }

  /**
   * Returns the URL at the provider to which the browser is sent.
   * @throws SignInRefusal when the provider cannot be reached
   */
  async authorizationUrl(settings: Settings, attempt: Attempt, loginHint: string | null): Promise<URL> {
    const { metadata } = await this.#discover(settings);
    try {
      return buildAuthorizationUrl(this.#configuration(metadata, settings), {
        redirect_uri: attempt.redirectUri,
        scope: SCOPE,
        state: attempt.state,
        nonce: attempt.nonce,
        code_challenge: await calculatePKCECodeChallenge(attempt.codeVerifier),
        code_challenge_method: 'S256',
        ...(loginHint === null ? {} : { login_hint: loginHint }),
      });
    } catch (error) {
      throw refusalOf(error, 'DISCOVERY');
    }
  }

  /**
   * Sends the authorization request as a browser would, to learn whether the provider accepts it. A provider that
   * refuses it shows an error page to the person and reports nothing to Rollcall.
   * @throws SignInRefusal REQUEST_REJECTED, PROVIDER_UNREACHABLE
   */
  async probe(authorizationUrl: URL): Promise<void> {
    try {
      const { status } = await this.#get(authorizationUrl.href, 'text/html');
      if (status >= 500) throw new SignInRefusal('PROVIDER_UNREACHABLE', `It answers ${status}.`);
      if (status >= 400) throw new SignInRefusal('REQUEST_REJECTED', `It answers ${status}.`);
    } catch (error) {
      throw refusalOf(error, 'DISCOVERY');
    }
  }

  /**
   * Exchanges the code for an ID token, and checks its signature, issuer, audience, times and nonce (rule 39).
   * @param parameters the parameters with which the provider redirected the browser
   * @throws SignInRefusal
   */
  async exchange(settings: Settings, attempt: Attempt, parameters: URLSearchParams): Promise<Proof> {
    const discovered = await this.#discover(settings);
    const url = new URL(attempt.redirectUri);
    url.search = parameters.toString();
    const [first, second] = clientAuthentications(settings, discovered.metadata);
    try {
      return await this.#grant(discovered, settings, first, attempt, url);
    } catch (error) {
      const refusal = withoutSecret(refusalOf(error, 'TOKEN'), settings);
      const isClientRejected = refusal instanceof SignInRefusal && refusal.reason === 'CLIENT_REJECTED';
      // Discovery lists the provider's authentication methods, not the one registered for this client.
      if (!isClientRejected || second === undefined) throw refusal;
    }
    try {
      return await this.#grant(discovered, settings, second, attempt, url);
    } catch (error) {
      throw withoutSecret(refusalOf(error, 'TOKEN'), settings);
    }
  }

  /**
   * Returns the URL of the provider's sign-out page (RP-Initiated Logout 1.0 §2).
   * @returns undefined when the provider has none, or cannot be reached
   */
  async endSessionUrl(
    settings: Settings,
    { idToken, returnTo }: { readonly idToken: string | null; readonly returnTo: string },
  ): Promise<URL | undefined> {
    try {
      const { metadata } = await this.#discover(settings);
      if (metadata.end_session_endpoint === undefined) return undefined;
      return buildEndSessionUrl(this.#configuration(metadata, settings), {
        post_logout_redirect_uri: returnTo,
        ...(idToken === null ? {} : { id_token_hint: idToken }),
      });
    } catch {
      return undefined;
    }
  }

  /**
   * Checks a logout token like an ID token (Back-Channel Logout 1.0 §2.6). The caller checks whether it was used
   * before.
   * @throws DomainError INVALID_INPUT for an invalid token; SignInRefusal when the provider cannot be reached
   */
  async logoutToken(settings: Settings, token: string, now: Date): Promise<LogoutToken> {
    const discovered = await this.#discover(settings);
    try {
      const { payload } = await this.#verify(discovered, settings, token, now);
      const { iss = '', jti, sub, sid, events, nonce, exp = 0 } = payload;
      if (!isBackchannelLogout(events)) throw invalidToken('it has not the event of back-channel logout');
      if (nonce !== undefined) throw invalidToken('it has a nonce');
      if (typeof jti !== 'string' || jti === '') throw invalidToken('it has no jti');
      return {
        issuer: iss,
        jti,
        subject: sub ?? null,
        sid: typeof sid === 'string' ? sid : null,
        expiresAt: new Date((exp + 2 * SKEW_SECONDS) * 1000),
      };
    } catch (error) {
      if (error instanceof errors.JOSEError) throw invalidToken(error.message);
      throw error;
    }
  }

  async #verify(discovered: Discovered, settings: Settings, token: string, now: Date) {
    const { issuer } = discovered.metadata;
    const verify = (keys: ExportedJWKSCache) =>
      jwtVerify(token, createLocalJWKSet(keys.jwks), {
        issuer,
        audience: settings.clientId,
        clockTolerance: SKEW_SECONDS,
        currentDate: now,
        requiredClaims: ['iat', 'exp', 'jti'],
        algorithms: SIGNATURES,
      });
    const typ = typeOf(token);
    if (typ !== undefined && !/^(application\/)?(logout\+jwt|jwt)$/i.test(typ))
      throw invalidToken('its type is another');
    const keys = discovered.keys ?? (await this.#fetchKeys(discovered));
    try {
      return await verify(keys);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      return verify(await this.#fetchKeys(discovered));
    }
  }

  async #fetchKeys(discovered: Discovered): Promise<ExportedJWKSCache> {
    const { jwks_uri: url } = discovered.metadata;
    if (url === undefined) throw new SignInRefusal('PROVIDER_MISCONFIGURED', 'It publishes no keys.');
    const now = Math.floor(Date.now() / 1000);
    // Anybody can send tokens with invented key ids, which must not cause a request to the provider each time.
    if (discovered.keys !== undefined && now - discovered.keys.uat < KEYS_REFETCHED_AFTER_SECONDS)
      return discovered.keys;
    const response = await this.#get(url, 'application/json');
    const jwks: unknown = await response.json().catch(() => undefined);
    if (!isKeySet(jwks)) throw new SignInRefusal('PROVIDER_MISCONFIGURED', 'Its keys cannot be read.');
    discovered.keys = { jwks, uat: now };
    return discovered.keys;
  }

  async #grant(
    discovered: Discovered,
    settings: Settings,
    authentication: ClientAuth,
    attempt: Attempt,
    url: URL,
  ): Promise<Proof> {
    const { metadata, keys } = discovered;
    const configuration = this.#configuration(metadata, settings, authentication);
    enableNonRepudiationChecks(configuration);
    const aged = keys && agedKeys(keys);
    if (aged !== undefined) setJwksCache(configuration, aged);
    const tokens = await authorizationCodeGrant(configuration, url, {
      expectedState: attempt.state,
      expectedNonce: attempt.nonce,
      pkceCodeVerifier: attempt.codeVerifier,
      idTokenExpected: true,
    });
    const fetched = getJwksCache(configuration);
    if (fetched !== undefined && fetched.uat !== aged?.uat) discovered.keys = fetched;
    const claims = tokens.claims();
    if (claims === undefined || tokens.id_token === undefined)
      throw new SignInRefusal('TOKEN_INVALID', 'There is no ID token.');
    if (claims.iat > Date.now() / 1000 + SKEW_SECONDS)
      throw new SignInRefusal('CLOCK_SKEW', 'The claim iat lies in the future.');
    const { userInfo, fault } = await this.#userInfo(configuration, claims, tokens.access_token);
    return {
      issuer: claims.iss,
      claims: { ...userInfo, ...claims },
      idToken: tokens.id_token,
      userInfoFault: fault,
    };
  }

  /**
   * Reads UserInfo if the ID token lacks claims. A failure is reported, not thrown, because the sign-in may succeed
   * without it.
   */
  async #userInfo(
    configuration: Configuration,
    claims: Claims & { readonly sub: string },
    accessToken: string,
  ): Promise<{ userInfo: Claims; fault: string | null }> {
    if (isComplete(claims) || configuration.serverMetadata().userinfo_endpoint === undefined)
      return { userInfo: {}, fault: null };
    try {
      return { userInfo: await fetchUserInfo(configuration, accessToken, claims.sub), fault: null };
    } catch (error) {
      const refusal = refusalOf(error, 'TOKEN');
      if (!(refusal instanceof SignInRefusal)) throw error;
      return { userInfo: {}, fault: `UserInfo cannot be read: ${refusal.detail ?? refusal.message}` };
    }
  }

  #discover({ discoveryUrl, clientId }: Settings): Promise<Discovered> {
    const known = this.#discovered.get(discoveryUrl);
    if (known !== undefined) return known;
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
    const metadata = found.serverMetadata();
    // openid-client compares issuers only for an issuer's URL, and is strict about a slash at the end.
    if (!sameIssuer(metadata.issuer, issuerOf(discoveryUrl))) {
      throw new SignInRefusal(
        'PROVIDER_MISCONFIGURED',
        `The discovery document is of another issuer: ${metadata.issuer}.`,
      );
    }
    return { metadata: structuredClone(withoutHelpers(metadata)), keys: undefined };
  }

  #get(url: string, accept: string): Promise<Response> {
    const signal = AbortSignal.timeout(TIMEOUT_SECONDS * 1000);
    const options = { method: 'GET', headers: { accept }, body: undefined, redirect: 'manual' } as const;
    return this.#fetch(url, { ...options, signal });
  }

  #configuration(
    metadata: ServerMetadata,
    { clientId, clientSecret }: Settings,
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

/** Only asymmetric algorithms: a logout token is never signed with the client secret. */
const SIGNATURES = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/**
 * The client's authentication methods in the order of attempts. The three named providers accept both; others default
 * to Basic.
 */
function clientAuthentications(
  { provider, clientSecret }: Settings,
  { token_endpoint_auth_methods_supported: supported = ['client_secret_basic'] }: ServerMetadata,
): [ClientAuth, ClientAuth?] {
  const basic = ClientSecretBasic(clientSecret);
  const post = ClientSecretPost(clientSecret);
  if (!supported.includes('client_secret_post')) return [basic];
  if (!supported.includes('client_secret_basic')) return [post];
  return provider === 'OTHER_OIDC' ? [basic, post] : [post, basic];
}

/** Backdates keys, so that openid-client fetches new ones when a key id is unknown. */
function agedKeys({ jwks, uat }: ExportedJWKSCache): ExportedJWKSCache {
  return { jwks, uat: Math.min(uat, Math.floor(Date.now() / 1000) - KEYS_REFETCHED_AFTER_SECONDS) };
}

/** The provider's metadata, without the methods that openid-client adds. */
function withoutHelpers(metadata: object): ServerMetadata {
  return JSON.parse(JSON.stringify(metadata));
}

/** Returns the type in the header of a token. @throws DomainError INVALID_INPUT for a text that is not a token */
function typeOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).typ;
  } catch {
    throw invalidToken('it is no JWT');
  }
}

/** Removes the client secret from a refusal: a provider may repeat it in its error, which is shown and stored. */
function withoutSecret(refusal: unknown, { clientSecret }: Settings): unknown {
  if (!(refusal instanceof SignInRefusal) || refusal.detail === null) return refusal;
  const detail = [clientSecret, encodeURIComponent(clientSecret)].reduce(
    (text, secret) => text.replaceAll(secret, '[client secret]'),
    refusal.detail,
  );
  return new SignInRefusal(refusal.reason, detail, refusal);
}

function isKeySet(value: unknown): value is ExportedJWKSCache['jwks'] {
  return typeof value === 'object' && value !== null && 'keys' in value && Array.isArray(value.keys);
}

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

function isBackchannelLogout(events: unknown): boolean {
  return typeof events === 'object' && events !== null && Object.hasOwn(events, LOGOUT_EVENT);
}

function invalidToken(reason: string): DomainError {
  return new DomainError('INVALID_INPUT', `The logout token is not valid: ${reason}.`);
}
