import { expect, test } from 'vitest';
import {
  batchIdOf,
  firstBatchIdAt,
  idInBatch,
  isId,
  newBatchId,
  newId,
  newRequestId,
  placeOf,
  timeOfRequestId,
} from '../../src/domain/ids.js';
import { referenceOf } from '../../src/domain/provisioning-log.js';

test('ids are UUIDs of version 7 and carry the time at which they were made', () => {
  const before = Date.now();
  const id = newId();
  expect(isId(id)).toBe(true);
  expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  const at = Number.parseInt(id.replace('-', '').slice(0, 12), 16);
  expect(at).toBeGreaterThanOrEqual(before);
  expect(at).toBeLessThanOrEqual(Date.now());
});

test('each id is greater than the one before, also within a millisecond, and no two share their random part', () => {
  const ids = Array.from({ length: 5000 }, newId);
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids.map((id) => id.slice(-12))).size).toBe(ids.length);
});

test('ids of requests are UUIDs of version 8, which grow every four seconds and differ in the 40 bits of a reference', () => {
  const at = new Date('2026-11-30T09:00:00Z').getTime();
  const id = newRequestId(at);
  expect(isId(id)).toBe(true);
  expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(newRequestId(at + 4000) > id).toBe(true);
  const ids = Array.from({ length: 100 }, () => newRequestId(at));
  expect(new Set(ids.map((one) => one.slice(0, 6)))).toEqual(new Set([id.slice(0, 6)]));
  expect(new Set(ids.map(referenceOf)).size).toBeGreaterThan(90);
});

test.each(['2026-11-30T09:00:00Z', '1999-12-31T23:59:59Z'])(
  'the id of a request tells when it came, to four seconds: %s',
  (time) => {
    const at = new Date(time).getTime();
    const [now, inAYear] = [at + 60_000, at + 366 * 24 * 3_600_000];
    for (const asked of [now, inAYear])
      expect(at - timeOfRequestId(newRequestId(at), asked).getTime()).toSatisfy((ms) => ms >= 0 && ms < 4000);
  },
);

test('the id of a request may come from a server whose clock is ahead', () => {
  const now = Date.now();
  const ahead = now + 600_000;
  expect(ahead - timeOfRequestId(newRequestId(ahead), now).getTime()).toBeLessThan(4000);
});

test('ids of batches are UUIDs of version 7, which grow with every microsecond', () => {
  const at = 1_796_029_200_000_000;
  const ids = [at, at + 1, at + 999, at + 1000, at + 1_000_000].map(newBatchId);
  for (const id of ids)
    expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{8}0000$/);
  expect(ids.toSorted()).toEqual(ids);
  expect(firstBatchIdAt(at / 1000) < newBatchId(at)).toBe(true);
  expect(firstBatchIdAt(at / 1000) > newBatchId(at - 1)).toBe(true);
});

test('ids of entries are in the order of their places, and tell their batch', () => {
  const batchId = newBatchId(1_796_029_200_000_000);
  const ids = [0, 1, 9, 10, 255, 256, 65_535].map((place) => idInBatch(batchId, place));
  expect(ids.toSorted()).toEqual(ids);
  expect(ids.map(placeOf)).toEqual([0, 1, 9, 10, 255, 256, 65_535]);
  expect(new Set(ids.map(batchIdOf))).toEqual(new Set([batchId]));
  expect(batchIdOf(idInBatch(batchId, 7).toUpperCase())).toBe(batchId);
});
