import { lookup } from 'node:dns/promises';
import type { CustomFetch } from 'openid-client';
import { isPublicAddress } from '../../domain/network-address.js';

/** Larger than any provider's documents; the rest of a larger body is not read. */
const LARGEST_BODY = 1024 * 1024;

/** A request to a provider failed: the provider is unavailable, slow, sends too much, or has a private address. */
export class UnreachableError extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'UnreachableError';
  }
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
  if (!addresses.every(({ address }) => isPublicAddress(address)))
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
