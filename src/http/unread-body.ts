import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';

/** How long a connection that is closing still reads, so that the client receives the answer. */
const LINGER_MS = 1000;

/**
 * Whether the unread rest of the body is too long to read. Node reads and drops a shorter rest after the answer, so that
 * the connection can be used again.
 * @param most the size limit of bodies, in bytes
 */
export function hasLongRest(request: IncomingMessage, most: number): boolean {
  if (request.complete) return false;
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  return coding !== undefined || Number(length ?? 0) > most;
}

/**
 * Answers, and closes the connection. RFC 9112 §9.6: "If a server performs an immediate close of a TCP connection, there
 * is a significant risk that the client will not be able to read the last HTTP response". So what the client still
 * sends is read and dropped for a moment.
 */
export async function endBeforeBody(
  request: IncomingMessage,
  response: ServerResponse,
  content: string | Uint8Array | undefined,
): Promise<void> {
  response.setHeader('Connection', 'close');
  response.flushHeaders();
  if (content !== undefined) response.write(content);
  request.resume();
  // The connection closes however the rest of the body ends.
  await finished(request, { signal: AbortSignal.timeout(LINGER_MS) }).catch(() => undefined);
  response.end();
}
