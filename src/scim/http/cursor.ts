import { createHash } from 'node:crypto';
import { isJsonList } from '../../domain/profile.js';
import { ScimError } from './scim-error.js';

/** How long a cursor is valid, in seconds; published in ServiceProviderConfig. */
export const CURSOR_SECONDS = 3600;

/** The list that a cursor continues. It is valid for no other. */
export interface CursorScope {
  readonly workspaceId: string;
  /** The path of the list. */
  readonly path: string;
  readonly filter: string | undefined;
  readonly sortBy: string | undefined;
  readonly sortOrder: string | undefined;
}

/**
 * Creates the cursor that continues a list (RFC 9865 §2). The server keeps no state: the cursor contains the position,
 * the time, and a digest of both and of the list, so that a damaged or foreign cursor is refused. A forged cursor gives
 * no more access than a filter would.
 * @param place the position at which the next page begins
 * @returns text of RFC 3986's unreserved characters, as RFC 9865 requires
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
    // Several base64 texts decode to the same bytes.
    cursor !== Buffer.from(JSON.stringify([issued, place, sealed])).toString('base64url')
  ) {
    throw new ScimError(
      400,
      'The cursor does not belong to this list. Send nextCursor unchanged, with the same filter and sorting, or an ' +
        'empty cursor for the first page.',
      'invalidCursor',
    );
  }
  // RFC 9865 §2.1: expiredCursor, after cursorTimeout.
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
