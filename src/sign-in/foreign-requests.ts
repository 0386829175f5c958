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

/**
 * Refuses what is no request for a stream: other methods than GET and POST, and GET with the session cookie, which other
 * sites can make a browser send (`refuseForeignChanges` looks after POST).
 */
export function refuseOtherThanStreams(originOf: OriginOf): RequestHandler {
  return (request, response, next) => {
    const refuse = (status: number, code: string, message: string) => {
      const { requestId } = response.locals;
      response.locals.errorCode = code;
      response.status(status).json({ errors: [{ message, extensions: { code, requestId } }] });
    };
    if (request.method !== 'POST' && request.method !== 'GET') {
      response.set('Allow', 'GET, POST');
      refuse(405, 'BAD_REQUEST', 'Send a subscription with POST, or with GET and the header Authorization.');
    } else if (request.method === 'GET' && credentialOf(request, originOf(request)).fromCookie) {
      refuse(403, 'FORBIDDEN', 'With the session cookie, a subscription must be sent with POST.');
    } else next();
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
