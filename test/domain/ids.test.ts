import { expect, test } from 'vitest';
import { isId, newId, newRequestId } from '../../src/domain/ids.js';
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
