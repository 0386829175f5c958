/** Where a cell begins, for readers that separate cells by `;` or tab and so end the quoted cell of ours early. */
const CELL_START = /(^|[;\t\r\n])([\s\p{Z}\p{Cc}\p{Cf}"]*)(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/gu;

/**
 * Makes text safe as a cell of a CSV file. A spreadsheet runs a cell that begins with = + - @ (full-width ones too), a tab
 * or a line break as a formula, and names come from outside: an apostrophe in front makes it text. So that this holds for
 * every separator, it is also put inside of the text where a cell of another reader would begin.
 */
export function withoutFormulas(text: string): string {
  const safe = text.replace(CELL_START, "$1$2'");
  return /^[\t\r\n]/.test(safe) ? `'${safe}` : safe;
}
