import { canonicalName, withoutBlanks } from './canonical.js';
import { DomainError } from './errors.js';
import { isPlainText, LONGEST_TEXT } from './text.js';

/**
 * Reads the name of a group (rule 29).
 * @returns the name, without blanks around it
 * @throws DomainError INVALID_INPUT
 */
export function readDisplayName(text: string): string {
  const name = withoutBlanks(text);
  const canonical = canonicalName(name);
  const isShort = Math.max(name.length, canonical.length) <= LONGEST_TEXT;
  if (canonical !== '' && isShort && isPlainText(name, LONGEST_TEXT)) return name;
  throw new DomainError(
    'INVALID_INPUT',
    canonical === ''
      ? 'displayName is required and cannot be empty.'
      : `displayName must have at most ${LONGEST_TEXT} characters and no control characters.`,
    { attribute: 'displayName' },
  );
}

/**
 * Reads the identity provider's id of a group; an empty text counts as null.
 * @throws DomainError INVALID_INPUT
 */
export function readExternalId(text: string | null): string | null {
  if (text === null || text === '') return null;
  if (isPlainText(text, LONGEST_TEXT)) return text;
  throw new DomainError(
    'INVALID_INPUT',
    `externalId must have at most ${LONGEST_TEXT} characters and no control characters.`,
    { attribute: 'externalId' },
  );
}

/** A change of a group's members: the complete list, or members to add and to remove. */
export interface GroupMembersChange {
  /** The complete list. It applies before `add` and `remove`. */
  readonly all?: readonly string[];
  readonly add: readonly string[];
  readonly remove: readonly string[];
}
