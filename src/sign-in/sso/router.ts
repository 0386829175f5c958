import express, { type ErrorRequestHandler, type RequestHandler, type Response, Router } from 'express';
import { DomainError, UnavailableError } from '../../domain/errors.js';
import { SignInRefusal } from '../../domain/sign-in-refusal.js';
import { endFromProvider } from '../../services/sso/provider-logout.js';
import { settingsForSignIn } from '../../services/sso/settings.js';
import { answerRefusals, field, page as ourPage } from '../page-handler.js';
import { continueSignIn, finishSignIn } from './callback.js';
import { showingRefusal } from './refusals.js';
import { startRehearsal, startSignIn } from './start.js';
import type { SsoRouterOptions, Visit } from './visit.js';

/** Larger than any form that is sent here. */
const LARGEST_FORM = '64kb';

/** The routes of single sign-on: `/api/workspaces/:workspaceId/auth/sso` (rules 38–41, 44). */
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
    visit(name, (one) => showingRefusal(one, '/', () => work(one)));

  const start = page('start', (one) => startSignIn(options, one));
  router.get('/start', start);
  // Initiate-login may also use POST (OpenID Connect Core §4).
  router.post('/start', form, start);
  router.get(
    '/test',
    page('test', (one) => startRehearsal(options, one)),
  );
  router.get(
    '/callback',
    page('callback', (one) => finishSignIn(options, one)),
  );
  router.post(
    '/continue',
    form,
    ourPage('/auth/sso/continue', options, (request, response, context) => {
      const workspaceId = (request.params.workspaceId ?? '').toLowerCase();
      return continueSignIn(
        options,
        { request, response, context, workspaceId },
        field(request, 'confirmation'),
      );
    }),
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

/** Back-Channel Logout 1.0 §2.8. */
function answerLogoutFault(
  response: Response,
  error: unknown,
  onFault: (error: unknown, requestId: string) => void,
): void {
  if (error instanceof UnavailableError) {
    const { retryAfterSeconds } = error.refusal.details;
    response
      .status(503)
      .set('Retry-After', String(retryAfterSeconds))
      .json({ error: 'temporarily_unavailable' });
    return;
  }
  if (error instanceof DomainError || error instanceof SignInRefusal) {
    // The answer is the same for every workspace without a connection, and for unknown ones.
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
