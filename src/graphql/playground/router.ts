import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import express, { type RequestHandler, Router } from 'express';

// The same three steps up lead to the project from src/graphql/playground and from dist/graphql/playground.
const BUNDLE = resolve(import.meta.dirname, '../../../dist/playground');

const SECURITY_HEADERS = {
  // Everything comes from this server, and the page talks to nobody else: what is typed here includes
  // credentials. Monaco writes its colours into <style> elements and style attributes; GraphiQL's style sheet
  // carries its fonts as data: URLs. Images from elsewhere are blocked: GraphiQL previews any image address
  // that the pointer rests on.
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

// Vite puts a hash of the content into the name of every asset, so a name never changes its meaning.
const FOR_EVER = { immutable: true, maxAge: '1y' };

const setSecurityHeaders: RequestHandler = (_request, response, next) => {
  response.set(SECURITY_HEADERS);
  next();
};

/**
 * Serves the playground (GraphiQL, from our own files) at its mount point, with and without a trailing slash.
 * The bundle is built for the mount point `/playground` and sends its operations to `/graphql` of the same origin.
 *
 * @param bundle the directory that `build.ts` has written
 * @returns a router that answers the page and its assets, 503 with a sentence while the bundle has not been
 * built (`build.ts`), and passes on what is not in the bundle
 */
export function playgroundRouter(bundle = BUNDLE): Router {
  const router = Router();
  router.use(setSecurityHeaders, refuseUntilBuilt(bundle));
  router.get('/', (_request, response) => {
    // The page names the assets by their hashes, so it must be asked for again after each build.
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
