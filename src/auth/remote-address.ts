import { isIPv6 } from 'node:net';

/**
 * Normalizes a network address: `::ffff:10.0.0.1` becomes its IPv4 address, and IPv6 is written as in RFC 5952, without
 * the name of an interface. A text that is not an address is returned unchanged.
 */
export function normalizedAddress(address: string): string {
  // Most addresses are of IPv4.
  if (!address.includes(':')) return address;
  const [bare = ''] = address.split('%');
  const [, mapped] = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(bare) ?? [];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(bare)) return address;
  const compressed = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const hex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(compressed);
  if (hex === null) return compressed;
  const [high = 0, low = 0] = hex.slice(1).map((part) => Number.parseInt(part, 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The network that a rate limit counts: an IPv4 address, or an IPv6 /64, which usually belongs to one customer. */
export function networkOf(address: string): string {
  if (!address.includes(':') || !isIPv6(address)) return address;
  const [left = '', right] = address.split('::');
  const head = left === '' ? [] : left.split(':');
  const tail = right === undefined || right === '' ? [] : right.split(':');
  const groups = [...head, ...Array(Math.max(0, 8 - head.length - tail.length)).fill('0'), ...tail];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
