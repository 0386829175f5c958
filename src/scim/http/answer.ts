import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import type { Request as ExpressRequest, Response } from 'express';
import { MAX_BODY_BYTES } from './body.js';
import type { ScimAnswer } from './endpoint.js';

type Request = ExpressRequest<unknown, unknown, unknown, unknown>;

/** The server's compression, which is applied only to answers that are worth compressing. */
export interface Compression {
  /** The least size, in bytes, of an answer that is compressed. */
  readonly from: number;
  /** Compresses what is written from now on, if the request accepts it. */
  compress(request: IncomingMessage, response: ServerResponse): void;
}

/** How long a connection that is closing still reads, so that the client receives the answer. */
const LINGER_MS = 1000;

/**
 * Sends an answer in SCIM's media type. HEAD is answered like GET, without the body.
 *
 * It uses Node's functions, because Express's `send` adds an ETag of its own and answers 304 by itself. They are also
 * faster: Express checks every header value again.
 */
export function sendAnswer(
  request: Request,
  response: Response<unknown>,
  { status, headers, body }: ScimAnswer,
  compression: Compression,
): Promise<void> | undefined {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
  // Also on a 304, which RFC 9110 §15.4.5 requires to carry the header of the 200.
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
 * The length after compression is not known.
 */
function isHeadOfCompressed(request: Request, length: number, compressedFrom: number): boolean {
  return (
    request.method === 'HEAD' &&
    length >= compressedFrom &&
    request.acceptsEncodings('br', 'gzip', 'deflate') !== false
  );
}

/**
 * Whether the unread rest of the body is too long to read. Node reads and drops a shorter rest after the answer, so that
 * the connection can be used again.
 */
function hasLongRest(request: Request): boolean {
  if (request.complete) return false;
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  return coding !== undefined || Number(length ?? 0) > MAX_BODY_BYTES;
}

/**
 * Answers, and closes the connection. RFC 9112 §9.6: "If a server performs an immediate close of a TCP connection, there
 * is a significant risk that the client will not be able to read the last HTTP response". So what the client still
 * sends is read and dropped for a moment.
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
  // The connection closes however the rest of the body ends.
  await finished(request, { signal: AbortSignal.timeout(LINGER_MS) }).catch(() => undefined);
  response.end();
}
