import type { IncomingMessage } from 'node:http';

/** Every form that proxies use, and nothing that a reader of the log could take for something else. */
const PROXY_ID = /^[\w.:=+/-]{8,128}$/;

/** W3C Trace Context §3.2: version `ff` and ids of zeros are invalid, and later versions than `00` may append fields. */
const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:$|(?<!^00.*)-)/;

/** What the log says of a request so that it can be found in the logs of other programs. */
export interface ProxyIds {
  /** From `X-Request-Id`. It is not our own id, because a client could take that of another request through a proxy. */
  readonly proxyRequestId?: string;
  /** From `traceparent`: 32 hexadecimal digits. */
  readonly traceId?: string;
}

/**
 * Reads the ids that a proxy has set; what is malformed is left out.
 * @param isTrusted whether the peer with this address is a proxy whose headers are used
 */
export function proxyIds(
  { headers, socket }: IncomingMessage,
  isTrusted: (address: string) => boolean,
): ProxyIds {
  const { 'x-request-id': requestId, traceparent } = headers;
  if (requestId === undefined && traceparent === undefined) return {};
  if (!isTrusted(socket.remoteAddress ?? '')) return {};
  const [, traceId] = TRACEPARENT.exec(String(traceparent)) ?? [];
  return {
    ...(requestId !== undefined && PROXY_ID.test(String(requestId)) && { proxyRequestId: String(requestId) }),
    ...(traceId !== undefined && { traceId }),
  };
}
