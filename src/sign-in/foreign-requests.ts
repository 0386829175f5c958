import type { RequestHandler } from 'express';
import { credentialOf } from './credential.js';
import type { Incoming, OriginOf } from './incoming.js';

/** Methods that change nothing (RFC 9110 §9.2.1). */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

const REFUSAL =
  'A request with the session cookie that may change something needs a JSON content type and the Origin of this server.';

/**
 * Refuses with 403 the requests that another site could make a browser send with the session cookie: every method that
 * may change something, unless the content type is JSON and the `Origin` is this server's (rule 36). Requests with
 * `Authorization` or without the cookie pass.
 */
export function refuseForeignChanges(originOf: OriginOf): RequestHandler {
  return (request, response, next) => {
    const origin = originOf(request);
    if (
      SAFE_METHODS.has(request.method) ||
      !credentialOf(request, origin).fromCookie ||
      (isJson(request) && request.headers.origin === origin)
    ) {
      next();
      return;
    }
    response.locals.errorCode = 'FORBIDDEN';
    response.status(403).json({
      errors: [{ message: REFUSAL, extensions: { code: 'FORBIDDEN', requestId: response.locals.requestId } }],
    });
  };
}

/** Whether a page of this server sent a form. Browsers send the origin with every posted form. */
export function isOurForm(request: Incoming, originOf: OriginOf): boolean {
  return SAFE_METHODS.has(request.method) || request.headers.origin === originOf(request);
}

function isJson(request: Incoming): boolean {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  return type.trim().toLowerCase() === 'application/json';
}
