import { DomainError } from './errors.js';

/**
 * Whether a text can be kept and shown in one line: at most that many characters, no control characters, and no half
 * ones (lone surrogates), which PostgreSQL refuses.
 */
export function isPlainText(text: string, longest: number): boolean {
  return text.length <= longest && !/\p{Cc}/u.test(text) && text.isWellFormed();
}

/**
 * The name of something that people name, without the blanks around it.
 * @throws DomainError INVALID_INPUT when it is empty, longer than that, or no plain text
 */
export function requiredName(name: string, longest: number): string {
  const trimmed = name.trim();
  if (trimmed !== '' && isPlainText(trimmed, longest)) return trimmed;
  throw new DomainError(
    'INVALID_INPUT',
    `name must have 1 to ${longest} characters, and no control characters.`,
    { attribute: 'name' },
  );
}
