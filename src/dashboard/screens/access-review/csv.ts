import { download } from '../download.js';

/**
 * Writes a cell. One that a spreadsheet would take for a formula begins with an apostrophe, as in the server's exports.
 */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Lets the browser save a CSV file, with the byte order mark that spreadsheets need. */
export function downloadCsv(name: string, rows: readonly (readonly string[])[]): void {
  const text = rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
  download(name, `\uFEFF${text}`, 'text/csv;charset=utf-8');
}
