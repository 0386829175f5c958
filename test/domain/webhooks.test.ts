import { describe, expect, test } from 'vitest';
import {
  nextAttempt,
  PUBLIC_TARGETS,
  parseEventTypes,
  parseWebhookUrl,
  RETRY_DELAYS_MS,
  subscribes,
} from '../../src/domain/webhooks.js';

describe('a subscription', () => {
  test.each([
    [['member.add'], 'member.add', true],
    [['member.add'], 'member.remove', false],
    [['member.*'], 'member.remove', true],
    [['member.*'], 'membership.end', false],
    [['*'], 'scim.problemOpen', true],
    [['group.*', 'seats.set'], 'seats.set', true],
  ])('%j covers %s: %s', (eventTypes, type, expected) => {
    expect(subscribes(eventTypes, type)).toBe(expected);
  });

  test('names types and groups that exist, each once', () => {
    expect(parseEventTypes(['member.*', 'scim.problemOpen', 'member.*'])).toEqual([
      'member.*',
      'scim.problemOpen',
    ]);
    for (const wrong of [
      [],
      ['member'],
      ['member.fly'],
      ['fly.*'],
      ['webhook.test'],
      ['session.create'],
      [''],
    ])
      expect(() => parseEventTypes(wrong), JSON.stringify(wrong)).toThrow(/event type/);
  });
});

describe('a URL', () => {
  test('is taken in its normal form', () => {
    expect(parseWebhookUrl(' https://EXAMPLE.com:443/hooks?a=1 ', PUBLIC_TARGETS)).toBe(
      'https://example.com/hooks?a=1',
    );
  });

  test.each([
    ['nonsense', /begins with https/],
    ['ftp://example.com/', /begins with https/],
    [`https://example.com/${'a'.repeat(3_000)}`, /at most 2048 characters/],
    ['http://example.com/', /must begin with https/],
    ['https://user:secret@example.com/', /must not contain a user or a password/],
    ['https://example.com/#part', /fragment/],
    ['https://127.0.0.1/', /private network/],
    ['https://2130706433/', /private network/],
    ['https://0x7f.1/', /private network/],
    ['https://[::1]/', /private network/],
    ['https://[::ffff:10.0.0.1]/', /private network/],
    ['https://169.254.169.254/latest/meta-data', /private network/],
    ['https://localhost/', /private network/],
    ['https://api.localhost./', /private network/],
  ])('%s is refused', (url, message) => {
    expect(() => parseWebhookUrl(url, PUBLIC_TARGETS)).toThrow(message);
  });

  test('may be private and unencrypted where the configuration allows it', () => {
    const targets = { allowsHttp: true, allowsPrivate: true };
    expect(parseWebhookUrl('http://127.0.0.1:3000/hooks', targets)).toBe('http://127.0.0.1:3000/hooks');
  });
});

describe('after a failed attempt', () => {
  const now = new Date('2026-11-30T12:00:00Z');
  const pause = (failures: number, random: number, retryAfterMs: number | null = null) => {
    const next = nextAttempt(failures, now, random, retryAfterMs);
    return next === null ? null : next.getTime() - now.getTime();
  };

  test('pauses grow, and the last attempt is two days after the first', () => {
    const pauses = RETRY_DELAYS_MS.map((_, index) => pause(index + 1, 0.5));
    expect(pauses).toEqual(RETRY_DELAYS_MS);
    const hours = RETRY_DELAYS_MS.reduce((sum, delay) => sum + delay, 0) / 3_600_000;
    expect(hours).toBeGreaterThan(47);
    expect(hours).toBeLessThan(49);
    expect(pause(RETRY_DELAYS_MS.length + 1, 0.5)).toBeNull();
  });

  test('pauses differ by up to a tenth', () => {
    expect([pause(2, 0), pause(2, 1)]).toEqual([270_000, 330_000]);
  });

  test('the receiver can ask for a longer pause, up to a day, and not for a shorter one', () => {
    expect(pause(1, 0.5, 60_000)).toBe(60_000);
    expect(pause(3, 0.5, 60_000)).toBe(1_800_000);
    expect(pause(1, 0.5, 10 * 86_400_000)).toBe(86_400_000);
  });
});
