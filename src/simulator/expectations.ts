import { isDeepStrictEqual } from 'node:util';
import type { Answer } from './client.js';
import { isJsonObject, type JsonObject, type JsonValue, objectsAt, shown, valueAt } from './json-values.js';

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
const LIST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** A path in a resource, one name after the other, and the value expected there; undefined: it must be absent. */
export type ExpectedValue = readonly [path: readonly string[], value: JsonValue | undefined];

/** @returns a problem with the server's message, unless the status is one of those expected. */
export function statusProblems(answer: Answer, ...expected: readonly number[]): string[] {
  if (expected.includes(answer.status)) return [];
  const detail = valueAt(answer.body, ['detail']);
  const reason = typeof detail === 'string' ? shown(detail) : answer.unreadable;
  const wanted = expected.join(' or ');
  return [`expected ${wanted}, got ${answer.status}${reason === undefined ? '' : `: ${reason}`}`];
}

/**
 * Checks a ListResponse (RFC 7644 §3.4.2).
 * @param asked the startIndex and count of the request; undefined when it had none
 */
export function listProblems(
  answer: Answer,
  asked: { readonly startIndex: number; readonly count: number } | undefined,
): string[] {
  const status = statusProblems(answer, 200);
  if (status.length > 0) return status;
  const list = answer.body;
  if (!isJsonObject(list)) return [answer.unreadable ?? 'the body is not a JSON object'];
  const resources = valueAt(list, ['Resources']);
  const length = Array.isArray(resources) ? resources.length : 0;
  return [
    ...unreadableProblems(answer),
    ...schemaProblems(list, LIST_SCHEMA),
    ...countProblems(list, asked?.startIndex, length),
    ...resourcesProblems(list, resources),
    ...(asked !== undefined && length > asked.count
      ? [`${length} resources, although only ${asked.count} were requested`]
      : []),
  ];
}

// RFC 7644 §3.4.2: totalResults is REQUIRED, startIndex and itemsPerPage are "REQUIRED when partial results are
// returned due to pagination", which Okta always requests. Okta reads all three as integers and aborts an import at a
// string.
function countProblems(list: JsonObject, startIndex: number | undefined, length: number): string[] {
  const total = valueAt(list, ['totalResults']);
  const problems: string[] = [];
  if (!Number.isInteger(total)) problems.push(`totalResults must be an integer, it is ${shown(total)}`);
  else if (typeof total === 'number' && total < length) {
    problems.push(`totalResults is ${total}, with ${length} resources on this page alone`);
  }
  if (startIndex === undefined) return problems;
  for (const [name, value] of [
    ['startIndex', startIndex],
    ['itemsPerPage', length],
  ] as const) {
    const received = valueAt(list, [name]);
    if (received === undefined && total === 0) continue;
    if (!Number.isInteger(received)) problems.push(`${name} must be an integer, it is ${shown(received)}`);
    // An empty page may repeat the requested count or contain 0.
    else if (received !== value && length > 0)
      problems.push(`${name} must be ${value}, it is ${shown(received)}`);
  }
  return problems;
}

function resourcesProblems(list: JsonObject, resources: JsonValue | undefined): string[] {
  // RFC 7644 §3.4.2: "Resources … REQUIRED if totalResults is non-zero."
  if (resources === undefined && valueAt(list, ['totalResults']) === 0) return [];
  if (!Array.isArray(resources)) return [`Resources must be an array, it is ${shown(resources)}`];
  return resources.every(isJsonObject) ? [] : ['Resources contains a value that is not an object'];
}

/**
 * Checks an error answer (RFC 7644 §3.12): the status, and a body that repeats it as a string.
 * @param scimType the expected detail error keyword, where the RFC defines one
 */
export function errorProblems(answer: Answer, status: number, scimType?: string): string[] {
  const wrongStatus = statusProblems(answer, status);
  if (wrongStatus.length > 0) return wrongStatus;
  const error = answer.body;
  if (!isJsonObject(error)) return [answer.unreadable ?? 'a SCIM error must have a JSON body'];
  return [
    ...unreadableProblems(answer),
    ...schemaProblems(error, ERROR_SCHEMA),
    ...valueProblems(error, [[['status'], String(status)]]),
    ...(scimType === undefined ? [] : valueProblems(error, [[['scimType'], scimType]])),
  ];
}

/**
 * Checks an answer that is one whole User (RFC 7643 §4.1).
 * @param expected values that it must contain besides a usable id, userName and active
 */
export function userProblems(answer: Answer, status: number, expected: readonly ExpectedValue[]): string[] {
  const wrongStatus = statusProblems(answer, status);
  if (wrongStatus.length > 0) return wrongStatus;
  const user = answer.body;
  if (!isJsonObject(user)) return [answer.unreadable ?? 'the body must be the whole resource'];
  return [
    ...unreadableProblems(answer),
    ...schemaProblems(user, USER_SCHEMA),
    ...identityProblems(user),
    ...valueProblems(user, expected),
  ];
}

/** @returns the problems of id, userName and active, which an identity provider needs. */
export function identityProblems(user: JsonObject): string[] {
  const problems: string[] = [];
  for (const name of ['id', 'userName']) {
    const value = valueAt(user, [name]);
    if (typeof value !== 'string' || value === '') {
      problems.push(`${name} must be a string that is not empty, it is ${shown(value)}`);
    }
  }
  const active = valueAt(user, ['active']);
  if (typeof active !== 'boolean') problems.push(`active must be true or false, it is ${shown(active)}`);
  // RFC 7643 §7, password: "returned" is "never".
  if (Object.hasOwn(user, 'password')) problems.push('a password must never be returned');
  return problems;
}

/** @returns a problem for every path whose value is not the expected one. */
export function valueProblems(resource: JsonValue | undefined, expected: readonly ExpectedValue[]): string[] {
  return expected.flatMap(([path, value]) => {
    const received = valueAt(resource, path);
    if (isDeepStrictEqual(received, value)) return [];
    const place = path.length === 2 && path[0]?.startsWith('urn:') ? path.join(':') : path.join('.');
    return [`${place} must be ${shown(value)}, it is ${shown(received)}`];
  });
}

/**
 * Checks the answer to a PUT of exactly what was read: nothing may have changed.
 * Of `meta` only the version is compared, since a server may update `lastModified`.
 */
export function echoProblems(answer: Answer, read: JsonObject): string[] {
  const problems = userProblems(answer, 200, []);
  if (problems.length > 0) return problems;
  const names = isJsonObject(answer.body) ? Object.keys(answer.body) : [];
  const compared = [...new Set([...Object.keys(read), ...names])].filter((name) => name !== 'meta');
  const version = valueAt(read, ['meta', 'version']);
  return valueProblems(answer.body, [
    ...compared.map((name): ExpectedValue => [[name], valueAt(read, [name])]),
    ...(version === undefined ? [] : [[['meta', 'version'], version] as const]),
  ]);
}

/**
 * Checks the Location of a created resource.
 * RFC 7644 §3.3 requires the resource's URI; a client must be able to use it unchanged.
 */
export function locationProblems(answer: Answer): string[] {
  const location = answer.headers.get('location');
  if (location === null) return ['there is no Location header'];
  if (!URL.canParse(location)) return [`Location must be an absolute URL, it is ${shown(location)}`];
  const id = valueAt(answer.body, ['id']);
  const segment = new URL(location).pathname.split('/').at(-1);
  if (typeof id !== 'string' || segment === encodeURIComponent(id) || segment === id) return [];
  return [`Location must end in the id ${shown(id)}, it is ${shown(location)}`];
}

/** @returns the ids of a list in its order, without resources that have none. */
export function idsIn(answer: Answer | undefined): string[] {
  return objectsAt(answer?.body, ['Resources'])
    .map((resource) => valueAt(resource, ['id']))
    .filter((id) => typeof id === 'string');
}

function unreadableProblems(answer: Answer): string[] {
  return answer.unreadable === undefined ? [] : [answer.unreadable];
}

function schemaProblems(object: JsonObject, schema: string): string[] {
  const schemas = valueAt(object, ['schemas']);
  return Array.isArray(schemas) && schemas.includes(schema)
    ? []
    : [`schemas must name ${schema}, it is ${shown(schemas)}`];
}
