import type { IncomingMessage, ServerResponse } from 'node:http';
import express from 'express';
import { isJsonObject, type JsonObject } from '../domain/profile.js';
import { ScimError } from './scim-error.js';

const MEDIA_TYPES = ['application/scim+json', 'application/json'];
const CHARSETS = ['utf-8', 'utf8'];

/** The most that a body holds, after decompression. */
export const MAX_BODY_BYTES = 2 ** 20;

// The bytes, and not express.json: it replaces what is not UTF-8 without a word.
const readBytes = express.raw({ type: () => true, limit: MAX_BODY_BYTES });

/**
 * Reads the body of a request.
 * @returns the JSON object in it
 * @throws ScimError 415 for another media type or encoding, 413 beyond 1 MB, 400 invalidSyntax for what is not UTF-8,
 *   JSON, or an object
 */
export async function readBody(
  request: IncomingMessage & { readonly body?: unknown },
  response: ServerResponse,
): Promise<JsonObject> {
  requireMediaType(request.headers['content-type']);
  await new Promise<void>((resolve, reject) => {
    readBytes(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(unreadable(error));
    });
  });
  const bytes = request.body;
  return parseBody(bytes instanceof Uint8Array ? bytes : new Uint8Array());
}

/** Express's parser says in `status` what it did not like; whatever it is, it is about this request. */
function unreadable(error: unknown): ScimError {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (status === 413) return new ScimError(413, 'The body is larger than 1 MB.');
  if (status === 415)
    return new ScimError(415, 'This Content-Encoding is not understood. Send the body as it is.');
  return invalidSyntax('The body could not be read.');
}

/** @throws ScimError 415. A body without a type is taken for JSON: there is nothing else that it could be. */
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

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalidSyntax('The body is not valid UTF-8.');
  }
}

function parseJson(text: string): unknown {
  if (text.trim() === '') throw invalidSyntax('The body is empty; a JSON object is expected.');
  try {
    return JSON.parse(text);
  } catch {
    // V8's own message quotes the body, which may hold a password.
    throw invalidSyntax('The body is not valid JSON.');
  }
}

function invalidSyntax(detail: string): ScimError {
  return new ScimError(400, detail, 'invalidSyntax');
}
