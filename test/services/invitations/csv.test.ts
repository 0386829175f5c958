import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MOST_CHARACTERS, MOST_ROWS, readCsv } from '../../../src/services/invitations/csv.js';
import { refusalOf } from '../../domain/refusal.js';

/** Each row as `line: email|role|seat`, or as `line: fault`. */
function read(csv: string): string[] {
  return readCsv(csv).rows.map(({ row, cells, fault }) =>
    fault === undefined ? `${row}: ${cells.email}|${cells.role}|${cells.seat}` : `${row}: ${fault.message}`,
  );
}

describe('a file as spreadsheets save it', () => {
  test.each<[string, string]>([
    ['plain', 'email,role,seat\na@x,editor,pro\nb@x,viewer,\n'],
    ['with a byte order mark', '\uFEFFemail,role,seat\na@x,editor,pro\nb@x,viewer,\n'],
    ['of Windows', 'email,role,seat\r\na@x,editor,pro\r\nb@x,viewer,\r\n'],
    ['of an old Mac', 'email,role,seat\ra@x,editor,pro\rb@x,viewer,\r'],
    ['with line ends of all kinds', 'email,role,seat\r\na@x,editor,pro\nb@x,viewer,\r'],
    ['without a last line end', 'email,role,seat\na@x,editor,pro\nb@x,viewer,'],
    [
      'with semicolons, as Excel does where the comma is the decimal sign',
      'email;role;seat\na@x;editor;pro\nb@x;viewer;',
    ],
    ['with tabs', 'email\trole\tseat\na@x\teditor\tpro\nb@x\tviewer\t'],
    ['with everything quoted', '"email","role","seat"\n"a@x","editor","pro"\n"b@x","viewer",""\n'],
    ['with blanks around', ' Email , ROLE ,Seat\n a@x , editor ,\tpro\n" b@x ", viewer ,'],
    ['with a hyphen in E-Mail', 'E-Mail,role,seat\na@x,editor,pro\nb@x,viewer,'],
    ['with columns in another order', 'seat,email,role\npro,a@x,editor\n,b@x,viewer'],
    ['without empty cells at the end', 'email,role,seat\na@x,editor,pro\nb@x,viewer'],
    ['with more empty cells at the end', 'email,role,seat,\na@x,editor,pro,,,\nb@x,viewer,,,'],
  ])('%s', (_case, csv) => {
    expect(read(csv)).toEqual(['2: a@x|editor|pro', '3: b@x|viewer|']);
  });

  test('counts Excel’s separator line and blank lines as lines, and ignores them', () => {
    expect(read('sep=;\r\nemail;role\r\n\r\na@x;editor\r\n   \r\n;\r\nb@x;viewer\r\n')).toEqual([
      '4: a@x|editor|',
      '7: b@x|viewer|',
    ]);
  });

  test('a quoted field may contain separators, quotes and line ends; the row has the number of its first line', () => {
    const csv = 'note,email\n"Lee, Ann\r\n""the boss""",a@x\n"x\ny\nz",b@x\n,c@x';
    expect(read(csv)).toEqual(['2: a@x||', '4: b@x||', '7: c@x||']);
  });

  test('reports unknown columns', () => {
    expect(readCsv('Name,EMAIL,Team,,Role\nAnn,a@x,Core,,editor').ignoredColumns).toEqual(['Name', 'Team']);
  });

  test('may have no rows', () => {
    expect(readCsv('email')).toEqual({ rows: [], ignoredColumns: [] });
  });
});

const MISMATCH = 'The quotes of this line do not match.';

describe('a line that cannot be read does not affect the others', () => {
  test.each<[string, string, string[]]>([
    [
      'a quote that nobody closes',
      'email\na@x\n"b@x\nc@x\nd@x',
      ['2: a@x||', `3: ${MISMATCH}`, '4: c@x||', '5: d@x||'],
    ],
    ['at the end', 'email\na@x\n"b@x', ['2: a@x||', `3: ${MISMATCH}`]],
    [
      'closed by a later line’s',
      'email\n"a@x\nb@x\n"c@x"\nd@x',
      [`2: ${MISMATCH}`, '3: b@x||', '4: c@x||', '5: d@x||'],
    ],
    ['a quote in the middle', 'email\na"@x\nb@x', [`2: ${MISMATCH}`, '3: b@x||']],
    [
      'something behind a quote',
      'email,role\n"a@x"y,editor\nb@x,viewer',
      [`2: ${MISMATCH}`, '3: b@x|viewer|'],
    ],
    [
      'a separator too many',
      'email,role\na,b@x,editor\nb@x,viewer',
      ['2: This line has 3 fields, and the header names 2.', '3: b@x|viewer|'],
    ],
    ['blank lines around', 'email\n\n"a@x\n\nb@x', [`3: ${MISMATCH}`, '5: b@x||']],
  ])('%s', (_case, csv, rows) => {
    expect(read(csv)).toEqual(rows);
  });
});

describe('a file that is refused', () => {
  const NAME_THEM = 'The first line names the columns: email and, optionally, role (V2) or seat (V1).';

  test.each<[string, string, string, string]>([
    ['empty', '', 'The file has no line that could name its columns.', NAME_THEM],
    ['blank', ' \n\r\n', 'The file has no line that could name its columns.', NAME_THEM],
    ['no header', 'a@x,editor\nb@x', 'The file has no column email.', NAME_THEM],
    [
      'a header that cannot be read',
      '"email\na@x',
      'The file has no line that could name its columns.',
      NAME_THEM,
    ],
    ['a column twice', 'email,Email\na@x,b@x', 'The column email is there twice.', 'Take one of them out.'],
    [
      'too many rows',
      ['email', ...Array.from({ length: MOST_ROWS + 1 }, () => 'a@x')].join('\n'),
      'The file has more than 5000 rows.',
      'Invite in several files.',
    ],
    [
      'too many characters',
      'x'.repeat(MOST_CHARACTERS + 1),
      'The file has more than 1000000 characters.',
      'Invite in several files.',
    ],
    [
      'nothing but quotes',
      ['email', ...Array.from({ length: 200 }, () => 'a"')].join('\n'),
      'The quotes of more than 100 lines do not match.',
      'Save the file again as CSV.',
    ],
  ])('%s', (_case, csv, message, hint) => {
    expect(refusalOf(() => readCsv(csv))).toEqual({ code: 'INVALID_INPUT', message, attribute: 'csv', hint });
  });

  test('a file with the maximum number of rows is read', () => {
    expect(
      readCsv(['email', ...Array.from({ length: MOST_ROWS }, () => 'a@x')].join('\n')).rows,
    ).toHaveLength(MOST_ROWS);
  });
});

test('quoted fields with any text are read as they were, each with its line', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '@', '"', ',', ';', '\t', '\n', ' ', 'é') });
  const rows = fc.array(fc.tuple(cell, cell), { maxLength: 20 });
  fc.assert(
    fc.property(rows, (people) => {
      const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
      let line = 2;
      const expected: string[] = [];
      for (const [email, role] of people) {
        const said = [email.trim(), role.trim()];
        if (said.some((text) => text !== '')) expected.push(`${line}: ${said.join('|')}|`);
        line += `${email}${role}`.split('\n').length;
      }
      const csv = ['email,role', ...people.map((cells) => cells.map(quoted).join(','))].join('\n');
      expect(read(csv)).toEqual(expected);
    }),
  );
});

test('any text is read or refused', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '@', '"', ',', ';', '\t', '\n', '\r', '\0', '\uFEFF'),
  });
  fc.assert(
    fc.property(text, (body) => {
      const { rows } = readCsv(`email,role\n${body}`);
      const lines = rows.map(({ row }) => row);
      expect(lines).toEqual([...new Set(lines)].toSorted((a, b) => a - b));
    }),
  );
});
