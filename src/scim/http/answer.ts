import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request as ExpressRequest, Response } from 'express';
import { endBeforeBody, hasLongRest } from '../../http/unread-body.js';
import { MAX_BODY_BYTES } from './body.js';
import type { ScimAnswer } from './endpoint.js';
import { jsonOf } from './json-bytes.js';

type Request = ExpressRequest<unknown, unknown, unknown, unknown>;

/** The server's compression, which is applied only to answers that are worth compressing. */
export interface Compression {
  /** The least size, in bytes, of an answer that is compressed. */
  readonly from: number;
  /** Compresses what is written from now on, if the request accepts it. */
  compress(request: IncomingMessage, response: ServerResponse): void;
}

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
  const json = body === undefined ? undefined : jsonOf(body);
  if (json !== undefined) {
    response.setHeader('Content-Type', 'application/scim+json; charset=utf-8');
    const length = Buffer.byteLength(json);
    if (!isHeadOfCompressed(request, length, compression.from)) response.setHeader('Content-Length', length);
    if (length >= compression.from) compression.compress(request, response);
  }
  if (hasLongRest(request, MAX_BODY_BYTES)) return endBeforeBody(request, response, json);
  response.end(json);
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
