import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { CustomFetch, CustomFetchOptions } from 'openid-client';
import type { RequestTargets } from '../../domain/network-address.js';
import {
  checkedLookup,
  RefusedTargetError,
  type ResolveHost,
  requireAllowed,
  UnresolvedHostError,
} from '../../http/request-targets.js';

/** Larger than any provider's documents; the rest of a larger body is not read. */
const LARGEST_BODY = 1024 * 1024;

/** A request to a provider failed: the provider is unavailable, slow, or sends too much. */
export class UnreachableError extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'UnreachableError';
  }
}

/**
 * Returns a `fetch` for servers that customers name: it reads at most 1 MB, follows no redirects, and sends nothing
 * elsewhere than to the targets that are allowed. It fails with UnreachableError or RefusedTargetError.
 * @param resolve absent: the operating system's resolver
 */
export function providerFetch(targets: RequestTargets, resolve?: ResolveHost): CustomFetch {
  return async (address, options) => {
    const url = new URL(address);
    requireAllowed(url, targets);
    try {
      const answer = await send(url, options, checkedLookup(targets, resolve));
      const body = await limitedBody(answer);
      return new Response(body, { status: answer.statusCode ?? 0, headers: headersOf(answer) });
    } catch (error) {
      if (error instanceof UnreachableError || error instanceof RefusedTargetError) throw error;
      if (error instanceof UnresolvedHostError) throw new UnreachableError(error.message, { cause: error });
      const reason = reasonOf(error, options.signal);
      throw new UnreachableError(`${url.origin} does not answer (${reason}).`, { cause: error });
    }
  };
}

/** Node's own `fetch` does not let us check the address that it connects to. */
async function send(
  url: URL,
  { body, method, headers, signal }: CustomFetchOptions,
  lookup: ReturnType<typeof checkedLookup>,
): Promise<IncomingMessage> {
  const content = Buffer.from(await new Response(body).arrayBuffer());
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const length = content.length > 0 ? { 'content-length': content.length } : {};
    const request = start(url, {
      method,
      agent: false,
      lookup,
      ...(signal === undefined ? {} : { signal }),
      headers: { ...headers, 'accept-encoding': 'identity', ...length },
    });
    request.once('response', resolve);
    request.on('error', reject);
    request.end(content);
  });
}

/** Null for an empty body, since some statuses must have none (Fetch, "null body status"). */
async function limitedBody(answer: IncomingMessage): Promise<Uint8Array<ArrayBuffer> | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw new UnreachableError('The answer is larger than 1 MB.');
    chunks.push(chunk);
  }
  return size === 0 ? null : Buffer.concat(chunks);
}

function headersOf({ headersDistinct }: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(headersDistinct))
    for (const value of values) headers.append(name, value);
  return headers;
}

function reasonOf(error: unknown, signal: AbortSignal | undefined): string {
  if (signal?.reason instanceof Error && signal.reason.name === 'TimeoutError') return 'time-out';
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error ? String(error.code) : error.name;
}
