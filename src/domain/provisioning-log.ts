import { ERROR_CODES } from './errors.js';

/** The identity providers that the log recognizes by the `User-Agent` of their requests (rule 49). */
export const SCIM_CLIENTS = ['OKTA', 'ENTRA', 'ONELOGIN', 'JUMPCLOUD', 'GOOGLE', 'PING', 'OTHER'] as const;
export type ScimClient = (typeof SCIM_CLIENTS)[number];

/** The operation that a SCIM request performs. */
export const SCIM_OPERATIONS = [
  'USER_CREATE',
  'USER_UPDATE',
  'USER_DEACTIVATE',
  'USER_REACTIVATE',
  'USER_DELETE',
  'USER_READ',
  'USER_SEARCH',
  'GROUP_CREATE',
  'GROUP_UPDATE',
  'GROUP_DELETE',
  'GROUP_READ',
  'GROUP_SEARCH',
  'BULK',
  'DISCOVERY',
  'AUTHENTICATE',
  'OTHER',
] as const;
export type ScimOperation = (typeof SCIM_OPERATIONS)[number];

/**
 * The operations that change a member or a group. Only a success of one of these clears an earlier refusal (rule 56).
 */
export const WRITING_OPERATIONS: ReadonlySet<ScimOperation> = new Set([
  'USER_CREATE',
  'USER_UPDATE',
  'USER_DEACTIVATE',
  'USER_REACTIVATE',
  'USER_DELETE',
  'GROUP_CREATE',
  'GROUP_UPDATE',
  'GROUP_DELETE',
]);

/** The operations that change nothing. Accepted ones may share an entry (rule 52). */
export const READING_OPERATIONS: ReadonlySet<ScimOperation> = new Set([
  'USER_READ',
  'USER_SEARCH',
  'GROUP_READ',
  'GROUP_SEARCH',
  'DISCOVERY',
]);

/** Errors in the use of the SCIM protocol, which are not refusals of the domain. */
const PROTOCOL_CODES = [
  'INVALID_FILTER',
  'TOO_MANY',
  'UNIQUENESS',
  'MUTABILITY',
  'INVALID_SYNTAX',
  'INVALID_PATH',
  'NO_TARGET',
  'INVALID_VALUE',
  'INVALID_VERS',
  'SENSITIVE',
  'INVALID_CURSOR',
  'EXPIRED_CURSOR',
  'INVALID_COUNT',
  'UNKNOWN_ENDPOINT',
  'METHOD_NOT_ALLOWED',
  'NOT_ACCEPTABLE',
  'CONFLICT',
  'TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'NOT_IMPLEMENTED',
  'TIMED_OUT',
  'INTERNAL',
] as const;

/** The reasons why a request was not authenticated (rule 51). */
export const KEY_CODES = [
  'KEY_UNKNOWN',
  'KEY_DISABLED',
  'KEY_EXPIRED',
  'KEY_DELETED',
  'KEY_OF_OTHER_WORKSPACE',
  'KEY_WITHOUT_SCOPE',
  'SCIM_DISABLED',
] as const;
export type KeyCode = (typeof KEY_CODES)[number];

/** What an administrator should know about an accepted request (rule 53a): mostly parts of it that were ignored. */
export const NOTICE_CODES = [
  'EXTENSION_IGNORED',
  'ATTRIBUTE_IGNORED',
  'EMPTY_VALUE_IGNORED',
  'ROLES_IGNORED',
  'INACTIVE_ACCESS_IGNORED',
  'LOOKS_LIKE_A_MEMBER',
] as const;
export type NoticeCode = (typeof NOTICE_CODES)[number];

/** Every code of an entry in the log or of a problem. */
export const SCIM_CODES = [...ERROR_CODES, ...PROTOCOL_CODES, ...KEY_CODES, ...NOTICE_CODES] as const;
export type ScimCode = (typeof SCIM_CODES)[number];

/** A notice about an attribute of an accepted request. */
export interface ScimNotice {
  readonly code: NoticeCode;
  /** The name that the client sent. */
  readonly attribute: string;
  /** The closest valid name; for LOOKS_LIKE_A_MEMBER the other member's userName. */
  readonly closest: string;
}

/** The member or group of a request, and the name that the provider used for it. */
export interface ScimTarget {
  readonly type: 'member' | 'group';
  readonly id: string | null;
  readonly name: string | null;
}

/**
 * One answered SCIM request, or one operation of a bulk request, as the log stores it (rule 49). No field can hold a
 * body, a password or a credential (rule 50).
 */
export interface ScimEvent {
  readonly at: Date;
  readonly durationMs: number;
  readonly client: ScimClient;
  readonly method: string;
  readonly operation: ScimOperation;
  readonly target: ScimTarget | null;
  readonly status: number;
  /** Null when the request was accepted. */
  readonly code: ScimCode | null;
  readonly scimType: string | null;
  readonly detail: string | null;
  /** The public name of the attribute that is wrong. */
  readonly attribute: string | null;
  /** The value sent for the attribute, cut at 100 characters. */
  readonly value: string | null;
  readonly requestId: string;
  readonly notices: readonly ScimNotice[];
  /** Whether an active member got its userName by the request. */
  readonly tookUserName: boolean;
}

/** An accepted request that changed nothing: described only when the log keeps an entry of it. */
export interface ScimRead {
  readonly method: string;
  readonly operation: ScimOperation;
  readonly client: ScimClient;
  describe(): ScimEvent;
}

/** The maximum length of a value, name or attribute in an entry (rule 50). */
export const LONGEST_VALUE = 100;

/** The maximum length of a detail in an entry; the details of Rollcall's own refusals are shorter. */
export const LONGEST_DETAIL = 500;

/**
 * Cuts a text to a number of characters, without splitting a surrogate pair. What PostgreSQL cannot store, lone surrogates
 * and NUL, becomes U+FFFD.
 */
export function cut(text: string, longest: number = LONGEST_VALUE): string {
  const storable = text.toWellFormed().replaceAll('\0', '\uFFFD');
  return storable.length <= longest
    ? storable
    : storable
        .slice(0, longest)
        .toWellFormed()
        .replace(/\uFFFD$/, '');
}

const USER_AGENTS: readonly (readonly [RegExp, ScimClient])[] = [
  [/okta/i, 'OKTA'],
  [/azure|entra|microsoft/i, 'ENTRA'],
  [/onelogin/i, 'ONELOGIN'],
  [/jumpcloud/i, 'JUMPCLOUD'],
  [/google/i, 'GOOGLE'],
  [/\bping/i, 'PING'],
];

/**
 * The identity provider that sent a request.
 * @param url Entra puts its feature flag `aadOptscim062020` into the base URL, and sends no `User-Agent` of its own
 */
export function clientOf(userAgent: string | undefined, url = ''): ScimClient {
  const known = USER_AGENTS.find(([pattern]) => userAgent !== undefined && pattern.test(userAgent));
  if (known !== undefined) return known[1];
  return /aadoptscim/i.test(url) ? 'ENTRA' : 'OTHER';
}

/** Crockford's alphabet: it omits I, L, O and U, which people mistake for digits or which spell words. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const REFERENCE_BYTES = 5;

/** The short form of a request id, at the end of every refusal over SCIM (rule 58): `7F3K-Q2M9`. */
export function referenceOf(requestId: string): string {
  let bits = Number.parseInt(requestId.replaceAll('-', '').slice(0, REFERENCE_BYTES * 2), 16);
  let text = '';
  for (let place = 0; place < 8; place += 1) {
    text = (ALPHABET[bits % 32] ?? '') + text;
    bits = Math.floor(bits / 32);
  }
  return `${text.slice(0, 4)}-${text.slice(4)}`;
}

/**
 * The range of request ids that have this reference.
 * @returns the first and the last id; undefined for a text that is not a reference
 */
export function requestIdsOf(
  reference: string,
): { readonly first: string; readonly last: string } | undefined {
  const text = reference
    .trim()
    .toUpperCase()
    .replace(/^\(?REF\s+/, '')
    .replace(/[-\s)]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  if (text.length !== 8) return undefined;
  let bits = 0;
  for (const sign of text) {
    const value = ALPHABET.indexOf(sign);
    if (value === -1) return undefined;
    bits = bits * 32 + value;
  }
  const hex = bits.toString(16).padStart(REFERENCE_BYTES * 2, '0');
  const start = `${hex.slice(0, 8)}-${hex.slice(8)}`;
  return { first: `${start}00-0000-0000-000000000000`, last: `${start}ff-ffff-ffff-ffffffffffff` };
}

/**
 * The network of an address, by which requests with unknown keys are counted (rule 51).
 * @returns `203.0.113.0/24`, or the first 48 bits of an IPv6 address; the text itself when it is not an address
 */
export function networkPrefixOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  const bytes = plain.split('.');
  if (bytes.length === 4) return `${bytes.slice(0, 3).join('.')}.0/24`;
  if (!plain.includes(':')) return cut(plain);
  const [head = '', tail] = plain.split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length);
  const all = [...groups, ...Array.from({ length: Math.max(0, missing) }, () => '0')];
  return `${all
    .slice(0, 3)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':')}::/48`;
}
