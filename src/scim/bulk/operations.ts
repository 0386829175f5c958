import { isJsonList, isJsonObject, type Json, type JsonObject } from '../../domain/profile.js';
import { property, requireMessage } from '../http/message.js';
import { ScimError } from '../http/scim-error.js';

export const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

/** The most operations in one request; published in ServiceProviderConfig. */
export const MAX_BULK_OPERATIONS = 1000;

/** RFC 7644 §3.7: "one of the HTTP methods supported by the API, i.e., POST, PUT, PATCH, or DELETE". */
const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** One operation, as far as it could be parsed. */
export interface BulkOperation {
  /** Its index in the request, which orders the answers. */
  readonly index: number;
  readonly method: string | undefined;
  readonly bulkId: string | undefined;
  /** Below the base URL, with a leading slash. */
  readonly path: string;
  /** An ETag, for `If-Match`. */
  readonly version: string | undefined;
  readonly data: Json | undefined;
  /** Why it is not valid; undefined when it is. */
  readonly fault: ScimError | undefined;
}

export interface BulkRequest {
  readonly operations: readonly BulkOperation[];
  /** The number of errors after which to stop; undefined: never. */
  readonly failOnErrors: number | undefined;
}

/**
 * Reads a bulk request (RFC 7644 §3.7). A fault of one operation becomes that operation's answer.
 * @throws ScimError for the request as a whole: 400 invalidSyntax or invalidValue; 413 for too many operations
 */
export function readBulk(body: JsonObject): BulkRequest {
  requireMessage(body, BULK_REQUEST);
  const sent = property(body, 'Operations');
  if (!isJsonList(sent)) {
    throw new ScimError(400, 'The body must have a list Operations.', 'invalidSyntax');
  }
  // RFC 7644 §3.7.4: "The returned response MUST specify the limit exceeded in the body of the error response."
  if (sent.length > MAX_BULK_OPERATIONS) {
    throw new ScimError(
      413,
      `A bulk request has at most ${MAX_BULK_OPERATIONS} operations (maxOperations); this one has ${sent.length}.`,
    );
  }
  const bulkIds = new Set<string>();
  return {
    operations: sent.map((operation, index) => readOperation(operation, index, bulkIds)),
    failOnErrors: readFailOnErrors(property(body, 'failOnErrors')),
  };
}

/** 0 is read as 1: both stop at the first error. */
function readFailOnErrors(value: Json | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return Math.max(1, value);
  throw new ScimError(400, 'failOnErrors must be a whole number of at least 0.', 'invalidValue');
}

/**
 * Reads one operation.
 * @param bulkIds the bulkIds of earlier operations; the one of this operation is added
 */
function readOperation(sent: Json, index: number, bulkIds: Set<string>): BulkOperation {
  const operation = isJsonObject(sent) ? sent : {};
  const method = text(property(operation, 'method'))?.toUpperCase();
  const path = text(property(operation, 'path'));
  const bulkId = text(property(operation, 'bulkId'));
  const version = property(operation, 'version');
  const fault = isJsonObject(sent)
    ? faultIn({ method, path, bulkId, version, isTaken: bulkId !== undefined && bulkIds.has(bulkId) })
    : invalid('An operation must be an object.');
  if (bulkId !== undefined) bulkIds.add(bulkId);
  return {
    index,
    method,
    bulkId,
    path: path === undefined ? '' : `/${path.replace(/^\/+/, '')}`,
    version: text(version),
    data: property(operation, 'data'),
    fault,
  };
}

interface SentOperation {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly bulkId: string | undefined;
  readonly version: Json | undefined;
  /** Whether an earlier operation has the same bulkId. */
  readonly isTaken: boolean;
}

function faultIn({ method, path, bulkId, version, isTaken }: SentOperation): ScimError | undefined {
  if (method === undefined) return invalid(`An operation needs a method: ${METHODS.join(', ')}.`);
  if (!METHODS.includes(method)) {
    return new ScimError(
      405,
      `A bulk operation cannot have the method ${method}. Use ${METHODS.join(', ')}.`,
    );
  }
  if (path === undefined) return invalid('An operation needs a path such as /Users.');
  // RFC 7644 §3.7, bulkId: "REQUIRED when "method" is "POST"", "unique within a bulk request".
  if (method === 'POST' && bulkId === undefined) return invalid('An operation with POST needs a bulkId.');
  if (method === 'POST' && isTaken) return invalid(`An earlier operation has the same bulkId, ${bulkId}.`);
  if (version !== undefined && version !== null && typeof version !== 'string') {
    return invalid('The version of an operation must be text: the ETag of the resource.');
  }
  return undefined;
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function invalid(detail: string): ScimError {
  return new ScimError(400, detail, 'invalidSyntax');
}
