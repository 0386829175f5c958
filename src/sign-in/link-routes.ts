import type { Router } from 'express';
import { DomainError } from '../domain/errors.js';
import type { ServiceContext } from '../services/context/service-context.js';
import { openLink, type SignedIn, signInWithCode, signInWithLink } from '../services/sign-in/mail-links.js';
import { closedWorkspaces } from '../services/sso/sign-in-log.js';
import { browserOf, startBrowserSession } from './browser-session.js';
import { LINK_COOKIE, readCookie } from './cookies.js';
import type { SignInOptions } from './options.js';
import { field, type PageRequest, type PageResponse, page, show } from './page-handler.js';
import { closedWorkspacesPage } from './pages/closed-workspaces.js';
import { linkElsewherePage, linkHerePage, linkSentPage } from './pages/link.js';
import { returnPath } from './return-to.js';

/** The page of the workspaces that a mail link does not open. */
const CLOSED_PATH = '/sign-in/closed';

/** `/sign-in/link/…`: the mailed link, in the browser that requested it and in another (rule 46). */
export function linkRoutes(router: Router, options: SignInOptions): void {
  const { originOf, mailsInLog: inLog } = options;
  const finish = async (
    request: PageRequest,
    response: PageResponse,
    services: ServiceContext,
    { session, returnTo, isPartial }: SignedIn,
  ) => {
    await startBrowserSession(response, services, session, originOf(request));
    response.redirect(303, isPartial ? `${CLOSED_PATH}?${new URLSearchParams({ returnTo })}` : returnTo);
  };
  const browserTokenOf = (request: PageRequest) => readCookie(request, LINK_COOKIE, originOf(request));

  router.get(
    CLOSED_PATH,
    page(CLOSED_PATH, options, async (request, response, services) => {
      const returnTo = returnPath(request.query.returnTo);
      const closed = await closedWorkspaces(services);
      if (closed.length === 0) response.redirect(303, returnTo);
      else show(response, closedWorkspacesPage(closed, returnTo));
    }),
  );
  router.get(
    '/sign-in/link/sent',
    page('/sign-in/link/sent', options, (_request, response) => {
      show(response, linkSentPage({ error: null, inLog }));
    }),
  );
  // The page of a wrong code has this URL, which a browser may open again.
  router.get('/sign-in/link/code', (_request, response) => response.redirect(303, '/sign-in/link/sent'));
  router.post(
    '/sign-in/link/code',
    page('/sign-in/link/code', options, async (request, response, services) => {
      try {
        const input = {
          code: field(request, 'code'),
          browserToken: browserTokenOf(request),
          browser: browserOf(request),
        };
        await finish(request, response, services, await signInWithCode(services, input));
      } catch (error) {
        if (!(error instanceof DomainError) || error.details.attribute !== 'code') throw error;
        response.locals.errorCode = error.code;
        show(response, linkSentPage({ error: `${error.message} ${error.details.hint ?? ''}`, inLog }), 401);
      }
    }),
  );
  router.get(
    '/sign-in/link/:token',
    page('/sign-in/link/:token', options, async (request, response, services) => {
      const { token = '' } = request.params;
      const link = await openLink(services, { token, browserToken: browserTokenOf(request) });
      show(
        response,
        link.kind === 'HERE' ? linkHerePage({ token, email: link.email }) : linkElsewherePage(link),
      );
    }),
  );
  router.post(
    '/sign-in/link/:token',
    page('/sign-in/link/:token', options, async (request, response, services) => {
      const { token = '' } = request.params;
      const browserToken = browserTokenOf(request);
      await finish(
        request,
        response,
        services,
        await signInWithLink(services, { token, browserToken, browser: browserOf(request) }),
      );
    }),
  );
}
