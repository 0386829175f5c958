import type { RequestHandler } from 'express';
import type { Database } from '../database/database.js';
import type { RequestLocals } from './request-log.js';

/** Says within three seconds whether the database answers, on a connection that no request uses. */
export function health(
  database: Database,
): RequestHandler<unknown, unknown, unknown, unknown, RequestLocals> {
  return async (_request, response) => {
    response.locals.route = '/healthz';
    try {
      await database.check();
      response.json({ status: 'ok' });
    } catch {
      response.status(503).set('Retry-After', '5').json({ status: 'unavailable' });
    }
  };
}
