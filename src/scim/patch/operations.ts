import { isJsonObject, type Json, type JsonObject } from '../../domain/profile.js';
import { MESSAGES, property, refuseOtherSchemas } from '../http/message.js';
import { ScimError } from '../http/scim-error.js';
import { parsePath, type ScimPath } from './path.js';

export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** More than any provider sends in one request, and few enough to apply without delay. */
export const MAX_OPERATIONS = 1000;

const OPS = ['add', 'replace', 'remove'] as const;

/** One of `Operations` (RFC 7644 §3.5.2). Without `path`, `value` is an object of attributes. */
export interface PatchOperation {
  readonly op: (typeof OPS)[number];
  readonly path?: ScimPath;
  /** Undefined when the operation has none. */
  readonly value: Json | undefined;
}

function readOp(operation: JsonObject, where: string): PatchOperation['op'] {
  // RFC 7644 §3.5.2 has the operations in lower case; Entra sends "Add", "Replace" and "Remove".
  const sent = property(operation, 'op');
  const op = OPS.find((known) => typeof sent === 'string' && sent.toLowerCase() === known);
  if (op === undefined) {
    throw new ScimError(400, `${where}.op must be add, replace or remove.`, 'invalidSyntax');
  }
  return op;
}

function readPath(operation: JsonObject, where: string, resource?: string): ScimPath | undefined {
  const path = property(operation, 'path');
  // OneLogin sends parameters without a value as "" or null.
  if (path === undefined || path === null || path === '') return undefined;
  if (typeof path !== 'string') throw new ScimError(400, `${where}.path must be text.`, 'invalidPath');
  return parsePath(path, resource);
}

function readOperation(operation: Json, index: number, resource?: string): PatchOperation {
  const where = `Operations[${index}]`;
  if (!isJsonObject(operation)) throw new ScimError(400, `${where} must be an object.`, 'invalidSyntax');
  const op = readOp(operation, where);
  const path = readPath(operation, where, resource);
  const value = property(operation, 'value');
  if (op === 'remove') {
    // RFC 7644 §3.5.2.2: "If "path" is unspecified, the operation fails with HTTP status code 400 and a "scimType"
    // error code of "noTarget"."
    if (path === undefined) {
      throw new ScimError(400, `${where} needs a path: it must say what to remove.`, 'noTarget');
    }
  } else if (value === undefined) {
    throw new ScimError(400, `${where} needs a value.`, 'invalidValue');
  } else if (path === undefined && !isJsonObject(value)) {
    throw new ScimError(400, `${where} has no path, so its value must be an object.`, 'invalidValue');
  }
  return path === undefined ? { op, value } : { op, path, value };
}

/**
 * Reads the body of a PATCH (RFC 7644 §3.5.2). Keys and operations are read in any case. `schemas` may be absent,
 * because Okta omits it, but must not name another message.
 *
 * @param resource the core schema of the patched resource; by default a User's
 * @throws ScimError 400: `invalidSyntax` for a body that is not a PATCH, `invalidPath` and `invalidFilter` for a path,
 *   `noTarget` for `remove` without one, `invalidValue` for a missing value and for too many operations.
 */
export function parsePatch(body: unknown, resource?: string): readonly PatchOperation[] {
  if (isJsonObject(body)) refuseOtherSchemas(body, PATCH_OP, [MESSAGES]);
  const operations = isJsonObject(body) ? property(body, 'operations') : undefined;
  if (!Array.isArray(operations) || operations.length === 0) {
    throw new ScimError(
      400,
      'The body must have a list Operations with at least one operation.',
      'invalidSyntax',
    );
  }
  if (operations.length > MAX_OPERATIONS) {
    throw new ScimError(400, `A request has at most ${MAX_OPERATIONS} Operations.`, 'invalidValue');
  }
  return operations.map((operation, index) => readOperation(operation, index, resource));
}
