import ipaddr from 'ipaddr.js';

/** The targets to which requests to servers that customers name may be sent. */
export interface RequestTargets {
  /** Whether URLs may begin with `http://`: in development. */
  readonly allowsHttp: boolean;
  /** Whether targets may be on private networks. Elsewhere customers could have us ask our own servers. */
  readonly allowsPrivate: boolean;
}

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

/** Whether a host is an address that is not public. A name is judged when it has been resolved. */
export function isRefusedHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  const isAddress = host.includes(':') || /^[\d.]+$/.test(host);
  return isAddress ? !isPublicAddress(host) : /(^|\.)localhost\.?$/.test(host);
}
