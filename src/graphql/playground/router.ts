import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import express, { type RequestHandler, Router } from 'express';

// The project is three levels up from both src/graphql/playground and dist/graphql/playground.
const BUNDLE = resolve(import.meta.dirname, '../../../dist/playground');

const SECURITY_HEADERS = {
  // The page loads everything from this server and sends nothing to any other, because users type credentials into it.
  // Monaco sets its colours in <style> elements and style attributes, and GraphiQL's style sheet contains its fonts as
  // data: URLs. Images from other servers are blocked because GraphiQL previews any image address under the pointer.
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "connect-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

// Vite puts a hash of the content into the name of every asset, so the content under a name never changes.
const FOR_EVER = { immutable: true, maxAge: '1y' };

const setSecurityHeaders: RequestHandler = (_request, response, next) => {
  response.set(SECURITY_HEADERS);
  next();
};

/**
 * Serves the playground (GraphiQL, from this server's files) at its mount point, with and without a trailing slash. The
 * bundle is built for the mount point `/playground` and sends its operations to `/graphql` of the same origin.
 *
 * @param bundle the directory that `build.ts` writes
 * @returns a router that answers the page and its assets; it answers 503 with a sentence if the bundle is not built,
 *   and passes on requests for files that are not in the bundle
 */
export function playgroundRouter(bundle = BUNDLE): Router {
  const router = Router();
  router.use(setSecurityHeaders, refuseUntilBuilt(bundle));
  router.get('/', (_request, response) => {
    // The page contains the hashed names of the assets, so browsers must fetch it again after each build.
    response.set('Cache-Control', 'no-cache');
    response.sendFile('index.html', { root: bundle, cacheControl: false });
  });
  router.use(
    '/assets',
    express.static(join(bundle, 'assets'), { index: false, redirect: false, ...FOR_EVER }),
  );
  return router;
}

function refuseUntilBuilt(bundle: string): RequestHandler {
  return (_request, response, next) => {
    if (existsSync(join(bundle, 'index.html'))) {
      next();
      return;
    }
    response
      .status(503)
      .set('Cache-Control', 'no-store')
      .type('text/plain')
      .send('The playground has not been built. Run `npm run build`, then reload this page.\n');
  };
}
