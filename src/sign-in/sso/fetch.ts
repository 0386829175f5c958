import { lookup } from 'node:dns/promises';
import { BlockList, isIPv4 } from 'node:net';
import type { CustomFetch } from 'openid-client';

/** Larger than any provider's documents; the rest of a larger body is not read. */
const LARGEST_BODY = 1024 * 1024;

/** Private addresses. No customer's provider has one, and a request would reach Rollcall's own network. */
const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv6');
}

/** A request to a provider failed: the provider is unavailable, slow, sends too much, or has a private address. */
export class UnreachableError extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'UnreachableError';
  }
}

/** Whether an address is in `PRIVATE`. An IPv4-mapped IPv6 address counts as its IPv4 address. */
export function isPrivateAddress(address: string): boolean {
  const unmapped = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return PRIVATE.check(unmapped, isIPv4(unmapped) ? 'ipv4' : 'ipv6');
}

/**
 * Returns a `fetch` for servers that customers name: it reads at most 1 MB, and requests nothing from private
 * addresses.
 * @param allowsPrivate whether requests to private addresses are allowed
 */
export function providerFetch(allowsPrivate: boolean): CustomFetch {
  return async (address, { body: sent = null, method, headers: asked, redirect, signal = null }) => {
    const url = new URL(address);
    if (!allowsPrivate) await requirePublic(url);
    try {
      const response = await fetch(url, { body: sent, method, headers: asked, redirect, signal });
      const body = await limitedBody(response);
      const { status, statusText, headers } = response;
      return new Response(body, { status, statusText, headers });
    } catch (error) {
      if (error instanceof UnreachableError) throw error;
      throw new UnreachableError(`${url.origin} does not answer (${reasonOf(error)}).`, { cause: error });
    }
  };
}

/** @throws UnreachableError for a host name that has a private address, or no address */
async function requirePublic(url: URL): Promise<void> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = await lookup(host, { all: true }).catch(() => []);
  if (addresses.length === 0) throw new UnreachableError(`The name ${host} cannot be resolved.`);
  if (addresses.some(({ address }) => isPrivateAddress(address)))
    throw new UnreachableError(`${host} has an address in a private network.`);
}

/** Null for responses that have no body (Fetch, "null body status"). */
async function limitedBody({ body }: Response): Promise<Uint8Array<ArrayBuffer> | null> {
  if (body === null) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw new UnreachableError('The answer is larger than 1 MB.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'TimeoutError') return 'time-out';
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name;
}
