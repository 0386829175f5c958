import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  enableNonRepudiationChecks,
  fetchUserInfo,
  getJwksCache,
  type ServerMetadata,
  setJwksCache,
} from 'openid-client';
import { SignInRefusal } from '../../domain/sign-in-refusal.js';
import type { SsoEnvironment } from '../../services/context/sso-environment.js';
import type { LogoutToken } from '../../services/sso/provider-logout.js';
import type { Attempt } from './attempt.js';
import { type Claims, isComplete } from './claims.js';
import { agedKeys, type Discovered, Discovery, type ProviderSettings, SKEW_SECONDS } from './discovery.js';
import { refusalOf } from './faults.js';
import { checkLogoutToken } from './logout-token.js';

const SCOPE = 'openid email profile';
/** The checked result of a provider's authorization response. */
export interface Proof {
  readonly issuer: string;
  /** The claims of the ID token, with those of UserInfo where the ID token lacks them. */
  readonly claims: Claims;
  readonly idToken: string;
  /** Why UserInfo could not be read; null when it could, or was not needed. */
  readonly userInfoFault: string | null;
}

/** The OpenID Connect client for the providers of all workspaces. */
export class Providers {
  readonly #discovery: Discovery;

  constructor(environment: Pick<SsoEnvironment, 'allowsHttp' | 'allowsPrivateNetworks'>) {
    this.#discovery = new Discovery(environment);
  }

  /**
   * The URL to which the browser is sent.
   * @throws SignInRefusal when the provider cannot be reached
   */
  async authorizationUrl(
    settings: ProviderSettings,
    attempt: Attempt,
    loginHint: string | null,
  ): Promise<URL> {
    const { metadata } = await this.#discovery.of(settings);
    try {
      return buildAuthorizationUrl(this.#discovery.configuration(metadata, settings), {
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
   * Sends the request to the provider as a browser would. A provider that refuses it shows a page of its own, from
   * which nobody returns, so that no administrator would learn of it.
   * @throws SignInRefusal REQUEST_REJECTED, PROVIDER_UNREACHABLE
   */
  async probe(authorizationUrl: URL): Promise<void> {
    try {
      const { status } = await this.#discovery.get(authorizationUrl.href, 'text/html');
      if (status >= 500) throw new SignInRefusal('PROVIDER_UNREACHABLE', `It answers ${status}.`);
      if (status >= 400) throw new SignInRefusal('REQUEST_REJECTED', `It answers ${status}.`);
    } catch (error) {
      throw refusalOf(error, 'DISCOVERY');
    }
  }

  /**
   * Exchanges the code for an ID token, and checks it: signature, issuer, audience, times and nonce (rule 39).
   * @param parameters the parameters with which the browser returned
   * @throws SignInRefusal
   */
  async exchange(settings: ProviderSettings, attempt: Attempt, parameters: URLSearchParams): Promise<Proof> {
    const discovered = await this.#discovery.of(settings);
    const url = new URL(attempt.redirectUri);
    url.search = parameters.toString();
    const [first, second] = clientAuthentications(settings, discovered.metadata);
    try {
      return await this.#grant(discovered, settings, first, attempt, url);
    } catch (error) {
      const refusal = withoutSecret(refusalOf(error, 'TOKEN'), settings);
      const isOfClient = refusal instanceof SignInRefusal && refusal.reason === 'CLIENT_REJECTED';
      // Discovery says how clients may authenticate, but not how this client is registered.
      if (!isOfClient || second === undefined) throw refusal;
    }
    try {
      return await this.#grant(discovered, settings, second, attempt, url);
    } catch (error) {
      throw withoutSecret(refusalOf(error, 'TOKEN'), settings);
    }
  }

  /**
   * The provider's sign-out page (RP-Initiated Logout 1.0 §2).
   * @returns undefined when the provider has none, or cannot be reached
   */
  async endSessionUrl(
    settings: ProviderSettings,
    { idToken, returnTo }: { readonly idToken: string | null; readonly returnTo: string },
  ): Promise<URL | undefined> {
    try {
      const { metadata } = await this.#discovery.of(settings);
      if (metadata.end_session_endpoint === undefined) return undefined;
      return buildEndSessionUrl(this.#discovery.configuration(metadata, settings), {
        post_logout_redirect_uri: returnTo,
        ...(idToken === null ? {} : { id_token_hint: idToken }),
      });
    } catch {
      return undefined;
    }
  }

  /**
   * Checks a logout token, as `checkLogoutToken` does.
   * @throws DomainError INVALID_INPUT for an invalid token; SignInRefusal when the provider cannot be reached
   */
  logoutToken(settings: ProviderSettings, token: string, now: Date): Promise<LogoutToken> {
    return checkLogoutToken(this.#discovery, settings, token, now);
  }

  async #grant(
    discovered: Discovered,
    settings: ProviderSettings,
    authentication: ClientAuth,
    attempt: Attempt,
    url: URL,
  ): Promise<Proof> {
    const { metadata, keys } = discovered;
    const configuration = this.#discovery.configuration(metadata, settings, authentication);
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
      throw new SignInRefusal('CLOCK_SKEW', 'The claim iat is in the future.');
    const { userInfo, fault } = await this.#userInfo(configuration, claims, tokens.access_token);
    return {
      issuer: claims.iss,
      claims: { ...userInfo, ...claims },
      idToken: tokens.id_token,
      userInfoFault: fault,
    };
  }

  /** The claims of UserInfo, when the ID token lacks some. The person may be recognized without them. */
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
}

/**
 * The ways in which the client may authenticate, in the order to try. Okta, Entra and Google accept both; others accept
 * Basic by default.
 */
function clientAuthentications(
  { provider, clientSecret }: ProviderSettings,
  { token_endpoint_auth_methods_supported: supported = ['client_secret_basic'] }: ServerMetadata,
): [ClientAuth, ClientAuth?] {
  const basic = ClientSecretBasic(clientSecret);
  const post = ClientSecretPost(clientSecret);
  if (!supported.includes('client_secret_post')) return [basic];
  if (!supported.includes('client_secret_basic')) return [post];
  return provider === 'OTHER_OIDC' ? [basic, post] : [post, basic];
}

/** A provider may repeat the client secret in its error, which is shown and stored. */
function withoutSecret(refusal: unknown, { clientSecret }: ProviderSettings): unknown {
  if (!(refusal instanceof SignInRefusal) || refusal.detail === null) return refusal;
  const detail = [clientSecret, encodeURIComponent(clientSecret)].reduce(
    (text, secret) => text.replaceAll(secret, '[client secret]'),
    refusal.detail,
  );
  return new SignInRefusal(refusal.reason, detail, refusal);
}
