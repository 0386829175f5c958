import { withoutFormulas } from '../../../../domain/csv.js';

/** The most rows that the server reads in one request. */
export const MOST_ROWS = 5000;

/** A CSV file as its records, which may be longer than a line. */
export interface CsvFile {
  readonly header: string;
  readonly records: readonly string[];
}

/**
 * Splits a CSV file into its records (RFC 4180): a line end inside quotes belongs to the value. Empty lines are left out.
 * What a record says is for the server to judge.
 */
export function recordsOf(text: string): CsvFile {
  const records: string[] = [];
  let start = 0;
  let isQuoted = false;
  const add = (end: number) => {
    const record = text.slice(start, end).replace(/\r$/, '');
    if (!/^[\s,;"]*$/.test(record)) records.push(record);
    start = end + 1;
  };
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    // A quote inside of quotes is written twice, and so changes nothing.
    if (character === '"') isQuoted = !isQuoted;
    else if (character === '\n' && !isQuoted) add(index);
  }
  add(text.length);
  // An unclosed quote would take the rest of the file with it: then each line is a record, and the server refuses that one.
  if (isQuoted) return fileOf(text.split(/\r?\n/).filter((line) => line.trim() !== ''));
  return fileOf(records);
}

function fileOf(records: readonly string[]): CsvFile {
  const [header = '', ...others] = records;
  return { header: header.replace(/^\uFEFF/, ''), records: others };
}

function quoted(value: string): string {
  return `"${withoutFormulas(value).replaceAll('"', '""')}"`;
}

/** Writes a CSV file with a byte order mark, by which spreadsheets know that it is UTF-8. */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return `\uFEFF${rows.map((row) => row.map(quoted).join(',')).join('\r\n')}\r\n`;
}
