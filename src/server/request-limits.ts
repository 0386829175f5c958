import type { RequestHandler } from 'express';
import { networkOf, normalizedAddress } from '../auth/remote-address.js';
import { inRequest } from '../database/request-scope.js';

/**
 * Bounds what a request may do to the database: its statements end when the client has gone or its time is over, and it
 * uses the share of its network address until its caller is known.
 * @param seconds how long a request may take; one whose answer has begun may take longer
 */
export function limitRequests(seconds: number): RequestHandler {
  return (request, response, next) => {
    const end = performance.now() + 1000 * seconds;
    const scope = {
      request: response,
      share: networkOf(normalizedAddress(request.ip ?? '')),
      isGone: () => response.closed && !response.writableFinished,
      isLate: () => !response.headersSent && performance.now() > end,
    };
    inRequest(scope, next);
  };
}
