import { withoutBlanks } from './canonical.js';
import { DomainError } from './errors.js';

/**
 * The most characters of a text about a person or a group. A character takes at most three bytes of UTF-8, so the text
 * fits into an index entry of PostgreSQL (2,704 bytes).
 */
export const LONGEST_TEXT = 800;

/**
 * Whether a text can be stored and shown in one line: at most `longest` characters, no control characters, and no lone
 * surrogates, which PostgreSQL refuses.
 */
export function isPlainText(text: string, longest: number): boolean {
  return text.length <= longest && !/\p{Cc}/u.test(text) && text.isWellFormed();
}

/**
 * Reads a name that a person chose.
 * @returns the name, without the blanks around it
 * @throws DomainError INVALID_INPUT when it is empty, longer than `longest`, or not plain text, or reorders the text
 *   around it
 */
export function requiredName(name: string, longest: number): string {
  const trimmed = withoutBlanks(name);
  requireOwnDirection('name', trimmed);
  if (trimmed !== '' && isPlainText(trimmed, longest)) return trimmed;
  throw new DomainError(
    'INVALID_INPUT',
    `name must have 1 to ${longest} characters, and no control characters.`,
    { attribute: 'name' },
  );
}

const LONGEST_DESCRIPTION = 200;

/**
 * Reads the description of a key or a webhook.
 * @returns it without the blanks around it; null when nothing is left
 * @throws DomainError INVALID_INPUT when it is longer than 200 characters, or not plain text
 */
export function readDescription(description: string | null): string | null {
  const text = description?.trim() ?? '';
  if (text === '') return null;
  if (isPlainText(text, LONGEST_DESCRIPTION)) return text;
  throw new DomainError(
    'INVALID_INPUT',
    `description must have at most ${LONGEST_DESCRIPTION} characters, and no control characters.`,
    { attribute: 'description' },
  );
}

/**
 * The characters that no address, userName or group name may contain (rule 15a): control and format characters, line
 * separators, unassigned code points, lone surrogates, U+FFFC and U+FFFD, and letters, marks and the braille pattern that
 * are not drawn.
 */
const NOT_IN_NAMES =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cn}\p{Cs}\uFFFC\uFFFD\u115F\u1160\u2800\u3164\uFFA0]|[\u034F\u17B4\u17B5]/u;

/** Texts in which every character is visible and keeps its place. */
const PRINTABLE_ASCII = /^[ -~]*$/;

/** Characters that reorder the text around them. Joiners are allowed, because names in several scripts need them. */
const REORDERING = /[\u202A-\u202E\u2066-\u2069]/u;

/** The names of the most common ones. */
const CHARACTER_NAMES: ReadonlyMap<string, string> = new Map([
  ['\u0000', 'NULL'],
  ['\u0009', 'TAB'],
  ['\u000A', 'LINE FEED'],
  ['\u000D', 'CARRIAGE RETURN'],
  ['\u00AD', 'SOFT HYPHEN'],
  ['\u200B', 'ZERO WIDTH SPACE'],
  ['\u200C', 'ZERO WIDTH NON-JOINER'],
  ['\u200D', 'ZERO WIDTH JOINER'],
  ['\u200E', 'LEFT-TO-RIGHT MARK'],
  ['\u200F', 'RIGHT-TO-LEFT MARK'],
  ['\u202A', 'LEFT-TO-RIGHT EMBEDDING'],
  ['\u202B', 'RIGHT-TO-LEFT EMBEDDING'],
  ['\u202C', 'POP DIRECTIONAL FORMATTING'],
  ['\u202D', 'LEFT-TO-RIGHT OVERRIDE'],
  ['\u202E', 'RIGHT-TO-LEFT OVERRIDE'],
  ['\u2060', 'WORD JOINER'],
  ['\u2066', 'LEFT-TO-RIGHT ISOLATE'],
  ['\u2067', 'RIGHT-TO-LEFT ISOLATE'],
  ['\u2068', 'FIRST STRONG ISOLATE'],
  ['\u2069', 'POP DIRECTIONAL ISOLATE'],
  ['\u2800', 'BRAILLE PATTERN BLANK'],
  ['\u3164', 'HANGUL FILLER'],
  ['\uFEFF', 'BYTE ORDER MARK'],
  ['\uFFFC', 'OBJECT REPLACEMENT CHARACTER'],
  ['\uFFFD', 'REPLACEMENT CHARACTER'],
]);

/** Whether an address, userName or group name may contain all characters of a text (rule 15a). */
export function isVisible(text: string): boolean {
  return PRINTABLE_ASCII.test(text) || !NOT_IN_NAMES.test(text);
}

/**
 * Refuses an address, userName or group name that contains a character that cannot be seen (rule 15a).
 * @throws DomainError INVALID_INPUT that names the character
 */
export function requireVisible(attribute: string, text: string): void {
  if (!isVisible(text)) refuseCharacter(attribute, NOT_IN_NAMES.exec(text)?.[0]);
}

/**
 * Refuses a display text that contains a character that reorders the text around it.
 * @throws DomainError INVALID_INPUT that names the character
 */
export function requireOwnDirection(attribute: string, text: string): void {
  if (PRINTABLE_ASCII.test(text)) return;
  refuseCharacter(attribute, REORDERING.exec(text)?.[0]);
}

const REMOVE = 'Remove the character. It may have been copied with the text, so type the text again.';

const HINTS: ReadonlyMap<string, string> = new Map([
  [
    '\u200D',
    'Remove the character. An emoji of several in one, such as a family, contains it: choose another emoji.',
  ],
  ['\uFFFD', 'The text was not read as UTF-8 somewhere on its way. Send it again as UTF-8.'],
]);

function refuseCharacter(attribute: string, character: string | undefined): void {
  if (character === undefined) return;
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  const name = CHARACTER_NAMES.get(character) ?? kindOf(character);
  throw new DomainError('INVALID_INPUT', `${attribute} contains ${code} (${name}), which is not allowed.`, {
    attribute,
    hint: HINTS.get(character) ?? REMOVE,
  });
}

function kindOf(character: string): string {
  if (/\p{Cc}/u.test(character)) return 'control character';
  if (/\p{Cn}/u.test(character)) return 'not assigned in Unicode';
  if (/\p{Cs}/u.test(character)) return 'half of a surrogate pair';
  return 'invisible character';
}
