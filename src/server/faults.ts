import type { ErrorRequestHandler, RequestHandler } from 'express';
import { refusalIn } from '../domain/errors.js';
import { STATUSES } from '../http/statuses.js';

export const notFound: RequestHandler = (_request, response) => {
  const { requestId } = response.locals;
  const message = 'There is nothing here. Try /graphql or /playground.';
  response.status(404).json({ errors: [{ message, extensions: { code: 'NOT_FOUND', requestId } }] });
};

/**
 * Answers faults outside the APIs, in GraphQL's format and never in HTML: a credential that cannot be checked, or something
 * that nobody foresaw.
 */
export function answerFault(onFault: (error: unknown, requestId: string) => void): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    const { requestId } = response.locals;
    const refusal = refusalIn(error);
    if (refusal !== undefined && !response.headersSent) {
      const { code, message, details } = refusal;
      const { retryAfterSeconds } = details;
      response.locals.errorCode = code;
      if (retryAfterSeconds !== undefined) response.set('Retry-After', String(retryAfterSeconds));
      response
        .status(STATUSES[code])
        .json({ errors: [{ message, extensions: { code, ...details, requestId } }] });
      return;
    }
    onFault(error, requestId);
    if (response.headersSent) return next(error);
    const message = 'Something went wrong on our side. If it happens again, tell us the requestId.';
    response
      .status(500)
      .json({ errors: [{ message, extensions: { code: 'INTERNAL_SERVER_ERROR', requestId } }] });
  };
}
