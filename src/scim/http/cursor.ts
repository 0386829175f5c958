import { createHash } from 'node:crypto';
import { isJsonList } from '../../domain/profile.js';
import { ScimError } from './scim-error.js';

/** How long a cursor may be used, in seconds; ServiceProviderConfig says so. */
export const CURSOR_SECONDS = 3600;

/** What a cursor belongs to: it continues this one list, of this one workspace. */
export interface CursorScope {
  readonly workspaceId: string;
  /** The path of the list. */
  readonly path: string;
  readonly filter: string | undefined;
  readonly sortBy: string | undefined;
  readonly sortOrder: string | undefined;
}

/**
 * The cursor that continues a list (RFC 9865 §2), which the server need not remember: it holds the place and the time,
 * and a digest of both and of the list, so that one that is damaged or belongs elsewhere is known.
 * It gives no right: whoever makes one up can get no further than a filter would.
 * @param place where the next page begins
 * @returns text of RFC 3986's unreserved characters, as RFC 9865 demands
 */
export function writeCursor(scope: CursorScope, place: string, now = new Date()): string {
  const issued = Math.floor(now.getTime() / 1000);
  const text = JSON.stringify([issued, place, digest(scope, issued, place)]);
  return Buffer.from(text).toString('base64url');
}

/**
 * Reads a cursor of `writeCursor`.
 * @returns the place in it
 * @throws ScimError 400 invalidCursor or expiredCursor
 */
export function readCursor(scope: CursorScope, cursor: string, now = new Date()): string {
  const [issued, place, sealed] = partsOf(cursor);
  if (
    typeof issued !== 'number' ||
    typeof place !== 'string' ||
    sealed !== digest(scope, issued, place) ||
    // Base64 has several spellings of the same bytes, and skips what is none.
    cursor !== Buffer.from(JSON.stringify([issued, place, sealed])).toString('base64url')
  ) {
    throw new ScimError(
      400,
      'The cursor is not one of this list. Send nextCursor as it was given, with the same filter and sorting, or an ' +
        'empty cursor for the first page.',
      'invalidCursor',
    );
  }
  // RFC 9865 §2.1: expiredCursor is for clients that wait longer than cursorTimeout between pages.
  if (now.getTime() / 1000 - issued > CURSOR_SECONDS) {
    throw new ScimError(
      400,
      `The cursor is older than ${CURSOR_SECONDS} seconds. Begin again with an empty cursor.`,
      'expiredCursor',
    );
  }
  return place;
}

function partsOf(cursor: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return isJsonList(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

function digest(scope: CursorScope, issued: number, place: string): string {
  const { workspaceId, path, filter, sortBy, sortOrder } = scope;
  const text = JSON.stringify([workspaceId, path, filter, sortBy, sortOrder, issued, place]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
