import { CsvError, parse } from 'csv-parse/sync';
import { DomainError } from '../../domain/errors.js';

/** The most rows that one transaction writes. */
export const MOST_ROWS = 5000;
export const MOST_CHARACTERS = 1_000_000;
/** A file with more broken lines than this is refused. */
const MOST_BROKEN = 100;

export const CSV_COLUMNS = ['email', 'role', 'seat'] as const;
type Column = (typeof CSV_COLUMNS)[number];

/** One line of the file that is not empty. */
export interface CsvRow {
  /** The number of its first line; the header is line 1. */
  readonly row: number;
  /** Empty when the file has no value or no such column. */
  readonly cells: Readonly<Record<Column, string>>;
  /** Why the line cannot be read. */
  readonly fault: DomainError | undefined;
}

export interface CsvFile {
  readonly rows: readonly CsvRow[];
  /** Unknown columns, by their names in the file. */
  readonly ignoredColumns: readonly string[];
}

interface Line {
  readonly row: number;
  /** Undefined where the line cannot be parsed. */
  readonly cells: readonly string[] | undefined;
}

/**
 * Reads a file of people to invite, as spreadsheets save it (byte order mark, semicolons or tabs, any line ends, quoted
 * fields), with columns in any order. A line that cannot be read has a `fault`, and does not affect other lines.
 * @throws DomainError INVALID_INPUT for a file that is too long, or has no header, or no column `email`
 */
export function readCsv(csv: string): CsvFile {
  if (csv.length > MOST_CHARACTERS)
    throw refused(`The file has more than ${MOST_CHARACTERS} characters.`, 'Invite in several files.');
  const lines = linesOf(csv);
  const [header, ...others] = lines;
  const places = columnsOf(header?.cells);
  if (others.length > MOST_ROWS)
    throw refused(`The file has more than ${MOST_ROWS} rows.`, 'Invite in several files.');
  const names = header?.cells ?? [];
  return {
    rows: others.map((line) => rowOf(line, places, names.length)),
    ignoredColumns: names.filter((name) => name !== '' && !isColumn(columnName(name))),
  };
}

/** People and programs also write "E-mail" and "E-Mail". */
function columnName(text: string): string {
  return text.toLowerCase().replace('-', '');
}

function isColumn(name: string): name is Column {
  return CSV_COLUMNS.some((known) => known === name);
}

const NAME_THEM = 'The first line names the columns: email and, optionally, role (V2) or seat (V1).';

/** The position of each column. */
function columnsOf(header: readonly string[] | undefined): ReadonlyMap<Column, number> {
  if (header === undefined) throw refused('The file has no line that could name its columns.', NAME_THEM);
  const places = new Map<Column, number>();
  for (const [place, name] of header.entries()) {
    const column = columnName(name);
    if (!isColumn(column)) continue;
    if (places.has(column)) throw refused(`The column ${column} is there twice.`, 'Take one of them out.');
    places.set(column, place);
  }
  if (!places.has('email')) throw refused('The file has no column email.', NAME_THEM);
  return places;
}

function rowOf({ row, cells }: Line, places: ReadonlyMap<Column, number>, width: number): CsvRow {
  const cell = (column: Column): string => {
    const place = places.get(column);
    return (place === undefined ? undefined : cells?.[place]) ?? '';
  };
  return {
    row,
    cells: { email: cell('email'), role: cell('role'), seat: cell('seat') },
    fault: faultOf(cells, width),
  };
}

function faultOf(cells: readonly string[] | undefined, width: number): DomainError | undefined {
  if (cells === undefined) {
    return refused(
      'The quotes of this line do not match.',
      'Put a field into quotes as a whole, and write a quote inside of it twice.',
    );
  }
  // Spreadsheets omit empty cells at the end of a line, or add some.
  if (!cells.slice(width).some((cell) => cell !== '')) return undefined;
  return refused(
    `This line has ${cells.length} fields, and the header names ${width}.`,
    'Put a field that has the separator in it into quotes.',
  );
}

function refused(message: string, hint: string): DomainError {
  return new DomainError('INVALID_INPUT', message, { attribute: 'csv', hint });
}

/**
 * All lines that are not empty, from the header on. Where the parser fails, the line is returned as one that cannot be
 * read, and parsing continues with the next line: otherwise an unclosed quote would consume the rest of the file.
 */
function linesOf(csv: string): Line[] {
  const { text, delimiter, linesBefore } = delimited(csv);
  const lines: Line[] = [];
  let rest: string | undefined = text;
  let before = linesBefore;
  for (let broken = 0; rest !== undefined; broken += 1) {
    if (broken > MOST_BROKEN)
      throw refused(
        `The quotes of more than ${MOST_BROKEN} lines do not match.`,
        'Save the file again as CSV.',
      );
    const part = parsed(rest, delimiter);
    for (const { row, cells } of part.lines) lines.push({ row: before + row, cells });
    if (part.brokenAt === undefined) return lines;
    before += part.brokenAt;
    lines.push({ row: before, cells: undefined });
    rest = withoutLines(rest, part.brokenAt);
  }
  return lines;
}

/** @returns the lines that are not empty, and the number of the line at which the parser failed, if it did */
function parsed(text: string, delimiter: string): { lines: Line[]; brokenAt: number | undefined } {
  const lines: Line[] = [];
  let read = 0;
  try {
    parse(text, {
      delimiter,
      record_delimiter: '\n',
      relax_column_count: true,
      trim: true,
      on_record: (record: string[], { lines: end }) => {
        const cells = record.map((cell) => cell.trim());
        if (cells.some((cell) => cell !== '')) lines.push({ row: read + 1, cells });
        read = end;
        return null;
      },
    });
    return { lines, brokenAt: undefined };
  } catch (error) {
    if (error instanceof CsvError) return { lines, brokenAt: read + 1 };
    throw error;
  }
}

/** The text after `count` lines; undefined when there is none. */
function withoutLines(text: string, count: number): string | undefined {
  let end = -1;
  for (let line = 0; line < count; line += 1) {
    end = text.indexOf('\n', end + 1);
    if (end === -1) return undefined;
  }
  return text.slice(end + 1);
}

/**
 * The text with uniform line ends, and its delimiter. Excel writes a byte order mark, semicolons where the comma is the
 * decimal sign, and sometimes a first line that names the delimiter; concatenated files have mixed line ends.
 */
function delimited(csv: string): { text: string; delimiter: string; linesBefore: number } {
  const text = csv.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const [, named] = /^sep=([,;\t])\n/i.exec(text) ?? [];
  if (named !== undefined) return { text: withoutLines(text, 1) ?? '', delimiter: named, linesBefore: 1 };
  const header = /\S.*/.exec(text)?.[0] ?? '';
  const count = (sign: string) => header.split(sign).length;
  const delimiter = [',', ';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
  return { text, delimiter, linesBefore: 0 };
}
