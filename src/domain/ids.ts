import { randomFillSync } from 'node:crypto';
import { v7, validate } from 'uuid';

const RANDOM_BYTES = 16;
/** Random bytes for the next ids: those of many ids cost little more than those of one. */
const pool = new Uint8Array(256 * RANDOM_BYTES);
let used = pool.length;

/** The millisecond of the last id, and its number within it: ids of one process grow. */
const last = { msecs: 0, seq: 0 };

/** Returns a new id: a UUIDv7, so that the rows of a table are in the order of their creation. */
export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, used + RANDOM_BYTES);
  used += RANDOM_BYTES;
  advance(random);
  return v7({ random, ...last });
}

/**
 * RFC 9562 §6.2, method 1: a counter of 32 bits begins at random in each millisecond, with its first bit 0, so that it
 * can grow 2³¹ times.
 */
function advance(random: Uint8Array): void {
  const now = Date.now();
  if (now > last.msecs) {
    last.msecs = now;
    last.seq = new DataView(random.buffer, random.byteOffset).getUint32(0) >>> 1;
  } else last.seq += 1;
}

/** Whether a text has the form of an id. Other texts never reach the database. */
export function isId(text: string): boolean {
  return validate(text);
}
