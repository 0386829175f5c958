import { isIP } from 'node:net';
import type { RequestHandler } from 'express';
import { normalizedAddress } from '../auth/remote-address.js';

/** A host name or address as RFC 3986 §3.2.2 has it, with or without a port. */
const HOST = /^(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/**
 * Takes out of the headers of proxies what cannot be true, so that nothing of it gets into an answer, a log or the
 * database: schemes other than http and https, malformed hosts, and what is no IP address with everything before it.
 */
export const readForwarded: RequestHandler = (request, response, next) => {
  const { headers } = request;
  keepIf('x-forwarded-proto', (scheme) => scheme === 'http' || scheme === 'https');
  keepIf('x-forwarded-host', (host) => HOST.test(host));
  const addresses = headers['x-forwarded-for'];
  if (addresses !== undefined) {
    const valid = validAddresses(String(addresses));
    if (valid.length === 0) delete headers['x-forwarded-for'];
    else headers['x-forwarded-for'] = valid.join(', ');
  }
  // RFC 9112 §3.2: "A server MUST respond with a 400 (Bad Request) status code to any […] request message that contains
  // […] a Host header field with an invalid field value."
  if (headers.host !== undefined && !HOST.test(headers.host)) {
    const { requestId } = response.locals;
    const message = 'The Host header is malformed.';
    response.status(400).json({ errors: [{ message, extensions: { code: 'BAD_REQUEST', requestId } }] });
    return;
  }
  next();

  /** Keeps the first value of a list, which the proxy nearest to the client has written. */
  function keepIf(name: string, isValid: (value: string) => boolean): void {
    const value = headers[name];
    if (value === undefined) return;
    const [first = ''] = String(value).toLowerCase().split(',');
    if (isValid(first.trim())) headers[name] = first.trim();
    else delete headers[name];
  }
};

/** Each proxy adds an address at the end; what stands before one that is none may come from anybody. */
function validAddresses(list: string): string[] {
  const addresses = list.split(',').map((text) => addressIn(text.trim()));
  return addresses.slice(addresses.lastIndexOf(undefined) + 1).filter((address) => address !== undefined);
}

/** The address, in its one form; some proxies add a port. */
function addressIn(text: string): string | undefined {
  const [, inBrackets, beforePort] = /^\[([0-9a-f:.]+)\](?::\d+)?$|^(\d+(?:\.\d+){3}):\d+$/i.exec(text) ?? [];
  const address = normalizedAddress(inBrackets ?? beforePort ?? text);
  return isIP(address) === 0 ? undefined : address;
}
