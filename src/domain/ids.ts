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

/** The last 16 bits of an entry's id are its place in the batch. */
const PLACE_DIGITS = 4;

/**
 * Returns a new id for entries that are written together: a UUIDv7 whose fraction of the millisecond follows the time
 * (RFC 9562 §6.2, method 3), and whose last 16 bits are 0.
 * @param microseconds the time, since 1970
 */
export function newBatchId(microseconds: number): string {
  const milliseconds = Math.floor(microseconds / 1000);
  const time = milliseconds.toString(16).padStart(12, '0');
  const fraction = Math.floor(microseconds - milliseconds * 1000)
    .toString(16)
    .padStart(3, '0');
  const random = randomUUID().slice(19, -PLACE_DIGITS);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${fraction}-${random}${'0'.repeat(PLACE_DIGITS)}`;
}

/** Before the id of every batch that was written at a time or later. @param milliseconds the time, since 1970 */
export function firstBatchIdAt(milliseconds: number): string {
  const time = Math.floor(milliseconds).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

/** The id of an entry of a batch: entries of one batch are in the order of their places. @param place from 0 */
export function idInBatch(batchId: string, place: number): string {
  return `${batchId.slice(0, -PLACE_DIGITS)}${place.toString(16).padStart(PLACE_DIGITS, '0')}`;
}

/** The id of the batch to which the entry with an id belongs. */
export function batchIdOf(id: string): string {
  return idInBatch(id.toLowerCase(), 0);
}

/** The place of the entry with an id in its batch. */
export function placeOf(id: string): number {
  return Number.parseInt(id.slice(-PLACE_DIGITS), 16);
}

const PERIOD_MS = 4000;
const PERIOD_DIGITS = 6;
/** 24 bits of periods: two years, after which ids begin again. */
const PERIODS = 16 ** PERIOD_DIGITS;
/** By how much the clock of another server may be ahead. */
const MOST_CLOCK_MS = 3_600_000;

/**
 * Returns a new id for a request: a UUIDv8 (RFC 9562 §5.8) of 24 bits for the period of 4 s, and random bits. So ids of the
 * same time are neighbours in an index. Their first 40 bits are the reference of a request (rule 58): two requests of one
 * period share it once in 65,536.
 * @param now the time, in milliseconds since 1970
 */
export function newRequestId(now = Date.now()): string {
  const period = (Math.floor(now / PERIOD_MS) % PERIODS).toString(16).padStart(PERIOD_DIGITS, '0');
  const random = randomUUID();
  return `${period}${random.slice(PERIOD_DIGITS, 14)}8${random.slice(15)}`;
}

/** The time at which the id of a request begins, the latest one that is not after `now` but for the clocks of servers. */
export function timeOfRequestId(requestId: string, now = Date.now()): Date {
  const latest = Math.floor((now + MOST_CLOCK_MS) / PERIOD_MS);
  const period = Number.parseInt(requestId.slice(0, PERIOD_DIGITS), 16);
  const periodsAgo = (latest - period) % PERIODS;
  return new Date((latest - ((periodsAgo + PERIODS) % PERIODS)) * PERIOD_MS);
}

/** Whether a text has the form of an id. Other texts never reach the database. */
export function isId(text: string): boolean {
  return validate(text);
}
