import type { Application, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { newRequestId } from '../domain/ids.js';
import type { Metrics } from './metrics/metrics.js';
import { proxyIds } from './proxy-ids.js';
import { describeSpan } from './tracing.js';

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

/** Whether `TRUSTED_PROXIES` names the address; Express keeps the function that it makes of the setting. */
function isTrusted({ app }: { readonly app: Application }, address: string): boolean {
  const trusts: unknown = app.get('trust proxy fn');
  return typeof trusts === 'function' && trusts(address, 0) === true;
}

/** Gives every request an id; when it is answered, counts it and logs one line, without credentials and bodies. */
export function requestLog(
  logger: Logger,
  metrics: Metrics | undefined,
): RequestHandler<unknown, unknown, unknown, unknown, RequestLocals> {
  return (request, response, next) => {
    const started = performance.now();
    const requestId = newRequestId();
    const idsOfProxy = proxyIds(request, (address) => isTrusted(request, address));
    response.locals.requestId = requestId;
    response.setHeader('X-Request-Id', requestId);
    // Pages and files of the dashboard say otherwise.
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.on('finish', () => {
      const { route = 'unknown', actor, errorCode } = response.locals;
      const { method } = request;
      const status = response.statusCode;
      const ms = performance.now() - started;
      const traceId = describeSpan({ requestId, method, route, code: errorCode });
      metrics?.count({ method, route, status, seconds: ms / 1000, code: errorCode });
      logger.info({
        requestId,
        ...idsOfProxy,
        ...(traceId === undefined ? {} : { traceId }),
        method,
        route,
        status,
        ms: Math.round(ms * 10) / 10,
        ...(actor === undefined ? {} : { actor }),
        ...(errorCode === undefined ? {} : { code: errorCode }),
      });
    });
    next();
  };
}
