import type { WorkspaceVersion } from '../../domain/access.js';
import { isJsonList, isJsonObject, type Json, type JsonObject } from '../../domain/profile.js';
import { cut, type ScimNotice, type ScimOperation } from '../../domain/provisioning-log.js';
import { CORE_GROUP, CORE_USER, ENTERPRISE_USER, ROLLCALL_USER } from '../discovery/attributes.js';
import { resolveName } from '../discovery/names.js';
import type { ScimAnswer } from './endpoint.js';
import { property } from './message.js';

/** The attributes that decide on a member's access: only these give a notice when they have no effect. */
const ACCESS: Readonly<Record<WorkspaceVersion, readonly string[]>> = {
  V1: ['seatType'],
  V2: ['role', 'creditLimit'],
};

const OTHERS = ['userName', 'externalId', 'active'];

const EFFECTIVE = { V1: [...ACCESS.V1, ...OTHERS], V2: [...ACCESS.V2, ...OTHERS] };
const EFFECTIVE_ON_GROUPS = ['displayName', 'members'];

/** The most letters by which a name may differ from one of ours. */
const CLOSE = 2;

interface WrittenUser {
  readonly method: string;
  readonly sent: JsonObject | undefined;
  readonly workspaceVersion: WorkspaceVersion;
  readonly answer: Pick<ScimAnswer, 'body'>;
}

/**
 * Returns the parts of an accepted request that had no effect, each with the closest name that would have had one (rule
 * 53a). RFC 7644 §3.5.1 allows a server to ignore unknown attributes, so that a misspelled one looks like success.
 */
export function noticesOf(
  { sent, workspaceVersion, answer }: WrittenUser,
  operation: ScimOperation,
): readonly ScimNotice[] {
  if (sent === undefined || !WRITES.has(operation)) return [];
  const core = operation.startsWith('GROUP_') ? CORE_GROUP : CORE_USER;
  const names = core === CORE_GROUP ? EFFECTIVE_ON_GROUPS : EFFECTIVE[workspaceVersion];
  const parts = bodiesIn(sent);
  const inactive = operation === 'USER_UPDATE' && isInactive(answer) ? accessIn(parts, workspaceVersion) : [];
  const request = { core, names, version: workspaceVersion };
  const found = noticesIn(parts, { ...request, known: NOTHING_SENT });
  if (found.length === 0) return inactive;
  // An attribute that has an effect in one place needs no notice for another place.
  const known = new Set(parts.flatMap((part) => effective(part)));
  return [...noticesIn(parts, { ...request, known }), ...inactive].slice(0, MOST);
}

function isInactive({ body }: Pick<ScimAnswer, 'body'>): boolean {
  return body !== undefined && 'active' in body && body.active === false;
}

/** Rule 21a: access for a member who remains inactive is checked and not stored. */
function accessIn(parts: readonly JsonObject[], version: WorkspaceVersion): readonly ScimNotice[] {
  const sent = new Set(parts.flatMap((part) => effective(part)));
  return ACCESS[version]
    .filter((name) => sent.has(name))
    .map((name) => ({ code: 'INACTIVE_ACCESS_IGNORED', attribute: name, closest: name }));
}

const NOTHING_SENT: ReadonlySet<string> = new Set();

function noticesIn(parts: readonly JsonObject[], request: RequestFacts): readonly ScimNotice[] {
  const notices: ScimNotice[] = [];
  for (const part of parts) {
    for (const key of Object.keys(part)) {
      const value = part[key];
      if (value !== undefined) notices.push(...noticesOn(key, value, request));
    }
  }
  return notices;
}

const WRITES: ReadonlySet<ScimOperation> = new Set([
  'USER_CREATE',
  'USER_UPDATE',
  'USER_DEACTIVATE',
  'USER_REACTIVATE',
  'GROUP_CREATE',
  'GROUP_UPDATE',
]);

/** The most notices of one request. */
const MOST = 5;

/** The body itself, or the values of a PATCH's operations, as objects of attributes. */
function bodiesIn(sent: JsonObject): readonly JsonObject[] {
  const operations = property(sent, 'Operations');
  if (!isJsonList(operations)) return [sent];
  return operations.flatMap((operation) => {
    if (!isJsonObject(operation) || String(property(operation, 'op')).toLowerCase() === 'remove') return [];
    const path = property(operation, 'path');
    const value = property(operation, 'value');
    if (typeof path === 'string' && path !== '') return value === undefined ? [] : [{ [path]: value }];
    return isJsonObject(value) ? [value] : [];
  });
}

/** The names of access attributes that a part sends with a value, in a place where they have an effect. */
function effective(part: JsonObject): string[] {
  return Object.entries(part).flatMap(([key, value]) => {
    const found = resolveName(key);
    if (found?.kind === 'schema') return isJsonObject(value) ? effectiveIn(value, found.schema) : [];
    return found !== undefined && !isEmpty(value) ? [found.attribute.name] : [];
  });
}

function effectiveIn(extension: JsonObject, schema: string): string[] {
  return Object.entries(extension).flatMap(([key, value]) => {
    const found = resolveName(key, schema);
    return found?.kind === 'attribute' && !isEmpty(value) ? [found.attribute.name] : [];
  });
}

function isEmpty(value: Json): boolean {
  return value === null || value === '' || (isJsonList(value) && value.length === 0);
}

/** What the notices on every attribute of a request depend on. */
interface RequestFacts {
  readonly core: string;
  /** The names that have an effect. */
  readonly names: readonly string[];
  /** The attributes that the request sends with an effect. */
  readonly known: ReadonlySet<string>;
  readonly version: WorkspaceVersion;
}

const NO_NOTICES: readonly ScimNotice[] = [];

function noticesOn(key: string, value: Json, request: RequestFacts): readonly ScimNotice[] {
  const { core, names, known, version } = request;
  const found = resolveName(key, core);
  if (found?.kind === 'schema')
    return isJsonObject(value) ? inExtension(value, found.schema, request) : NO_NOTICES;
  if (found !== undefined) {
    const { name } = found.attribute;
    // An access attribute that is sent empty leaves the member with the workspace's default.
    if ((name === 'role' || name === 'seatType') && isEmpty(value))
      return [{ code: 'EMPTY_VALUE_IGNORED', attribute: name, closest: name }];
    return name === 'roles' ? rolesNotice(value, known, version) : NO_NOTICES;
  }
  if (key.toLowerCase().startsWith('urn:')) {
    return isJsonObject(value) ? unknownExtension(key, value, names) : byLastName(key, names, known);
  }
  return closeName(key, names, known);
}

function rolesNotice(
  value: Json,
  known: ReadonlySet<string>,
  version: WorkspaceVersion,
): readonly ScimNotice[] {
  const closest = version === 'V2' ? 'role' : 'seatType';
  if (isEmpty(value) || known.has(closest)) return [];
  return [{ code: 'ROLES_IGNORED', attribute: 'roles', closest }];
}

function inExtension(
  extension: JsonObject,
  schema: string,
  { names, known, version }: RequestFacts,
): readonly ScimNotice[] {
  return Object.keys(extension).flatMap((key) => {
    const found = resolveName(key, schema);
    if (found === undefined) {
      const notices = closeName(key, names, known);
      return schema === ENTERPRISE_USER
        ? notices.map((notice) => ({ ...notice, attribute: cut(`${ENTERPRISE_USER}:${key}`) }))
        : notices;
    }
    if (found.kind === 'schema') return NO_NOTICES;
    const { name } = found.attribute;
    if (ACCESS[version].includes(name) && name !== 'creditLimit' && isEmpty(extension[key] ?? null))
      return [{ code: 'EMPTY_VALUE_IGNORED', attribute: name, closest: name }];
    return NO_NOTICES;
  });
}

/** An unknown extension with an access attribute in it, or with a name similar to ours. */
function unknownExtension(
  urn: string,
  extension: JsonObject,
  names: readonly string[],
): readonly ScimNotice[] {
  const isOurs = Object.keys(extension).some((key) => names.some((name) => isClose(key, name)));
  const isNear = distance(urn.toLowerCase(), ROLLCALL_USER.toLowerCase(), CLOSE) <= CLOSE;
  return isOurs || isNear ? [{ code: 'EXTENSION_IGNORED', attribute: cut(urn), closest: ROLLCALL_USER }] : [];
}

/** `urn:…:users:2.0:role` as one key, as some providers flatten extensions. */
function byLastName(
  key: string,
  names: readonly string[],
  known: ReadonlySet<string>,
): readonly ScimNotice[] {
  const last = key.split(':').at(-1) ?? '';
  const name = names.find((one) => isClose(last, one) && !known.has(one));
  return name === undefined
    ? []
    : [{ code: 'EXTENSION_IGNORED', attribute: cut(key), closest: `${ROLLCALL_USER}:${name}` }];
}

function closeName(key: string, names: readonly string[], known: ReadonlySet<string>): readonly ScimNotice[] {
  const name = names.find((one) => isClose(key, one) && !known.has(one));
  return name === undefined ? [] : [{ code: 'ATTRIBUTE_IGNORED', attribute: cut(key), closest: name }];
}

/** Whether a name differs from one of ours only by case, separators or a typing error. */
function isClose(sent: string, name: string): boolean {
  const plain = sent.toLowerCase().replace(/[^a-z\d]/g, '');
  const wanted = name.toLowerCase();
  if (plain === wanted) return true;
  // In a short name, two errors make another word.
  const allowed = wanted.length > 6 ? CLOSE : 1;
  return distance(plain, wanted, allowed) <= allowed;
}

/** Levenshtein's distance; anything above `limit` when it is larger. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, place) => place);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? limit + 1;
}
