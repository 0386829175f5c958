import express, { Router } from 'express';
import { invitationRoutes } from './invitation-routes.js';
import { linkRoutes } from './link-routes.js';
import type { SignInOptions } from './options.js';
import { answerRefusals, nothingHere } from './page-handler.js';
import { ICON, STYLE, STYLE_URL } from './pages/style.js';
import { sessionRoutes } from './session-routes.js';
import { signInRoutes } from './sign-in-routes.js';

/** Below these paths, browsers get pages only. */
const PAGES = ['/sign-in', '/sign-out', '/signed-out', '/invitation'];

const FOR_EVER = 'public, max-age=31536000, immutable';

/** Serves the pages on which people and operators sign in and out and accept invitations. Mount it at `/`. */
export function signInRouter(options: SignInOptions): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get(STYLE_URL, (_request, response) => {
    response.locals.route = '/sign-in/assets';
    response.set('Cache-Control', FOR_EVER).type('css').send(STYLE);
  });
  router.get('/sign-in/assets/icon.svg', (_request, response) => {
    response.locals.route = '/sign-in/assets';
    response.set('Cache-Control', 'public, max-age=86400').type('svg').send(ICON);
  });
  router.use(PAGES, express.urlencoded({ extended: false, limit: '10kb', parameterLimit: 20 }));
  signInRoutes(router, options);
  linkRoutes(router, options);
  sessionRoutes(router, options);
  invitationRoutes(router, options);
  router.use(PAGES, nothingHere);
  router.use(answerRefusals(options));
  return router;
}
