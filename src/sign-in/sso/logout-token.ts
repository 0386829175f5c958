import { createLocalJWKSet, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { ExportedJWKSCache } from 'openid-client';
import { DomainError } from '../../domain/errors.js';
import type { LogoutToken } from '../../services/sso/provider-logout.js';
import { textOf } from './claims.js';
import { type Discovered, type Discovery, type ProviderSettings, SKEW_SECONDS } from './discovery.js';

/**
 * The longest time for which a logout token may be valid. Its `jti` is kept for so long; two minutes are recommended
 * (Back-Channel Logout 1.0 §2.4).
 */
const LONGEST_SECONDS = 30 * 86_400;

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
    const { iss = '', jti, sub, sid, events, nonce, exp = 0, iat = 0 } = payload;
    if (iat > now.getTime() / 1000 + SKEW_SECONDS) throw invalidToken('its claim iat is in the future');
    if (exp > now.getTime() / 1000 + LONGEST_SECONDS)
      throw invalidToken('its claim exp is too far in the future');
    if (!isIssuedTo(settings.clientId, payload)) throw invalidToken('it was issued to another client');
    if (!isBackchannelLogout(events)) throw invalidToken('it lacks the event of back-channel logout');
    if (nonce !== undefined) throw invalidToken('it has a nonce');
    if (typeof jti !== 'string' || jti === '') throw invalidToken('it lacks the claim jti');
    return {
      issuer: iss,
      jti,
      subject: textIfPresent('sub', sub),
      sid: textIfPresent('sid', sid),
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

/** The value of the event must be an object (Back-Channel Logout 1.0 §2.4). */
function isBackchannelLogout(events: unknown): boolean {
  return (
    isObject(events) && Object.hasOwn(events, LOGOUT_EVENT) && isObject(Reflect.get(events, LOGOUT_EVENT))
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A token for several audiences names the client that it was issued to (OpenID Connect Core §3.1.3.7, 4 and 5). */
function isIssuedTo(clientId: string, { aud, azp }: JWTPayload): boolean {
  return !Array.isArray(aud) || aud.length === 1 || azp === clientId;
}

/** A claim that is no text would name nobody, or more sessions than the provider meant. */
function textIfPresent(name: string, value: unknown): string | null {
  if (value === undefined) return null;
  const text = textOf(value);
  if (text === null) throw invalidToken(`its claim ${name} is not a text`);
  return text;
}

function invalidToken(reason: string): DomainError {
  return new DomainError('INVALID_INPUT', `The logout token is not valid: ${reason}.`);
}
