import { createLocalJWKSet, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import type { ExportedJWKSCache } from 'openid-client';
import { DomainError } from '../../domain/errors.js';
import type { LogoutToken } from '../../services/sso/provider-logout.js';
import { type Discovered, type Discovery, type ProviderSettings, SKEW_SECONDS } from './discovery.js';

/**
 * Checks a logout token as an ID token is checked (Back-Channel Logout 1.0 §2.6). It does not check whether the token
 * was used before.
 * @throws DomainError INVALID_INPUT for an invalid token; SignInRefusal when the provider cannot be reached
 */
export async function checkLogoutToken(
  discovery: Discovery,
  settings: ProviderSettings,
  token: string,
  now: Date,
): Promise<LogoutToken> {
  const discovered = await discovery.of(settings);
  try {
    const { payload } = await verify(discovery, discovered, settings, token, now);
    const { iss = '', jti, sub, sid, events, nonce, exp = 0 } = payload;
    if (!isBackchannelLogout(events)) throw invalidToken('it lacks the event of back-channel logout');
    if (nonce !== undefined) throw invalidToken('it has a nonce');
    if (typeof jti !== 'string' || jti === '') throw invalidToken('it lacks the claim jti');
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

async function verify(
  discovery: Discovery,
  discovered: Discovered,
  settings: ProviderSettings,
  token: string,
  now: Date,
) {
  const { issuer } = discovered.metadata;
  const verifyWith = (keys: ExportedJWKSCache) =>
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
    throw invalidToken('it has another type');
  const keys = discovered.keys ?? (await discovery.fetchKeys(discovered));
  try {
    return await verifyWith(keys);
  } catch (error) {
    if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    return verifyWith(await discovery.fetchKeys(discovered));
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

/** The type in the header of a token. @throws DomainError INVALID_INPUT for text that is not a token */
function typeOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).typ;
  } catch {
    throw invalidToken('it is not a JWT');
  }
}

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

function isBackchannelLogout(events: unknown): boolean {
  return typeof events === 'object' && events !== null && Object.hasOwn(events, LOGOUT_EVENT);
}

function invalidToken(reason: string): DomainError {
  return new DomainError('INVALID_INPUT', `The logout token is not valid: ${reason}.`);
}
