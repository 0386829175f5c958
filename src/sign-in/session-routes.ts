import type { Router } from 'express';
import { DomainError } from '../domain/errors.js';
import { openOperatorSession } from '../services/sign-in/operators.js';
import { browserOf, endBrowserSession, startBrowserSession } from './browser-session.js';
import type { SignInOptions } from './options.js';
import { field, page, show } from './page-handler.js';
import { continuePage } from './pages/continue.js';
import { operatorPage } from './pages/operator.js';
import { signedOutPage } from './pages/signed-out.js';

/** The routes on which operators sign in (rule 47) and everybody signs out. */
export function sessionRoutes(router: Router, options: SignInOptions): void {
  const { originOf } = options;
  router.get(
    '/sign-in/operator',
    page('/sign-in/operator', options, (_request, response) => show(response, operatorPage({ error: null }))),
  );
  router.post(
    '/sign-in/operator',
    page('/sign-in/operator', options, async (request, response, services) => {
      try {
        const session = await openOperatorSession(services, {
          operatorToken: field(request, 'token'),
          browser: browserOf(request),
        });
        await startBrowserSession(response, services, session, originOf(request));
        response.redirect(303, '/');
      } catch (error) {
        if (!(error instanceof DomainError) || error.details.attribute !== 'token') throw error;
        response.locals.errorCode = error.code;
        show(response, operatorPage({ error: error.message }), 401);
      }
    }),
  );
  router.post(
    '/sign-out',
    page('/sign-out', options, async (request, response, services) => {
      const next = await options.providerSignOutUrl(services, originOf(request));
      await endBrowserSession(response, services, originOf(request));
      if (next === null) return response.redirect(303, '/signed-out');
      show(
        response,
        continuePage({ title: 'Signing out', url: next, text: 'Sign out of your company’s sign-in too' }),
      );
    }),
  );
  router.get(
    '/signed-out',
    page('/signed-out', options, (_request, response) => show(response, signedOutPage())),
  );
}
