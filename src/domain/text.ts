/**
 * Whether a text can be kept and shown in one line: at most that many characters, no control characters, and no half
 * ones (lone surrogates), which PostgreSQL refuses.
 */
export function isPlainText(text: string, longest: number): boolean {
  return text.length <= longest && !/\p{Cc}/u.test(text) && text.isWellFormed();
}
