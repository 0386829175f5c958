import type { RequestHandler } from 'express';
import { BodyError, readBytes } from '../http/body.js';
import { endBeforeBody, hasLongRest } from '../http/unread-body.js';

const KB = 1024;
const MOST_BYTES = 1024 * KB;
/** Enough for signing in and for introspection, and too little to keep the parser busy. */
const MOST_BYTES_OF_NOBODY = 16 * KB;

/**
 * Reads the JSON body of a GraphQL request whose caller is known (`locals.actor`). One that is too large is refused before
 * it is read, and its connection closed; `express.json` would read it to its end.
 */
export const readGraphqlBody: RequestHandler = async (request, response, next) => {
  const isNobody = response.locals.actor === 'NOBODY';
  const most = isNobody ? MOST_BYTES_OF_NOBODY : MOST_BYTES;
  // Apollo explains what it misses.
  request.body = {};
  try {
    const isJson = request.is('json') === 'json';
    const text =
      isJson || hasLongRest(request, most) ? Buffer.from(await readBytes(request, most)).toString() : '';
    if (isJson && text !== '') request.body = JSON.parse(text);
    next();
  } catch (error) {
    const status = error instanceof BodyError ? error.status : 400;
    // V8's own message quotes the body, which may hold a secret.
    const reason = error instanceof BodyError ? error.message : 'The body cannot be read as JSON.';
    const message = status === 413 && isNobody ? `${reason} Send a credential to send more.` : reason;
    const { requestId } = response.locals;
    response.locals.errorCode = 'BAD_REQUEST';
    response.status(status).type('json');
    const text = JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_REQUEST', requestId } }] });
    if (hasLongRest(request, most)) await endBeforeBody(request, response, text);
    else response.end(text);
  }
};
