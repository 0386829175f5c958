import { randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client';
import { isAddress } from '../../domain/address.js';
import { SignInRefusal } from '../../domain/sign-in-refusal.js';
import { issuerOf, sameIssuer } from '../../domain/sso.js';
import { isTicketValid } from '../../services/sso/rehearsal-ticket.js';
import { type SignInSettings, settingsForSignIn } from '../../services/sso/settings.js';
import { returnPath } from '../return-to.js';
import { ATTEMPT_MS, type Attempt, keepAttempt } from './attempt.js';
import { showingRefusal, showingRefusedRehearsal } from './refusals.js';
import { encryptionOf, parametersOf, type SsoRouterOptions, type Visit } from './visit.js';

/** Starts a sign-in: sends the browser to the provider (rule 38). */
export async function startSignIn(options: SsoRouterOptions, visit: Visit): Promise<void> {
  const parameters = parametersOf(visit.request);
  const returnTo = returnToOf(parameters, options.originOf(visit.request));
  await showingRefusal(visit, returnTo, async () => {
    const settings = await settingsForSignIn(visit.context, visit.workspaceId);
    requireIssuer(settings, parameters.get('iss'));
    const hint = parameters.get('login_hint');
    await leave(options, visit, settings, {
      isRehearsal: false,
      returnTo,
      loginHint: hint !== null && isAddress(hint) ? hint : null,
    });
  });
}

/**
 * Starts a rehearsed sign-in, for a ticket of `ssoConnectionTest`.
 * @throws SignInRefusal STATE_LOST for an invalid ticket
 */
export async function startRehearsal(options: SsoRouterOptions, visit: Visit): Promise<void> {
  const { context, workspaceId, request } = visit;
  const ticket = parametersOf(request).get('ticket') ?? '';
  if (!isTicketValid(context, workspaceId, ticket))
    throw new SignInRefusal('STATE_LOST', 'The link of the rehearsal is no longer valid. Create a new one.');
  await showingRefusedRehearsal(visit, async () => {
    const settings = await settingsForSignIn(context, workspaceId);
    await leave(options, visit, settings, { isRehearsal: true, returnTo: '/', loginHint: null });
  });
}

/** Sends the browser to the provider. */
async function leave(
  { providers, originOf }: SsoRouterOptions,
  { request, response, context, workspaceId }: Visit,
  settings: SignInSettings,
  { loginHint, ...aim }: Pick<Attempt, 'isRehearsal' | 'returnTo'> & { readonly loginHint: string | null },
): Promise<void> {
  const attempt: Attempt = {
    ...aim,
    workspaceId,
    state: randomState(),
    nonce: randomNonce(),
    codeVerifier: randomPKCECodeVerifier(),
    redirectUri: `${originOf(request)}/api/workspaces/${workspaceId}/auth/sso/callback`,
    expiresAt: context.clock().getTime() + ATTEMPT_MS,
  };
  const url = await providers.authorizationUrl(settings, attempt, loginHint);
  if (!settings.isProven || aim.isRehearsal) await providers.probe(url);
  keepAttempt(request, response, encryptionOf(context), attempt, originOf(request));
  response.redirect(303, url.href);
}

/**
 * Checks the `iss` of a sign-in that a third party initiated (OpenID Connect Core §4, rule 38). Okta sends its organization,
 * even when its authorization server has another issuer.
 * @throws SignInRefusal WRONG_ISSUER
 */
function requireIssuer({ discoveryUrl, provider }: SignInSettings, issuer: string | null): void {
  if (issuer === null) return;
  const expected = issuerOf(discoveryUrl);
  const isOfOrganization = provider === 'OKTA' && sameIssuer(issuer, new URL(expected).origin);
  if (sameIssuer(issuer, expected) || isOfOrganization) return;
  throw new SignInRefusal('WRONG_ISSUER', `The sign-in was started for the issuer ${issuer}.`);
}

function returnToOf(parameters: URLSearchParams, origin: string): string {
  const target = URL.parse(parameters.get('target_link_uri') ?? '');
  const linked = target?.origin === origin ? `${target.pathname}${target.search}` : null;
  return returnPath(parameters.get('returnTo') ?? linked);
}
