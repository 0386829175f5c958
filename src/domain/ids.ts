import { randomFillSync, randomUUID } from 'node:crypto';
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

const PERIOD_MS = 4000;
/** 24 bits of periods: two years, after which ids begin again. */
const PERIODS = 2 ** 24;

/**
 * Returns a new id for a request: a UUIDv8 (RFC 9562 §5.8) of 24 bits for the period of 4 s, and random bits. So ids of the
 * same time are neighbours in an index. Their first 40 bits are the reference of a request (rule 58): two requests of one
 * period share it once in 65,536.
 * @param now the time, in milliseconds since 1970
 */
export function newRequestId(now = Date.now()): string {
  const period = (Math.floor(now / PERIOD_MS) % PERIODS).toString(16).padStart(6, '0');
  const random = randomUUID();
  return `${period}${random.slice(6, 14)}8${random.slice(15)}`;
}

/** Whether a text has the form of an id. Other texts never reach the database. */
export function isId(text: string): boolean {
  return validate(text);
}
