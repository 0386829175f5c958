import type { IncomingMessage } from 'node:http';
import { isJsonObject, type JsonObject } from '../../domain/profile.js';
import { BodyError, readBytes } from '../../http/body.js';
import { ScimError } from './scim-error.js';

/** The size limit of a body, before and after decompression, unless its endpoint has another. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** How many bodies beyond `MAX_BODY_BYTES` are read at a time, which bounds the memory that they take. */
const LARGE_AT_ONCE = 4;

const MEDIA_TYPES = ['application/scim+json', 'application/json'];
const CHARSETS = ['utf-8', 'utf8'];

/**
 * Reads the body of a request. The rest of a refused body is not read.
 * @param limit the most bytes of it, before and after it is unpacked
 * @returns the JSON object in it
 * @throws ScimError 415 for another media type or encoding, 413 beyond the limit, 400 invalidSyntax for a body that is not
 *   UTF-8, not JSON, or not an object
 */
export async function readBody(request: IncomingMessage, limit = MAX_BODY_BYTES): Promise<JsonObject> {
  requireMediaType(request.headers['content-type']);
  // What is compressed may become large, and what comes in chunks has no length.
  const { 'content-length': length, 'content-encoding': coding } = request.headers;
  const isSmall = Number(length) <= MAX_BODY_BYTES && coding === undefined;
  return limit <= MAX_BODY_BYTES || isSmall
    ? read(request, Math.min(limit, MAX_BODY_BYTES))
    : inLine(() => read(request, limit));
}

async function read(request: IncomingMessage, limit: number): Promise<JsonObject> {
  try {
    return parseBody(await readBytes(request, limit));
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    throw error.status === 400 ? invalidSyntax(error.message) : new ScimError(error.status, error.message);
  }
}

let large = 0;
const waiting: (() => void)[] = [];

/** Reads one of the bodies that may be large, when it is its turn. */
async function inLine(readLarge: () => Promise<JsonObject>): Promise<JsonObject> {
  if (large >= LARGE_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else large += 1;
  try {
    return await readLarge();
  } finally {
    const next = waiting.shift();
    if (next === undefined) large -= 1;
    else next();
  }
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
