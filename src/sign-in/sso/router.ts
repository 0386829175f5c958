import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  Router,
} from 'express';
import { randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client';
import { isAddress } from '../../domain/address.js';
import { DomainError } from '../../domain/errors.js';
import { SignInRefusal } from '../../domain/sign-in-refusal.js';
import { issuerOf, sameIssuer } from '../../domain/sso.js';
import type { ServiceContext } from '../../services/context/service-context.js';
import { endFromProvider } from '../../services/sso/provider-logout.js';
import { isTicketValid } from '../../services/sso/rehearsal-ticket.js';
import { type SignInSettings, settingsForSignIn } from '../../services/sso/settings.js';
import { type ProviderSignIn, signIn } from '../../services/sso/sign-in.js';
import { recordRefusal } from '../../services/sso/sign-in-log.js';
import { acceptOnce, wasUsed } from '../../services/sso/used-values.js';
import { browserOf, startBrowserSession } from '../browser-session.js';
import type { Incoming, OriginOf } from '../incoming.js';
import { answerRefusals, PAGE_HEADERS, refuse } from '../page-handler.js';
import { returnPath } from '../return-to.js';
import { ATTEMPT_MS, type Attempt, keepAttempt, takeAttempt } from './attempt.js';
import { identityOf } from './claims.js';
import { rehearsalPage, shownRefusal } from './pages.js';
import type { Proof, Providers } from './providers.js';
import { type Rehearsal, refusedRehearsal, rehearsalOf } from './rehearsal.js';
import { startPath } from './ways.js';

export interface SsoRouterOptions {
  readonly providers: Providers;
  /** The context of a request, whose caller is the session that the browser has so far. */
  contextFor(request: Incoming, requestId: string): Promise<ServiceContext>;
  /** Where the browser reached us. */
  readonly originOf: OriginOf;
  /** Told of faults that nobody expected. */
  onFault(error: unknown, requestId: string): void;
}

/** More than any form that comes here. */
const LARGEST_FORM = '64kb';

/** One request at this door. */
interface Visit {
  readonly request: Request;
  readonly response: Response;
  readonly context: ServiceContext;
  readonly workspaceId: string;
}

/** The door of single sign-on: `/api/workspaces/:workspaceId/auth/sso` (rules 38–41, 44). */
export function ssoRouter(options: SsoRouterOptions): Router {
  const { providers, onFault } = options;
  const router = Router({ mergeParams: true });
  const form = express.urlencoded({ extended: false, limit: LARGEST_FORM });
  const visit = (
    name: string,
    work: (visit: Visit) => Promise<void>,
  ): RequestHandler<{ workspaceId: string }> => {
    return async (request, response) => {
      response.locals.route = `/auth/sso/${name}`;
      response.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
      const context = await options.contextFor(request, response.locals.requestId);
      const workspaceId = request.params.workspaceId.toLowerCase();
      await work({ request, response, context, workspaceId });
    };
  };
  const page = (name: string, work: (visit: Visit) => Promise<void>) =>
    visit(name, async (one) => {
      try {
        await work(one);
      } catch (error) {
        await showRefusal(one, error);
      }
    });

  const start = page('start', (one) => startSignIn(options, one, parametersOf(one.request)));
  router.get('/start', start);
  // Initiate-login comes by POST too (OpenID Connect Core §4).
  router.post('/start', form, start);
  router.get(
    '/test',
    page('test', (one) => startRehearsal(options, one)),
  );
  router.get(
    '/callback',
    page('callback', (one) => finish(options, one)),
  );
  router.post(
    '/backchannel-logout',
    form,
    visit('backchannel-logout', async ({ request, response, context, workspaceId }) => {
      const token: unknown = request.body?.logout_token;
      try {
        if (typeof token !== 'string') throw new DomainError('INVALID_INPUT', 'logout_token is missing.');
        const settings = await settingsForSignIn(context, workspaceId);
        const logout = await providers.logoutToken(settings, token, context.clock());
        await endFromProvider(context, workspaceId, logout);
        response.status(200).end();
      } catch (error) {
        answerLogoutFault(response, error, onFault);
      }
    }),
  );
  router.use('/backchannel-logout', answerBadForm);
  router.use(answerRefusals(options));
  return router;
}

async function startSignIn(
  options: SsoRouterOptions,
  visit: Visit,
  parameters: URLSearchParams,
): Promise<void> {
  const settings = await settingsForSignIn(visit.context, visit.workspaceId);
  requireIssuer(settings, parameters.get('iss'));
  const hint = parameters.get('login_hint');
  await leave(options, visit, settings, {
    isRehearsal: false,
    returnTo: returnToOf(parameters, options.originOf(visit.request)),
    loginHint: hint !== null && isAddress(hint) ? hint : null,
  });
}

async function startRehearsal(options: SsoRouterOptions, visit: Visit): Promise<void> {
  const { context, workspaceId, request, response } = visit;
  const ticket = parametersOf(request).get('ticket') ?? '';
  if (!isTicketValid(context, workspaceId, ticket))
    throw new SignInRefusal('STATE_LOST', 'The link of the rehearsal is not valid any more. Make a new one.');
  await rehearsing(response, async () => {
    const settings = await settingsForSignIn(context, workspaceId);
    await leave(options, visit, settings, { isRehearsal: true, returnTo: '/', loginHint: null });
  });
}

/** Shows what goes wrong in a rehearsal to the administrator who rehearses, in full. The log has real sign-ins only. */
async function rehearsing(response: Response, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SignInRefusal)) throw error;
    showRehearsal(response, refusedRehearsal(error));
  }
}

function showRehearsal(response: Response, rehearsal: Rehearsal): void {
  response.set(PAGE_HEADERS).type('html').send(rehearsalPage(rehearsal));
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
  const { encryption } = context.sso;
  if (encryption === null) throw new SignInRefusal('SECRET_UNREADABLE', 'SECRETS_KEY is not set.');
  keepAttempt(request, response, encryption, attempt, originOf(request));
  response.redirect(303, url.href);
}

/** The browser comes back from the provider. */
async function finish(options: SsoRouterOptions, visit: Visit): Promise<void> {
  const { request, response, context, workspaceId } = visit;
  const { providers, originOf } = options;
  const parameters = parametersOf(request);
  const attempt = await attemptOf(visit, originOf(request), parameters.get('state') ?? '');
  const comeBack = async () => {
    const settings = await settingsForSignIn(context, workspaceId);
    const proof = await providers.exchange(settings, attempt, parameters);
    return { settings, proof, arrival: arrivalOf(request, settings, attempt, proof) };
  };
  if (attempt.isRehearsal) {
    return rehearsing(response, async () => {
      const { settings, proof, arrival } = await comeBack();
      showRehearsal(response, await rehearsalOf(context, settings, arrival, proof));
    });
  }
  const { settings, proof, arrival } = await comeBack();
  const { session, by } = await explaining(proof.userInfoFault, () => signIn(context, settings, arrival));
  await startBrowserSession(response, context, session, originOf(request));
  response.redirect(303, by === 'INVITED' ? `/workspace/${workspaceId}` : attempt.returnTo);
}

function arrivalOf(
  request: Request,
  { provider }: SignInSettings,
  { returnTo }: Attempt,
  { issuer, claims, idToken }: Proof,
): ProviderSignIn {
  const { address, userAgent } = browserOf(request);
  return {
    identity: identityOf(provider, issuer, claims),
    sid: typeof claims.sid === 'string' ? claims.sid : null,
    idToken,
    invitationToken: INVITATION.exec(returnTo)?.[1] ?? null,
    networkAddress: address,
    userAgent,
  };
}

/** The page of an invitation, from which somebody was sent to sign in. */
const INVITATION = /^\/invitation\/([\w-]+)$/;

/**
 * The attempt that a browser brings back, once.
 * @throws SignInRefusal STATE_LOST, STATE_REPLAYED
 */
async function attemptOf(
  { request, response, context, workspaceId }: Visit,
  origin: string,
  state: string,
): Promise<Attempt> {
  const { database, sso, clock } = context;
  const attempt = takeAttempt(request, response, sso.encryption, {
    workspaceId,
    state,
    now: clock(),
    origin,
  });
  if (attempt === undefined)
    throw new SignInRefusal((await wasUsed(database, 'state', state)) ? 'STATE_REPLAYED' : 'STATE_LOST');
  if (!(await acceptOnce(database, 'state', state, new Date(attempt.expiresAt))))
    throw new SignInRefusal('STATE_REPLAYED');
  return attempt;
}

/** Adds to a missing address why it is missing. */
async function explaining<Result>(fault: string | null, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (fault === null || !(error instanceof SignInRefusal) || error.reason !== 'ADDRESS_MISSING')
      throw error;
    throw new SignInRefusal(error.reason, fault, error);
  }
}

/**
 * Whoever starts a sign-in from elsewhere says at which provider (OpenID Connect Core §4, rule 38). Okta names the
 * organization, also where its authorization server has another issuer.
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

function parametersOf(request: Request): URLSearchParams {
  const parameters = new URL(request.originalUrl, 'http://rollcall.invalid').searchParams;
  const form: unknown = request.body;
  if (typeof form !== 'object' || form === null) return parameters;
  for (const [name, value] of Object.entries(form)) {
    if (typeof value === 'string') parameters.set(name, value);
  }
  return parameters;
}

/** Writes the refusal down, and tells the person what they may know of it. What is no refusal is thrown on. */
async function showRefusal(
  { request, response, context, workspaceId }: Visit,
  error: unknown,
): Promise<void> {
  const refusal = refusalToShow(error);
  const networkAddress = browserOf(request).address;
  const reference = await recordRefusal(context, { workspaceId, refusal, networkAddress });
  const start = refusal.reason === 'NOT_CONFIGURED' ? null : startPath(workspaceId);
  response.locals.errorCode = refusal.reason;
  refuse(response, STATUS[refusal.reason] ?? 403, shownRefusal(refusal, reference, start));
}

/** Values that the database cannot hold come from the provider. */
function refusalToShow(error: unknown): SignInRefusal {
  if (error instanceof SignInRefusal) return error;
  if (error instanceof DomainError) return new SignInRefusal('TOKEN_INVALID', error.message);
  throw error;
}

/** 403 by default. No status shows whether a workspace or a person exists. */
const STATUS: Readonly<Partial<Record<SignInRefusal['reason'], number>>> = {
  NOT_CONFIGURED: 404,
  NOT_ENTERPRISE: 404,
  PROVIDER_UNREACHABLE: 502,
  PROVIDER_MISCONFIGURED: 502,
  PROVIDER_ERROR: 502,
  CLIENT_REJECTED: 502,
  REQUEST_REJECTED: 502,
  SECRET_UNREADABLE: 503,
  STATE_LOST: 400,
  STATE_REPLAYED: 400,
};

/** Back-Channel Logout 1.0 §2.8. */
function answerLogoutFault(
  response: Response,
  error: unknown,
  onFault: (error: unknown, requestId: string) => void,
): void {
  if (error instanceof DomainError || error instanceof SignInRefusal) {
    // One answer for every workspace that has no connection, and for those that do not exist.
    const description = error instanceof DomainError ? error.message : 'The token cannot be checked.';
    response.status(400).json({ error: 'invalid_request', error_description: description });
    return;
  }
  onFault(error, response.locals.requestId);
  response.status(500).json({ error: 'server_error' });
}

const answerBadForm: ErrorRequestHandler = (error, _request, response, next) => {
  const isBadForm = typeof error === 'object' && error !== null && 'status' in error && error.status !== 500;
  if (!isBadForm || response.headersSent) return next(error);
  response.status(400).json({ error: 'invalid_request', error_description: 'The form cannot be read.' });
};
