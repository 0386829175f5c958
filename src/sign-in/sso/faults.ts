import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { SignInRefusal, type SignInRefusalReason } from '../../domain/sign-in-refusal.js';
import { RefusedTargetError } from '../../http/request-targets.js';
import { UnreachableError } from './fetch.js';

/** The request to the provider that failed. */
type Step = 'DISCOVERY' | 'TOKEN';

/** Error codes of an authorization response that mean that the person or a policy of the provider declined. */
const DECLINED: ReadonlySet<string> = new Set([
  'access_denied',
  'consent_required',
  'interaction_required',
  'login_required',
  'account_selection_required',
]);

/** The reason for each error code of openid-client. */
const BY_CODE: Readonly<Record<string, SignInRefusalReason>> = {
  OAUTH_TIMEOUT: 'PROVIDER_UNREACHABLE',
  OAUTH_ABORT: 'PROVIDER_UNREACHABLE',
  OAUTH_JWT_TIMESTAMP_CHECK_FAILED: 'CLOCK_SKEW',
  OAUTH_JWT_CLAIM_COMPARISON_FAILED: 'TOKEN_INVALID',
  OAUTH_KEY_SELECTION_FAILED: 'TOKEN_INVALID',
  OAUTH_UNSUPPORTED_OPERATION: 'TOKEN_INVALID',
  OAUTH_INVALID_RESPONSE: 'TOKEN_INVALID',
  OAUTH_MISSING_SERVER_METADATA: 'PROVIDER_MISCONFIGURED',
  OAUTH_INVALID_SERVER_METADATA: 'PROVIDER_MISCONFIGURED',
  OAUTH_HTTP_REQUEST_FORBIDDEN: 'PROVIDER_MISCONFIGURED',
  OAUTH_REQUEST_PROTOCOL_FORBIDDEN: 'PROVIDER_MISCONFIGURED',
};

/**
 * Converts an error of openid-client to a refusal.
 * @returns the error itself when the provider did not cause it
 */
export function refusalOf(error: unknown, step: Step): unknown {
  if (error instanceof SignInRefusal) return error;
  const unreachable = causes(error).find((cause) => cause instanceof UnreachableError);
  if (unreachable !== undefined) return new SignInRefusal('PROVIDER_UNREACHABLE', unreachable.message);
  const refused = causes(error).find((cause) => cause instanceof RefusedTargetError);
  if (refused !== undefined) return new SignInRefusal('PROVIDER_MISCONFIGURED', refused.message);
  if (error instanceof AuthorizationResponseError) {
    const reason = DECLINED.has(error.error) ? 'ACCESS_DENIED' : 'PROVIDER_ERROR';
    return new SignInRefusal(reason, described(error.error, error.error_description));
  }
  if (error instanceof ResponseBodyError) {
    if (error.status >= 500) return new SignInRefusal('PROVIDER_UNREACHABLE', `It answers ${error.status}.`);
    return new SignInRefusal(
      reasonOfTokenError(error.error),
      described(error.error, error.error_description),
    );
  }
  if (error instanceof WWWAuthenticateChallengeError)
    return new SignInRefusal('CLIENT_REJECTED', `The provider answers ${error.status}.`);
  if (error instanceof ClientError) return refusalOfClientError(error, step);
  return error;
}

function reasonOfTokenError(error: string): SignInRefusalReason {
  switch (error) {
    case 'invalid_client':
    case 'unauthorized_client':
      return 'CLIENT_REJECTED';
    case 'invalid_grant':
      return 'CODE_REJECTED';
    default:
      return 'PROVIDER_ERROR';
  }
}

function refusalOfClientError(error: ClientError, step: Step): SignInRefusal {
  const { code = '', cause } = error;
  const status = causes(error).find((one) => one instanceof Response)?.status;
  if (status !== undefined && status >= 500)
    return new SignInRefusal('PROVIDER_UNREACHABLE', `It answers ${status}.`);
  if (step === 'DISCOVERY' && BY_CODE[code] !== 'PROVIDER_UNREACHABLE') {
    const detail = status === undefined ? error.message : `The discovery URL answers ${status}.`;
    return new SignInRefusal('PROVIDER_MISCONFIGURED', detail);
  }
  const claim = wrongClaim(cause);
  if (claim === 'iss') return new SignInRefusal('WRONG_ISSUER', 'The claim iss of the ID token is wrong.');
  const detail = claim === undefined ? deepest(error) : `The claim ${claim} of the ID token is wrong.`;
  return new SignInRefusal(BY_CODE[code] ?? 'PROVIDER_ERROR', detail);
}

function described(error: string, description: string | undefined): string {
  return description === undefined ? error : `${error}: ${description}`;
}

/** The name of the claim whose value was unexpected. */
function wrongClaim(error: unknown): string | undefined {
  return causes(error)
    .map((cause) =>
      typeof cause === 'object' && cause !== null && 'claim' in cause && typeof cause.claim === 'string'
        ? cause.claim
        : undefined,
    )
    .find((claim) => claim !== undefined);
}

/** The message of the innermost cause, which is the most precise. */
function deepest(error: Error): string {
  const errors = causes(error).filter((cause) => cause instanceof Error);
  return errors.at(-1)?.message ?? error.message;
}

/** An error followed by its chain of causes. */
function causes(error: unknown): unknown[] {
  const found: unknown[] = [];
  for (let one = error; one !== undefined && found.length < 10; ) {
    found.push(one);
    one = one instanceof Error ? one.cause : undefined;
  }
  return found;
}
