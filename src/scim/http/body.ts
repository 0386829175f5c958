import type { IncomingMessage } from 'node:http';
import { isJsonObject, type JsonObject } from '../../domain/profile.js';
import { BodyError, readBytes } from '../../http/body.js';
import { ScimError } from './scim-error.js';

/** The size limit of a body, before and after decompression. */
export const MAX_BODY_BYTES = 1024 * 1024;

const MEDIA_TYPES = ['application/scim+json', 'application/json'];
const CHARSETS = ['utf-8', 'utf8'];

/**
 * Reads the body of a request. The rest of a refused body is not read.
 * @returns the JSON object in it
 * @throws ScimError 415 for another media type or encoding, 413 beyond 1 MB (before or after it is unpacked), 400
 *   invalidSyntax for a body that is not UTF-8, not JSON, or not an object
 */
export async function readBody(request: IncomingMessage): Promise<JsonObject> {
  requireMediaType(request.headers['content-type']);
  try {
    return parseBody(await readBytes(request, MAX_BODY_BYTES));
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    throw error.status === 400 ? invalidSyntax(error.message) : new ScimError(error.status, error.message);
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
