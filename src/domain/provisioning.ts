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
import { type Profile, parseProfile } from './profile.js';
import { isPlainText } from './text.js';

export const PROVISION_MODES = ['CREATE', 'REPLACE', 'PATCH'] as const;
export type ProvisionMode = (typeof PROVISION_MODES)[number];

/** What an identity provider sends about somebody, unparsed: what counts is which keys are there (rule 1). */
export interface Provisioning {
  readonly mode: ProvisionMode;
  readonly userName?: unknown;
  readonly externalId?: unknown;
  readonly profile?: unknown;
  readonly active?: unknown;
  readonly role?: unknown;
  readonly seatType?: unknown;
  readonly creditLimit?: unknown;
}

/** What a request asks of a member, understood but not yet judged. An absent key leaves things as they are. */
export interface MemberWish {
  readonly mode: ProvisionMode;
  readonly userName?: string;
  readonly externalId?: string | null;
  readonly profile?: Profile;
  readonly active?: boolean;
  readonly role?: Role;
  /** Null: no seat. */
  readonly seatType?: SeatType | null;
  /** Null: no limit. */
  readonly creditLimit?: number | null;
}

/** Three bytes each in UTF-8 at the most, which fits an index entry of PostgreSQL (2,704 bytes). */
const LONGEST_TEXT = 800;

/**
 * Understands what was sent for a member of a workspace of that version.
 * @throws DomainError WRONG_WORKSPACE_VERSION (rule 1), INVALID_INPUT naming the attribute
 */
export function readProvisioning(version: WorkspaceVersion, input: Provisioning): MemberWish {
  refuseOtherVersion(version, input);
  return {
    mode: input.mode,
    ...readUserName(input),
    ...(Object.hasOwn(input, 'externalId') ? { externalId: readExternalId(input.externalId) } : {}),
    ...(Object.hasOwn(input, 'profile') ? { profile: parseProfile(input.profile ?? {}) } : {}),
    ...readActive(input),
    ...readRole(input),
    ...readSeatType(input),
    ...(Object.hasOwn(input, 'creditLimit') ? { creditLimit: readCreditLimit(input.creditLimit) } : {}),
  };
}

/**
 * The two versions' attributes never mix; presence alone decides, whatever the value.
 * @throws DomainError WRONG_WORKSPACE_VERSION (rule 1)
 */
export function refuseOtherVersion(version: WorkspaceVersion, input: object): void {
  if (version === 'V2' && Object.hasOwn(input, 'seatType')) {
    throw new DomainError('WRONG_WORKSPACE_VERSION', 'seatType was sent to a V2 workspace.', {
      attribute: 'seatType',
      hint:
        'Remove the seatType attribute from the Profile Editor for your SCIM app and add role instead. ' +
        'Even sending seatType with an empty value causes this error.',
    });
  }
  const sent =
    version === 'V1' ? ['role', 'creditLimit'].find((name) => Object.hasOwn(input, name)) : undefined;
  if (sent !== undefined) {
    throw new DomainError('WRONG_WORKSPACE_VERSION', `${sent} was sent to a V1 workspace.`, {
      attribute: sent,
      hint:
        'Remove the role and creditLimit attributes from the Profile Editor for your SCIM app and add seatType ' +
        `instead. Even sending ${sent} with an empty value causes this error.`,
    });
  }
}

/** An empty userName in a CREATE counts as not sent: the e-mail address stands in for it (rule 14). */
function readUserName({ mode, userName }: Provisioning): Pick<MemberWish, 'userName'> {
  const empty = userName === undefined || userName === null || userName === '';
  if (empty && (mode === 'CREATE' || (mode === 'PATCH' && userName === undefined))) return {};
  if (typeof userName !== 'string') throw required('userName');
  // Rule 15a: blanks around it are cut off, whichever door it comes through.
  const spelling = withoutBlanks(userName);
  const canonical = canonicalUserName(spelling);
  if (canonical === '') throw required('userName');
  // Some letters are several in the canonical form, which has to fit the index too.
  if (canonical.length > LONGEST_TEXT) throw tooLong('userName');
  return { userName: plainText('userName', spelling) };
}

function required(attribute: string): DomainError {
  return new DomainError('INVALID_INPUT', `${attribute} is required and cannot be empty.`, { attribute });
}

/** Text that PostgreSQL can hold and a person could have meant. */
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

function readExternalId(value: unknown): string | null {
  if (value === null || value === '') return null;
  if (typeof value !== 'string') {
    throw new DomainError('INVALID_INPUT', 'externalId must be a string.', { attribute: 'externalId' });
  }
  return plainText('externalId', value);
}

/** An empty `active` counts as not sent, but it cannot be removed: a member is active or is not. */
function readActive({ mode, active }: Provisioning): Pick<MemberWish, 'active'> {
  if (active === null && mode === 'PATCH')
    throw cannotBeRemoved('active', 'Set it to false to deactivate the member.');
  if (active === undefined || active === null || active === '') return {};
  if (typeof active !== 'boolean') {
    throw new DomainError('INVALID_INPUT', 'active must be true or false.', { attribute: 'active' });
  }
  return { active };
}

function cannotBeRemoved(attribute: string, hint: string): DomainError {
  return new DomainError('INVALID_INPUT', `${attribute} cannot be removed.`, { attribute, hint });
}

function readRole({ mode, role }: Provisioning): Pick<MemberWish, 'role'> {
  if (role === null && mode === 'PATCH') throw cannotBeRemoved('role', 'Set it to admin, editor or viewer.');
  if (role === undefined || role === null || role === '') return {};
  const named = ROLES.find((known) => typeof role === 'string' && known === role.trim().toUpperCase());
  if (named === undefined) {
    throw new DomainError('INVALID_INPUT', 'role must be admin, editor or viewer.', { attribute: 'role' });
  }
  return { role: named };
}

/** Only a removal (null in a PATCH) takes the seat away; any other empty value counts as not sent. */
function readSeatType({ mode, seatType }: Provisioning): Pick<MemberWish, 'seatType'> {
  if (seatType === null && mode === 'PATCH') return { seatType: null };
  if (seatType === undefined || seatType === null || seatType === '') return {};
  const named = SEAT_TYPES.find(
    (known) => typeof seatType === 'string' && known === seatType.trim().toUpperCase(),
  );
  if (named === undefined) {
    const known = SEAT_TYPES.map((type) => type.toLowerCase()).join(', ');
    throw new DomainError('INVALID_INPUT', `seatType must be one of ${known}.`, { attribute: 'seatType' });
  }
  return { seatType: named };
}

/** Some identity providers send numbers as strings of digits; anything looser is refused (rule 5). */
function readCreditLimit(value: unknown): number | null {
  if (value === undefined || value === null || value === '') return null;
  const number = typeof value === 'string' && /^\d{1,10}$/.test(value.trim()) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 1 || number > MAX_CREDIT_LIMIT) {
    throw new DomainError(
      'INVALID_INPUT',
      `creditLimit must be a whole number from 1 to ${MAX_CREDIT_LIMIT}, or empty for no limit.`,
      { attribute: 'creditLimit' },
    );
  }
  return number;
}
