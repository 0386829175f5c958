import type { ErrorRequestHandler, RequestHandler } from 'express';
import { refusalIn } from '../domain/errors.js';
import { STATUSES } from '../http/statuses.js';

export const notFound: RequestHandler = (_request, response) => {
  const { requestId } = response.locals;
  const message = 'There is nothing here. Try /graphql or /playground.';
  response.status(404).json({ errors: [{ message, extensions: { code: 'NOT_FOUND', requestId } }] });
};

/**
 * Answers faults before GraphQL begins, in its format and never in HTML: a credential that cannot be checked, a body that
 * cannot be read, or something that nobody foresaw.
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
    const status = clientFault(error);
    if (status === undefined) onFault(error, requestId);
    if (response.headersSent) return next(error);
    const [code, message] =
      status === undefined
        ? [
            'INTERNAL_SERVER_ERROR',
            'Something went wrong on our side. If it happens again, tell us the requestId.',
          ]
        : [
            'BAD_REQUEST',
            status === 413 ? 'The body is larger than 1 MB.' : 'The body cannot be read as JSON.',
          ];
    response.status(status ?? 500).json({ errors: [{ message, extensions: { code, requestId } }] });
  };
}

/** The status that the body parser gives to what is the client's fault. */
function clientFault(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined;
  return typeof error.status === 'number' && error.status < 500 ? error.status : undefined;
}
