import { hash } from 'node:crypto';
import { DomainError } from '../../domain/errors.js';
import { isId } from '../../domain/ids.js';
import type { ListOrder, OrderBy } from './listing.js';

/** The position of a row in a list. */
export interface Cursor {
  readonly id: string;
  /** The value that the list is ordered by, as text; null where the list is ordered by the id alone. */
  readonly key: string | typeof NO_VALUE | null;
}

/** The key of a row without a value. Null means that the list has no key. */
export const NO_VALUE = false;

/** Encodes a cursor. @param mark identifies the list, from `markOf` */
export function writeCursor({ id, key }: Cursor, mark: string): string {
  return encode([mark, id, key]);
}

/** Returns a few characters that identify a list and its order. */
export function markOf({ name, owner = '', orderBy, descending = false }: ListOrder): string {
  const text = `${name} ${owner} ${orderBy?.column ?? ''} ${descending ? 'desc' : 'asc'}`;
  return hash('sha256', text, 'base64url').slice(0, 8);
}

/**
 * Decodes the cursor that a client sent.
 * @param attribute the argument that holds it
 * @throws DomainError INVALID_INPUT for text that is not a cursor of this list
 */
export function readCursor(text: string, attribute: 'after' | 'before', list: ListOrder): Cursor {
  const [mark, id, key] = decode(text);
  const isOfList = mark === markOf(list) && typeof id === 'string' && isId(id);
  if (isOfList && isKeyOf(list.orderBy, key)) return { id, key };
  throw new DomainError('INVALID_INPUT', 'The cursor does not belong to this list in this order.', {
    attribute,
    hint: 'Send endCursor or startCursor of an earlier page of the same list, in the same order.',
  });
}

/** Encodes a position in a list as opaque text. */
export function encode(parts: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** The parts of a text from `encode`; none for any other text. Check each before use. */
export function decode(cursor: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

const TIMESTAMPTZ = /^\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-]\d\d(:\d\d)?$/;
const INT4 = 2 ** 31;

const IS_KEY: Readonly<Record<OrderBy['type'], (key: string) => boolean>> = {
  text: isText,
  timestamptz: isTimestamp,
  integer: (key) => /^-?\d{1,10}$/.test(key) && Number(key) < INT4 && Number(key) >= -INT4,
  boolean: (key) => key === 'true' || key === 'false',
  uuid: isId,
};

/** Whether the text is a `timestamptz` as PostgreSQL writes it. */
export function isTimestamp(key: string): boolean {
  return TIMESTAMPTZ.test(key) && !Number.isNaN(Date.parse(key));
}

function isText(key: string): boolean {
  return key.isWellFormed() && !key.includes('\0');
}

/** Whether the key has the type of the list's order: cursors of other lists have keys of other types. */
function isKeyOf(orderBy: OrderBy | undefined, key: unknown): key is Cursor['key'] {
  if (orderBy === undefined) return key === null;
  if (key === NO_VALUE) return orderBy.nullable === true;
  return typeof key === 'string' && IS_KEY[orderBy.type](key);
}

/**
 * The condition that a row comes after the cursor's.
 * @param down whether the list is read in descending order
 * @param place binds a value, and returns its placeholder
 */
export function afterCursor(
  { id, orderBy }: { readonly id: string; readonly orderBy?: OrderBy },
  cursor: Cursor,
  down: boolean,
  place: (value: unknown) => string,
): string {
  const operator = down ? '<' : '>';
  if (orderBy === undefined) return `${id} ${operator} ${place(cursor.id)}`;
  const { column, type, nullable = false } = orderBy;
  // PostgreSQL puts nulls last, and first where the order is descending.
  if (cursor.key === NO_VALUE) {
    const others = `${column} is null and ${id} ${operator} ${place(cursor.id)}::uuid`;
    return down ? `(${others} or ${column} is not null)` : `(${others})`;
  }
  const key = `${place(cursor.key)}::${type}`;
  const compared = `(${column}, ${id}) ${operator} (${key}, ${place(cursor.id)}::uuid)`;
  // The ids of entries of the provisioning log are in no index, so that of their batches needs a condition of its own.
  if (type === 'uuid') return `${column} ${operator}= ${key} and ${compared}`;
  return nullable && !down ? `(${compared} or ${column} is null)` : compared;
}
