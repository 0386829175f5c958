import { withoutFormulas } from '../../../domain/csv.js';
import { download } from '../download.js';

function cell(text: string): string {
  const safe = withoutFormulas(text);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Gives the browser a CSV file to save, with the byte order mark that spreadsheets need. */
export function downloadCsv(name: string, rows: readonly (readonly string[])[]): void {
  const text = rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
  download(name, `\uFEFF${text}`, 'text/csv;charset=utf-8');
}
