import { describe, expect, test } from 'vitest';
import { firstPart, partOf, recordsOf } from '../../src/dashboard/screens/invitations/csv/file.js';

/** How the dashboard splits a spreadsheet into rows, so that it can send parts of it (rule 22). */

const rows = (text: string) => recordsOf(text).records.map((record) => [record.line, record.text]);

describe('the rows of a file', () => {
  test('are counted as a spreadsheet counts lines, and empty ones are left out', () => {
    expect(rows('\uFEFFemail,role\r\nann@acme.test,editor\r\n\r\n;;\r\nben@acme.test,viewer\r\n')).toEqual([
      [2, 'ann@acme.test,editor'],
      [5, 'ben@acme.test,viewer'],
    ]);
  });

  test('can be longer than a line inside of quotes', () => {
    expect(rows('email,note\nann@acme.test,"first\nsecond ""and"" third"\nben@acme.test,')).toEqual([
      [2, 'ann@acme.test,"first\nsecond ""and"" third"'],
      [4, 'ben@acme.test,'],
    ]);
  });

  test('are not taken along by quotes that do not match, even when two of them seem to', () => {
    const broken = [
      '"ann@acme.test,editor',
      'ben@acme.test,editor',
      '"cat@acme.test,editor',
      'dan@acme.test,',
    ];
    expect(rows(['email,role', ...broken].join('\n'))).toEqual(
      broken.map((text, index) => [index + 2, text]),
    );
  });
});

test('a line that names the separator belongs to the header', () => {
  expect(recordsOf('sep=;\nemail;role\nann@acme.test;editor')).toEqual({
    header: 'sep=;\nemail;role',
    records: [{ line: 3, text: 'ann@acme.test;editor' }],
  });
});

test('a request has so many rows, and fewer when they are long', () => {
  const { records } = recordsOf(`email,note\n${'a@acme.test,short\n'.repeat(300)}`);
  expect(firstPart(records, 200)).toHaveLength(200);
  expect(firstPart(records.slice(250), 200)).toHaveLength(50);
  const { records: wide } = recordsOf(`email,note\n${`a@acme.test,${'x'.repeat(1100)}\n`.repeat(1000)}`);
  const part = firstPart(wide, 1000);
  expect(part.length).toBeGreaterThan(100);
  expect(JSON.stringify(partOf('email,note', part)).length).toBeLessThan(1_000_000);
  const { records: huge } = recordsOf(`email,note\na@acme.test,${'x'.repeat(300_000)}`);
  expect(firstPart(huge, 1000)).toHaveLength(1);
});

test('a part of a file has every row on the line on which the file has it', () => {
  const { header, records } = recordsOf('email,note\na@x,"1\n2"\n\nb@x,\nc@x,');
  expect(partOf(header, records.slice(1))).toBe('email,note\n\n\n\nb@x,\nc@x,');
  expect(partOf(header, records)).toBe('email,note\na@x,"1\n2"\n\nb@x,\nc@x,');
});
