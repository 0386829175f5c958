import {
  MAX_CREDIT_LIMIT,
  ROLES,
  type Role,
  SEAT_TYPES,
  type SeatType,
  type WorkspaceVersion,
} from './access.js';
import { canonicalUserName, withoutBlanks } from './canonical.js';
import { DomainError } from './errors.js';
import { type JsonObject, type Profile, parseProfile } from './profile.js';
import { isPlainText, LONGEST_TEXT } from './text.js';

export const PROVISION_MODES = ['CREATE', 'REPLACE', 'PATCH'] as const;
export type ProvisionMode = (typeof PROVISION_MODES)[number];

/** A person's attributes apart from access. The model's `Member` stores each under the same name. */
export interface Person {
  readonly userName: string;
  readonly externalId: string | null;
  /** Stored as `attributes`. */
  readonly profile: Profile;
}

/**
 * The attributes of a new person apart from the userName. Where one is null here, a client clears it by sending null.
 */
export const EMPTY_PERSON: Omit<Person, 'userName'> = { externalId: null, profile: {} };

type PersonInput = { readonly [Name in keyof Person]?: Person[Name] | null };

/**
 * The attributes that a client sends about a member: one list for the inputs of SCIM and GraphQL. An absent attribute
 * changes nothing. `role`, `seatType` and `creditLimit` are unparsed, because their presence counts (rule 1).
 */
export interface MemberInput extends PersonInput {
  readonly profile?: JsonObject | null;
  readonly active?: boolean | null;
  readonly role?: unknown;
  readonly seatType?: unknown;
  readonly creditLimit?: unknown;
}

/** A member input with the id of its member; CREATE has none. */
export interface ProvisioningRequest extends MemberInput {
  readonly workspaceId: string;
  readonly memberId?: string | null;
  readonly mode: ProvisionMode;
  /** The change is refused when the member has another version. */
  readonly expectedVersion?: number | null;
}

/** A parsed member input, before the rules check it. An absent attribute changes nothing. */
export interface MemberChangeRequest extends Partial<Person> {
  readonly mode: ProvisionMode;
  readonly active?: boolean;
  readonly role?: Role;
  /** Null: no seat. */
  readonly seatType?: SeatType | null;
  /** Null: no limit. */
  readonly creditLimit?: number | null;
}

type MemberAttribute = Exclude<keyof MemberInput, never>;

type Parsers = {
  readonly [Name in MemberAttribute]: (
    sent: MemberInput[Name],
    mode: ProvisionMode,
  ) => MemberChangeRequest[Name] | undefined;
};

/** A parser for each attribute that a client can send. It returns undefined for a value that counts as not sent. */
export const PARSERS: Parsers = {
  userName: parseUserName,
  externalId: nullableText('externalId'),
  profile: (sent) => (sent === undefined ? undefined : parseProfile(sent ?? {})),
  active: parseActive,
  role: parseRole,
  seatType: parseSeatType,
  creditLimit: parseCreditLimit,
};

/** The names of a person's attributes. */
export const PERSON_NAMES = ['userName', ...Object.keys(EMPTY_PERSON)] as (keyof Person)[];

/** The person's attributes of a member, or those that a request has. */
export function personIn<From extends Partial<Person>>(from: From): Pick<From, keyof Person> {
  const person: { -readonly [Name in keyof Person]?: unknown } = {};
  for (const name of PERSON_NAMES) {
    const value = from[name];
    if (value !== undefined) person[name] = value;
  }
  // These are the names of the type.
  return person as Pick<From, keyof Person>;
}

/**
 * Parses what a client sent for a member of a workspace of this version.
 * @throws DomainError WRONG_WORKSPACE_VERSION (rule 1), INVALID_INPUT that names the attribute
 */
export function parseChangeRequest(
  version: WorkspaceVersion,
  mode: ProvisionMode,
  input: MemberInput,
): MemberChangeRequest {
  refuseOtherVersion(version, input);
  const request: { -readonly [Name in keyof MemberChangeRequest]: MemberChangeRequest[Name] } = { mode };
  for (const name of Object.keys(PARSERS) as MemberAttribute[]) {
    const value = parsed(name, mode, input);
    if (value !== undefined) Reflect.set(request, name, value);
  }
  return request;
}

function parsed<Name extends MemberAttribute>(
  name: Name,
  mode: ProvisionMode,
  input: MemberInput,
): MemberChangeRequest[Name] | undefined {
  return PARSERS[name](input[name], mode);
}

/**
 * Refuses attributes of the other workspace version; only their presence counts, not their value.
 * @throws DomainError WRONG_WORKSPACE_VERSION (rule 1)
 */
function refuseOtherVersion(version: WorkspaceVersion, input: MemberInput): void {
  if (version === 'V2' && input.seatType !== undefined) {
    throw new DomainError('WRONG_WORKSPACE_VERSION', 'seatType was sent to a V2 workspace.', {
      attribute: 'seatType',
      hint: 'Leave seatType out, also when it is empty, and send role instead.',
      providerHint:
        'Remove the seatType attribute from the Profile Editor for your SCIM app and add role instead. ' +
        'Even sending seatType with an empty value causes this error.',
    });
  }
  const names = ['role', 'creditLimit'] as const;
  const sent = version === 'V1' ? names.find((name) => input[name] !== undefined) : undefined;
  if (sent !== undefined) {
    throw new DomainError('WRONG_WORKSPACE_VERSION', `${sent} was sent to a V1 workspace.`, {
      attribute: sent,
      hint: `Leave ${sent} out, also when it is empty, and send seatType instead.`,
      providerHint:
        'Remove the role and creditLimit attributes from the Profile Editor for your SCIM app and add seatType ' +
        `instead. Even sending ${sent} with an empty value causes this error.`,
    });
  }
}

/** An empty userName in a CREATE counts as not sent: the e-mail address replaces it (rule 14). */
function parseUserName(userName: string | null | undefined, mode: ProvisionMode): string | undefined {
  const isEmpty = userName === undefined || userName === null || userName === '';
  if (isEmpty && (mode === 'CREATE' || (mode === 'PATCH' && userName === undefined))) return undefined;
  // Rule 15a: every API removes the blanks around a userName.
  const spelling = isEmpty ? '' : withoutBlanks(userName);
  const canonical = canonicalUserName(spelling);
  if (canonical === '') {
    throw new DomainError('INVALID_INPUT', 'userName is required and cannot be empty.', {
      attribute: 'userName',
    });
  }
  // Some letters become several in the canonical form, which must also fit into the index.
  if (canonical.length > LONGEST_TEXT) throw tooLong('userName');
  return plainText('userName', spelling);
}

/** A parser for text that may be empty: null and `''` clear it. */
function nullableText(attribute: string): (sent: string | null | undefined) => string | null | undefined {
  return (sent) => (sent === null || sent === '' ? null : sent && plainText(attribute, sent));
}

/** @throws DomainError INVALID_INPUT for text that PostgreSQL cannot store or index */
function plainText(attribute: string, text: string): string {
  if (isPlainText(text, LONGEST_TEXT)) return text;
  throw tooLong(attribute);
}

function tooLong(attribute: string): DomainError {
  return new DomainError(
    'INVALID_INPUT',
    `${attribute} must have at most ${LONGEST_TEXT} characters and no control characters.`,
    { attribute },
  );
}

/** `active` cannot be removed: a member is active or is not. */
function parseActive(active: boolean | null | undefined, mode: ProvisionMode): boolean | undefined {
  if (active === null && mode === 'PATCH')
    throw cannotBeRemoved('active', 'Set it to false to deactivate the member.');
  return active ?? undefined;
}

function cannotBeRemoved(attribute: string, hint: string): DomainError {
  return new DomainError('INVALID_INPUT', `${attribute} cannot be removed.`, { attribute, hint });
}

function parseRole(role: unknown, mode: ProvisionMode): Role | undefined {
  if (role === null && mode === 'PATCH') throw cannotBeRemoved('role', 'Set it to admin, editor or viewer.');
  if (role === undefined || role === null || role === '') return undefined;
  const known = knownName(ROLES, role);
  if (known !== undefined) return known;
  throw new DomainError('INVALID_INPUT', 'role must be admin, editor or viewer.', { attribute: 'role' });
}

/** Only a removal (null in a PATCH) takes the seat away; any other empty value counts as not sent. */
function parseSeatType(seatType: unknown, mode: ProvisionMode): SeatType | null | undefined {
  if (seatType === null && mode === 'PATCH') return null;
  if (seatType === undefined || seatType === null || seatType === '') return undefined;
  const known = knownName(SEAT_TYPES, seatType);
  if (known !== undefined) return known;
  const names = SEAT_TYPES.map((type) => type.toLowerCase()).join(', ');
  throw new DomainError('INVALID_INPUT', `seatType must be one of ${names}.`, { attribute: 'seatType' });
}

/** Returns the name in a closed list that equals the sent value in any case. */
function knownName<Name extends string>(names: readonly Name[], sent: unknown): Name | undefined {
  return typeof sent === 'string' ? names.find((name) => name === sent.trim().toUpperCase()) : undefined;
}

/** Some identity providers send numbers as strings of digits; other strings are refused (rule 5). */
function parseCreditLimit(sent: unknown): number | null | undefined {
  if (sent === undefined) return undefined;
  if (sent === null || sent === '') return null;
  const number = typeof sent === 'string' && /^\d{1,10}$/.test(sent.trim()) ? Number(sent) : sent;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 1 || number > MAX_CREDIT_LIMIT) {
    throw new DomainError(
      'INVALID_INPUT',
      `creditLimit must be a whole number from 1 to ${MAX_CREDIT_LIMIT}, or empty for no limit.`,
      { attribute: 'creditLimit' },
    );
  }
  return number;
}
