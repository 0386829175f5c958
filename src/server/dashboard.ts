import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type RequestHandler, Router } from 'express';
import sirv from 'sirv';

// The project is two levels up from both src/server and dist/server.
const BUNDLE = resolve(import.meta.dirname, '../../dist/dashboard');

const SECURITY_HEADERS = {
  'Content-Security-Policy': [
    "default-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    "img-src 'self' data:",
    // React Aria writes one <style> element; its content has this hash.
    "style-src 'self' 'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/** The paths that the dashboard's own router answers. */
const SCREENS = /^\/($|workspace\/|account(\/|$))/;

/**
 * Serves the dashboard: its page for every path of a screen, and its assets, whose names contain a hash of their
 * content, so that they may be cached for ever.
 *
 * @param bundle the directory that `src/dashboard/build` has written
 * @returns a router that answers 503 with a sentence while the dashboard has not been built, and passes on requests for
 *   anything but screens and assets
 */
export function dashboardRouter(bundle = BUNDLE): Router {
  const router = Router();
  if (!existsSync(join(bundle, 'index.html'))) return router.get(SCREENS, notBuilt);
  const compressed = { brotli: true, gzip: true, etag: true };
  router.use(
    '/assets',
    setSecurityHeaders,
    sirv(join(bundle, 'assets'), { ...compressed, immutable: true, maxAge: ONE_YEAR_S }),
  );
  const page = sirv(bundle, compressed);
  router.get(SCREENS, setSecurityHeaders, (request, response, next) => {
    response.locals.route = '/';
    // The page names the assets by their hashes, so the browser must fetch it again each time.
    response.set('Cache-Control', 'no-cache');
    request.url = '/';
    page(request, response, next);
  });
  return router;
}

const ONE_YEAR_S = 31_536_000;

const setSecurityHeaders: RequestHandler = (_request, response, next) => {
  response.locals.route = '/assets';
  response.set(SECURITY_HEADERS);
  // sirv keeps a header that is set already.
  response.removeHeader('Cache-Control');
  next();
};

const notBuilt: RequestHandler = (_request, response) => {
  response.status(503).set('Cache-Control', 'no-store').type('text/plain');
  response.send('The dashboard has not been built. Run `npm run build`, then start the server again.\n');
};
