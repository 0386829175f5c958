import cluster from 'node:cluster';
import type { RequestHandler } from 'express';
import { credentialIn, hashSecret, sameHash } from '../../auth/secret.js';
import type { RequestLocals } from '../request-log.js';
import { metricsOfAllWorkers, shareWithPrimary } from './all-workers.js';
import type { Metrics } from './metrics.js';

/**
 * Answers `GET /metrics` in Prometheus' text format, for all workers together.
 * @param token the token that `Authorization: Bearer` must contain; undefined when everybody may read the metrics
 */
export function metricsHandler(
  { registry }: Metrics,
  token: string | undefined,
): RequestHandler<unknown, unknown, unknown, unknown, RequestLocals> {
  shareWithPrimary(registry);
  const expected = token === undefined ? undefined : hashSecret(token);
  return async (request, response) => {
    response.locals.route = '/metrics';
    const credential = credentialIn(request.headers.authorization) ?? '';
    if (expected !== undefined && !sameHash(hashSecret(credential), expected)) {
      response
        .status(401)
        .set('WWW-Authenticate', 'Bearer')
        .type('text/plain')
        .send('Send METRICS_TOKEN as a Bearer token.\n');
      return;
    }
    const text = cluster.isWorker ? await metricsOfAllWorkers() : await registry.metrics();
    response.set({ 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' }).send(text);
  };
}
