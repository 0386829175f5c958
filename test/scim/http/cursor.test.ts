import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CURSOR_SECONDS, type CursorScope, readCursor, writeCursor } from '../../../src/scim/http/cursor.js';
import { ScimError } from '../../../src/scim/http/scim-error.js';

/** RFC 9865 §2: cursors without state on the server. */

const SCOPE: CursorScope = {
  workspaceId: 'w-1',
  path: '/Users',
  filter: 'userName sw "a"',
  sortBy: 'userName',
  sortOrder: undefined,
};
const NOW = new Date('2026-01-31T12:00:00Z');

function later(seconds: number): Date {
  return new Date(NOW.getTime() + seconds * 1000);
}

const INVALID = new ScimError(
  400,
  'The cursor does not belong to this list. Send nextCursor unchanged, with the same filter and sorting, or an empty cursor for the first page.',
  'invalidCursor',
);

test('returns its position, in characters that need no encoding (RFC 3986 §2.3)', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (place) => {
      const cursor = writeCursor(SCOPE, place, NOW);
      expect(cursor).toMatch(/^[A-Za-z0-9._~-]+$/);
      expect(readCursor(SCOPE, cursor, NOW)).toBe(place);
    }),
  );
});

test('is valid for as long as ServiceProviderConfig says', () => {
  const cursor = writeCursor(SCOPE, 'here', NOW);
  expect(readCursor(SCOPE, cursor, later(CURSOR_SECONDS))).toBe('here');
  expect(() => readCursor(SCOPE, cursor, later(CURSOR_SECONDS + 1))).toThrow(
    new ScimError(
      400,
      'The cursor is older than 3600 seconds. Begin again with an empty cursor.',
      'expiredCursor',
    ),
  );
});

test.each([
  { workspaceId: 'w-2' },
  { path: '/Groups' },
  { filter: undefined },
  { filter: 'userName sw "b"' },
  { sortBy: 'id' },
  { sortOrder: 'descending' },
])('belongs to one list: %j is refused', (other) => {
  const cursor = writeCursor(SCOPE, 'here', NOW);
  expect(() => readCursor({ ...SCOPE, ...other }, cursor, NOW)).toThrow(INVALID);
});

test('is checked for damage before its age', () => {
  const cursor = writeCursor(SCOPE, 'here', NOW);
  fc.assert(
    fc.property(
      fc.nat({ max: cursor.length - 1 }),
      fc.constantFrom(...'AZaz09-_.~+/= %'),
      (index, character) => {
        const damaged = cursor.slice(0, index) + character + cursor.slice(index + 1);
        fc.pre(damaged !== cursor);
        expect(() => readCursor(SCOPE, damaged, later(CURSOR_SECONDS * 2))).toThrow(INVALID);
      },
    ),
  );
  for (const other of [`${cursor}A`, cursor.slice(1), cursor.slice(0, -1), 'null', 'W10', `${cursor}=`]) {
    expect(() => readCursor(SCOPE, other, NOW)).toThrow(INVALID);
  }
});

test('any other text is refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(() => readCursor(SCOPE, text, NOW)).toThrow(INVALID);
    }),
  );
});
