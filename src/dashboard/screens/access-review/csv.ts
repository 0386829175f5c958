import { withoutFormulas } from '../../../domain/csv.js';
import { download } from '../download.js';

/** Writes a cell. */
function cell(text: string): string {
  const safe = withoutFormulas(text);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Lets the browser save a CSV file, with the byte order mark that spreadsheets need. */
export function downloadCsv(name: string, rows: readonly (readonly string[])[]): void {
  const text = rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
  download(name, `\uFEFF${text}`, 'text/csv;charset=utf-8');
}
