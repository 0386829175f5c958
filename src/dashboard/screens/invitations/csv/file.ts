import { withoutFormulas } from '../../../../domain/csv.js';

/** A row of a CSV file, which may be longer than a line. */
export interface CsvRecord {
  /** The number of its first line in the file, of which the header is line 1. */
  readonly line: number;
  readonly text: string;
}

export interface CsvFile {
  /** The line that names the columns, with the line before it that names the separator, if there is one. */
  readonly header: string;
  readonly records: readonly CsvRecord[];
}

/**
 * Splits a CSV file into its records (RFC 4180): a line end inside quotes belongs to the value. Empty lines are
 * omitted. The server checks the content of the records.
 */
export function recordsOf(text: string): CsvFile {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .split('\n');
  const headerLines = /^sep=[,;\t]$/i.test(lines[0] ?? '') ? 2 : 1;
  const others = lines
    .slice(headerLines)
    .map((line, index) => ({ line: headerLines + index + 1, text: line }));
  return { header: lines.slice(0, headerLines).join('\n'), records: joined(others).filter(hasValue) };
}

const FIELD = '(?: *"(?:[^"]|"")*" *|[^",;\\t]*)';
const WHOLE = new RegExp(`^(?:${FIELD}[,;\\t])*${FIELD}$`);
/** Text that ends inside of quotes. */
const OPEN = new RegExp(`^(?:${FIELD}[,;\\t])* *"(?:[^"]|"")*$`);
/** More lines than an address or a role has, with any note beside it. */
const MOST_LINES = 20;

/** Joins lines that quotes keep together. Where the quotes do not match, the server refuses the line, and no other. */
function joined(lines: readonly CsvRecord[]): readonly CsvRecord[] {
  const records: CsvRecord[] = [];
  for (let index = 0; index < lines.length; ) {
    const [first, ...others] = lines.slice(index, index + MOST_LINES);
    if (first === undefined) break;
    const texts = [first.text];
    while (texts.length <= others.length && OPEN.test(texts.join('\n')))
      texts.push(others[texts.length - 1]?.text ?? '');
    const isWhole = WHOLE.test(texts.join('\n'));
    records.push(isWhole ? { line: first.line, text: texts.join('\n') } : first);
    index += isWhole ? texts.length : 1;
  }
  return records;
}

const hasValue = ({ text }: CsvRecord) => !/^[\s,;"]*$/.test(text);

/**
 * A part of a file as a file of its own. Empty lines keep every record on its line, so that the server counts as the
 * person's spreadsheet does.
 */
export function partOf(header: string, records: readonly CsvRecord[]): string {
  let text = header;
  let line = header.split('\n').length;
  for (const record of records) {
    text += '\n'.repeat(record.line - line) + record.text;
    line = record.line + record.text.split('\n').length - 1;
  }
  return text;
}

/** Under the size of a request, with what JSON adds. */
const MOST_CHARACTERS = 200_000;

/** The records that are sent in one request: the first ones, at least one. @param most the most records */
export function firstPart(records: readonly CsvRecord[], most: number): readonly CsvRecord[] {
  let characters = 0;
  const end = records.findIndex(({ text }, index) => {
    characters += text.length;
    return index > 0 && (index >= most || characters > MOST_CHARACTERS);
  });
  return end === -1 ? records : records.slice(0, end);
}

function quoted(value: string): string {
  return `"${withoutFormulas(value).replaceAll('"', '""')}"`;
}

/** Writes a CSV file with a byte order mark, by which spreadsheets know that it is UTF-8. */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return `\uFEFF${rows.map((row) => row.map(quoted).join(',')).join('\r\n')}\r\n`;
}
