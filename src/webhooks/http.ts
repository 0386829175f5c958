import { type ClientRequest, request as httpRequest, type IncomingMessage, STATUS_CODES } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Webhook } from 'standardwebhooks';
import type { RequestTargets } from '../domain/network-address.js';
import {
  checkedLookup,
  RefusedTargetError,
  type ResolveHost,
  requireAllowed,
  UnresolvedHostError,
} from '../http/request-targets.js';
import type { WebhookOutcome, WebhookRequest, WebhookTransport } from './transport.js';

/** How long an attempt may take, from the resolution of the name to the end of the answer. */
const TIMEOUT_MS = 15_000;
/** Longer answers are cut off. */
const MOST_RESPONSE_BYTES = 4_096;
const MOST_RESPONSE_CHARACTERS = 1_000;

export interface HttpTransportOptions extends RequestTargets {
  /** Absent: the operating system's resolver. */
  readonly resolve?: ResolveHost;
  /** Absent: 15 seconds. */
  readonly timeoutMs?: number;
}

/**
 * Sends webhooks by HTTP, a new connection each. The addresses to which a name leads are checked when the connection is
 * made. Redirects are not followed.
 */
export function httpTransport(options: HttpTransportOptions): WebhookTransport {
  const { timeoutMs = TIMEOUT_MS } = options;
  return async (request, aborted) => {
    const started = performance.now();
    const timeout = AbortSignal.timeout(timeoutMs);
    const fromStart = () => Math.round(performance.now() - started);
    try {
      const response = await post(request, options, AbortSignal.any([aborted, timeout]));
      const text = await beginningOf(response);
      return outcomeOf(response, text, fromStart());
    } catch (error) {
      if (aborted.aborted) return undefined;
      const reason = timeout.aborted
        ? `There was no answer within ${timeoutMs / 1000} seconds.`
        : reasonOf(error);
      return {
        durationMs: fromStart(),
        status: null,
        error: reason,
        response: null,
        retryAfterMs: null,
        isGone: false,
      };
    }
  };
}

/** @throws RefusedTargetError, UnresolvedHostError, or the error of the connection */
async function post(
  { url: text, id, body, secrets, at }: WebhookRequest,
  options: HttpTransportOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const url = new URL(text);
  requireAllowed(url, options);
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const content = Buffer.from(body);
  return new Promise((resolve, reject) => {
    const request: ClientRequest = send(url, {
      method: 'POST',
      agent: false,
      lookup: checkedLookup(options, options.resolve),
      signal,
      headers: {
        'Content-Type': 'application/json',
        'Content-Length': content.length,
        'User-Agent': 'Rollcall-Webhooks/1.0',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
      },
    });
    request.once('response', resolve);
    request.on('error', reject);
    request.end(content);
  });
}

/** The first bytes of the body, as text that can be stored. What follows is not read. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= MOST_RESPONSE_BYTES) break;
    }
  } catch {
    // The status has come, which is what counts.
  }
  const text = Buffer.concat(chunks).subarray(0, MOST_RESPONSE_BYTES).toString('utf8');
  return text.replaceAll('\0', '').slice(0, MOST_RESPONSE_CHARACTERS).toWellFormed();
}

function outcomeOf(
  { statusCode: status = 0, headers }: IncomingMessage,
  response: string,
  durationMs: number,
): WebhookOutcome {
  const succeeded = status >= 200 && status < 300;
  return {
    durationMs,
    status,
    response,
    error: succeeded ? null : refusalOf(status),
    retryAfterMs: succeeded ? null : retryAfterMs(headers['retry-after']),
    isGone: status === 410,
  };
}

function refusalOf(status: number): string {
  const answer = `The receiver answered ${[status, STATUS_CODES[status]].filter(Boolean).join(' ')}.`;
  return status >= 300 && status < 400 ? `${answer} Redirects are not followed.` : answer;
}

/** Seconds, or a date (RFC 9110 §10.2.3). */
function retryAfterMs(header: string | undefined): number | null {
  if (header === undefined) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return ms > 0 ? ms : null;
}

function reasonOf(error: unknown): string {
  if (error instanceof RefusedTargetError || error instanceof UnresolvedHostError) return error.message;
  if (!(error instanceof Error)) return 'The request failed.';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return `The connection failed (${code}).`;
}
