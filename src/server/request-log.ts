import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';

/** The values that handlers put into `response.locals` for the log. */
export interface RequestLocals {
  requestId: string;
  /** The route's pattern; paths contain ids, which cannot be aggregated. */
  route?: string;
  /** The kind of actor. */
  actor?: string;
  /** The code of the refusal, if the request was refused. */
  errorCode?: string;
}

/** Gives every request an id and logs one line when it is answered, without credentials and bodies. */
export function requestLog(
  logger: Logger,
): RequestHandler<unknown, unknown, unknown, unknown, RequestLocals> {
  return (request, response, next) => {
    const started = performance.now();
    // Node caches random bytes for `randomUUID`, which makes it cheaper than `newId`.
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
