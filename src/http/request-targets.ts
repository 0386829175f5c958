import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPublicAddress, isRefusedHost, type RequestTargets } from '../domain/network-address.js';

/** Finds all addresses of a host name. */
export type ResolveHost = (
  hostname: string,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** A customer's URL leads to where no request is sent. */
export class RefusedTargetError extends Error {}

/** A host name has no address. */
export class UnresolvedHostError extends Error {}

/**
 * Checks a customer's URL before each request: Node does not look up a host that is an address already, and settings may
 * have changed since the URL was stored.
 * @throws RefusedTargetError
 */
export function requireAllowed(
  { protocol, hostname }: URL,
  { allowsHttp, allowsPrivate }: RequestTargets,
): void {
  if (protocol !== 'https:' && !(allowsHttp && protocol === 'http:'))
    throw new RefusedTargetError('The URL does not begin with https://.');
  if (!allowsPrivate && isRefusedHost(hostname)) throw privateTarget(hostname);
}

/**
 * Returns the `lookup` of a connection. It checks the addresses that the connection uses, so a name that changes in
 * between (DNS rebinding) leads nowhere else. The connection fails with RefusedTargetError or UnresolvedHostError.
 */
export function checkedLookup(
  { allowsPrivate }: RequestTargets,
  resolve: ResolveHost = resolveHost,
): LookupFunction {
  return (hostname, { all }, callback) =>
    resolve(hostname, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) {
        callback(new UnresolvedHostError(`The name ${hostname} cannot be resolved.`), '');
      } else if (!allowsPrivate && !addresses.every(({ address }) => isPublicAddress(address))) {
        callback(privateTarget(hostname), '');
      } else if (all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
}

function privateTarget(host: string): RefusedTargetError {
  return new RefusedTargetError(`${host} leads into a private network.`);
}

const resolveHost: ResolveHost = (hostname, callback) => lookup(hostname, { all: true }, callback);
