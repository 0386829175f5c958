import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import type { Request as ExpressRequest, Response } from 'express';
import { MAX_BODY_BYTES } from './body.js';
import type { ScimAnswer } from './endpoint.js';

type Request = ExpressRequest<unknown, unknown, unknown, unknown>;

/** The server's compression; it is put before an answer only where there is something to compress. */
export interface Compression {
  /** How many bytes an answer has at least that is compressed. */
  readonly from: number;
  /** Makes whatever is written from now on come out compressed, if the request accepts it. */
  compress(request: IncomingMessage, response: ServerResponse): void;
}

/** How long a connection that is about to close takes what is still being sent, so that the answer arrives. */
const LINGER_MS = 1000;

/**
 * Sends an answer, in SCIM's media type. To a HEAD it is what a GET would get, without its body.
 *
 * By hand and not with Express's `send`, which would add an ETag of its own and answer 304 by itself, and with Node's
 * own functions: Express looks every value over once more.
 * @param compression what compresses answers on their way, for those who ask
 */
export function sendAnswer(
  request: Request,
  response: Response<unknown>,
  { status, headers, body }: ScimAnswer,
  compression: Compression,
): Promise<void> | undefined {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
  // Also where there is nothing to compress, such as a 304: RFC 9110 §15.4.5 wants what the 200 would have.
  response.setHeader('Vary', 'Accept-Encoding');
  const text = body === undefined ? undefined : JSON.stringify(body);
  if (text !== undefined) {
    response.setHeader('Content-Type', 'application/scim+json; charset=utf-8');
    const length = Buffer.byteLength(text);
    if (!isHeadOfCompressed(request, length, compression.from)) response.setHeader('Content-Length', length);
    if (length >= compression.from) compression.compress(request, response);
  }
  if (hasLongRest(request)) return endBeforeBody(request, response, text);
  response.end(text);
  return undefined;
}

/**
 * RFC 9110 §8.6: "A server MUST NOT send Content-Length in such a response unless its field value equals the decimal
 * number of octets that would have been sent in the content of a response if the same request had used the GET method."
 * How many that are after compression is not known.
 */
function isHeadOfCompressed(request: Request, length: number, compressedFrom: number): boolean {
  return (
    request.method === 'HEAD' &&
    length >= compressedFrom &&
    request.acceptsEncodings('br', 'gzip', 'deflate') !== false
  );
}

/**
 * Whether more of the body is still to come than is worth waiting for. What is shorter, and that nobody has read, Node
 * reads and drops after the answer, and the connection stays of use.
 */
function hasLongRest(request: Request): boolean {
  if (request.complete) return false;
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  return coding !== undefined || Number(length ?? 0) > MAX_BODY_BYTES;
}

/**
 * Answers, and closes the connection. RFC 9112 §9.6: "If a server performs an immediate close of a TCP connection, there
 * is a significant risk that the client will not be able to read the last HTTP response": so for a moment, what the
 * client goes on sending is taken and dropped.
 */
async function endBeforeBody(
  request: Request,
  response: Response<unknown>,
  text: string | undefined,
): Promise<void> {
  response.setHeader('Connection', 'close');
  response.flushHeaders();
  if (text !== undefined) response.write(text);
  request.resume();
  // Whether it has ended, broken off, or goes on for ever: it is over.
  await finished(request, { signal: AbortSignal.timeout(LINGER_MS) }).catch(() => undefined);
  response.end();
}
