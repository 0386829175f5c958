import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';

/** What handlers leave for the log in `response.locals`. */
export interface RequestLocals {
  requestId: string;
  /** The route's pattern: paths hold ids, which make no statistics. */
  route?: string;
  /** The kind of actor, never who. */
  actor?: string;
  /** The code of the refusal, if it was one. */
  errorCode?: string;
}

/** Gives every request an id, and writes one line about it when it is answered. Never a credential, never a body. */
export function requestLog(
  logger: Logger,
): RequestHandler<unknown, unknown, unknown, unknown, RequestLocals> {
  return (request, response, next) => {
    const started = performance.now();
    // Not `newId`: nothing is sorted by it, and Node keeps random bytes for these ready.
    const requestId = randomUUID();
    response.locals.requestId = requestId;
    response.set('X-Request-Id', requestId);
    response.on('finish', () => {
      const { route, actor, errorCode } = response.locals;
      logger.info({
        requestId,
        method: request.method,
        route: route ?? 'unknown',
        status: response.statusCode,
        ms: Math.round((performance.now() - started) * 10) / 10,
        ...(actor === undefined ? {} : { actor }),
        ...(errorCode === undefined ? {} : { code: errorCode }),
      });
    });
    next();
  };
}
