import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, type ZlibOptions } from 'node:zlib';
import { isJsonObject, type JsonObject } from '../../domain/profile.js';
import { ScimError } from './scim-error.js';

/** The size limit of a body, before and after decompression. */
export const MAX_BODY_BYTES = 1024 * 1024;

const MEDIA_TYPES = ['application/scim+json', 'application/json'];
const CHARSETS = ['utf-8', 'utf8'];

type Unpack = (bytes: Uint8Array, options: ZlibOptions) => Promise<Uint8Array>;

/** RFC 9110 §8.4.1.3: "A recipient SHOULD consider "x-gzip" to be equivalent to "gzip"." */
const ENCODINGS: ReadonlyMap<string, Unpack> = new Map([
  ['identity', async (bytes) => bytes],
  ['gzip', promisify<Uint8Array, ZlibOptions, Uint8Array>(gunzip)],
  ['x-gzip', promisify<Uint8Array, ZlibOptions, Uint8Array>(gunzip)],
  ['deflate', promisify<Uint8Array, ZlibOptions, Uint8Array>(inflate)],
  ['br', promisify<Uint8Array, ZlibOptions, Uint8Array>(brotliDecompress)],
]);

/**
 * Reads the body of a request. The rest of a refused body is not read.
 * @returns the JSON object in it
 * @throws ScimError 415 for another media type or encoding, 413 beyond 1 MB (before or after it is unpacked), 400
 *   invalidSyntax for a body that is not UTF-8, not JSON, or not an object
 */
export async function readBody(request: IncomingMessage): Promise<JsonObject> {
  requireMediaType(request.headers['content-type']);
  const unpack = unpackingOf(request.headers['content-encoding']);
  if (Number(request.headers['content-length']) > MAX_BODY_BYTES) throw tooLarge();
  return parseBody(await unpacked(unpack, await readBytes(request)));
}

/** @throws ScimError 415 */
function unpackingOf(contentEncoding = ''): Unpack {
  const unpack = ENCODINGS.get(contentEncoding.trim().toLowerCase() || 'identity');
  if (unpack !== undefined) return unpack;
  throw new ScimError(
    415,
    'This Content-Encoding is not supported. Send the body without one, or as gzip, deflate or br.',
  );
}

/** `express.json` silently replaces bytes that are not UTF-8, and reads endless bodies. */
async function readBytes(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    // Destroying the request would close the connection before the answer is sent.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      length += chunk.length;
      if (length > MAX_BODY_BYTES) break;
      chunks.push(chunk);
    }
  } catch {
    throw invalidSyntax('The body could not be read.');
  }
  if (length > MAX_BODY_BYTES) throw tooLarge();
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

async function unpacked(unpack: Unpack, bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return await unpack(bytes, { maxOutputLength: MAX_BODY_BYTES });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge();
    throw invalidSyntax('The body does not match its Content-Encoding.');
  }
}

function tooLarge(): ScimError {
  return new ScimError(413, 'The body is larger than 1 MB.');
}

/** A body without a media type is read as JSON. @throws ScimError 415 */
export function requireMediaType(contentType: string | undefined): void {
  if (contentType === undefined) return;
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  if (!MEDIA_TYPES.includes(type)) {
    throw new ScimError(415, `Send the body as ${MEDIA_TYPES.join(' or ')}.`);
  }
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (charset !== undefined && !CHARSETS.includes(charset.slice('charset='.length).replaceAll('"', ''))) {
    throw new ScimError(415, 'Send the body in UTF-8.');
  }
}

/** @throws ScimError 400 invalidSyntax */
export function parseBody(bytes: Uint8Array): JsonObject {
  const value = parseJson(decode(bytes));
  if (!isJsonObject(value)) throw invalidSyntax('The body must be a JSON object.');
  return value;
}

/** Shared, because it holds no state between calls and takes longer to construct than a body to decode. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes);
  } catch {
    throw invalidSyntax('The body is not valid UTF-8.');
  }
}

function parseJson(text: string): unknown {
  if (text.trim() === '') throw invalidSyntax('The body is empty; a JSON object is expected.');
  try {
    return JSON.parse(text);
  } catch {
    // V8's own message quotes the body, which may contain a password.
    throw invalidSyntax('The body is not valid JSON.');
  }
}

function invalidSyntax(detail: string): ScimError {
  return new ScimError(400, detail, 'invalidSyntax');
}
