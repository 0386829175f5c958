import ipaddr from 'ipaddr.js';

/** Azure answers there, from every machine, with what concerns the machine (the "wire server"). */
const PUBLIC_IN_NAME_ONLY: ReadonlySet<string> = new Set(['168.63.129.16']);

/**
 * Whether an address belongs to the public internet. All others are refused, so that a new special range is refused too:
 * private, loopback, link-local (where cloud providers give out credentials), multicast, unique local, and those that
 * carry an IPv4 address inside (RFC 6890). An IPv4-mapped IPv6 address counts as its IPv4 address.
 * @param address IPv4 or IPv6, without brackets; a text that is no address is not public
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return parsed.range() === 'unicast' && !PUBLIC_IN_NAME_ONLY.has(parsed.toString());
}
