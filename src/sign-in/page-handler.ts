import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { type DomainError, type ErrorCode, refusalIn } from '../domain/errors.js';
import { STATUSES } from '../http/statuses.js';
import type { ServiceContext } from '../services/context/service-context.js';
import { isOurForm } from './foreign-requests.js';
import type { Incoming, OriginOf } from './incoming.js';
import { NOT_SIGNED_IN, type Refusal, refusedPage } from './pages/refused.js';
import { BASE, returnPath } from './return-to.js';

/** The values that the request log and the pages share in `response.locals`. */
export interface PageLocals {
  readonly requestId: string;
  route?: string;
  actor?: string;
  errorCode?: string;
}

export type PageResponse = Response<unknown, PageLocals>;
type Parameters = Record<string, string>;
type Query = Record<string, unknown>;
export type PageRequest = Request<Parameters, unknown, unknown, Query, PageLocals>;

/** Handles one page or form; the context's actor is the person or operator of the browser's session. */
export type PageHandler = (
  request: PageRequest,
  response: PageResponse,
  services: ServiceContext,
) => Promise<void> | void;

export interface PageOptions {
  readonly originOf: OriginOf;
  contextFor(request: Incoming, requestId: string): Promise<ServiceContext>;
  /** Called with every unexpected error. */
  onFault(error: unknown, requestId: string): void;
}

/**
 * The page loads everything from this server, has no inline scripts or styles, and cannot be framed. The browser sends
 * its `Origin` with our forms; the policy `no-referrer` would turn it into `null`.
 */
export const PAGE_HEADERS = {
  'Content-Security-Policy': [
    "default-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/**
 * Serves a page: refuses forms of other sites (rule 36), determines the caller, and logs the route instead of the path,
 * which may contain tokens.
 */
export function page(
  route: string,
  { originOf, contextFor }: PageOptions,
  handle: PageHandler,
): RequestHandler<Parameters, unknown, unknown, Query, PageLocals> {
  return async (request, response) => {
    const { locals } = response;
    locals.route = route;
    response.set(PAGE_HEADERS);
    if (!isOurForm(request, originOf)) {
      locals.errorCode = 'FORBIDDEN';
      refuse(response, 403, {
        title: REFUSED,
        message: 'This form was not sent by a page of this server.',
        hint: 'Open the sign-in page yourself, and try again there.',
        reference: locals.requestId,
      });
      return;
    }
    const services = await contextFor(request, locals.requestId);
    locals.actor = services.caller.actor?.type ?? 'NOBODY';
    await handle(request, response, services);
  };
}

/** Says that the address leads to no page: it was mistyped, or the link in a mail was cut off. */
export const nothingHere: RequestHandler = (_request, response) => {
  const { locals } = response;
  locals.errorCode = 'NOT_FOUND';
  refuse(response, 404, {
    title: 'There is nothing here',
    message: 'This address leads to no page.',
    hint: 'If it was a link in a mail, copy the whole link.',
    reference: locals.requestId,
  });
};

/** Responds with the page of a refusal. */
export function refuse(response: Response, status: number, refusal: Refusal): void {
  response.set(PAGE_HEADERS).status(status).type('html').send(refusedPage(refusal));
}

export function show(response: PageResponse, text: string, status = 200): void {
  response.status(status).type('html').send(text);
}

/** Says when to try again, if the refusal does. */
export function setRetryAfter(response: Response, { details: { retryAfterSeconds } }: DomainError): void {
  if (retryAfterSeconds !== undefined) response.set('Retry-After', String(retryAfterSeconds));
}

/** Returns a field of a form; empty if the client sent none or several. */
export function field(request: PageRequest, name: string): string {
  const { body } = request;
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return '';
  const value: unknown = Reflect.get(body, name);
  return typeof value === 'string' ? value : '';
}

/** Turns refusals and faults into pages that reveal nothing else. */
export function answerRefusals({
  onFault,
}: PageOptions): ErrorRequestHandler<Parameters, unknown, unknown, Query, PageLocals> {
  return (error: unknown, request, response, next) => {
    const { locals } = response;
    const reference = locals.requestId;
    if (response.headersSent) return next(error);
    const refusal = refusalIn(error);
    if (refusal !== undefined) {
      const { hint, signInUrl } = refusal.details;
      locals.errorCode = refusal.code;
      setRetryAfter(response, refusal);
      // The hint of a refusal with signInUrl is for programs; a person presses the button.
      const way =
        signInUrl === undefined
          ? { hint }
          : { next: { url: returningTo(request.originalUrl, signInUrl), text: 'Sign in' } };
      refuse(response, STATUSES[refusal.code], {
        title: titleOf(refusal, locals),
        message: refusal.message,
        reference,
        ...way,
      });
      return;
    }
    if (isClientFault(error)) {
      locals.errorCode = 'BAD_REQUEST';
      refuse(response, 400, {
        title: REFUSED,
        message: 'The form cannot be read.',
        hint: 'Try again.',
        reference,
      });
      return;
    }
    onFault(error, reference);
    refuse(response, 500, {
      title: REFUSED,
      message: 'Something went wrong on our side.',
      hint: 'Try again in a moment.',
      reference,
    });
  };
}

/** The path of a sign-in page, so that signing in there opens the page that was refused. */
function returningTo(refused: string, signInUrl: string): string {
  const url = new URL(signInUrl, BASE);
  url.searchParams.set('returnTo', returnPath(refused));
  return `${url.pathname}${url.search}`;
}

/** The title where nothing shorter than the message says what happened. */
const REFUSED = 'That did not work';

/** Titles for refusals that only links of invitations get, with a session or without one. */
const TITLES: Readonly<Partial<Record<ErrorCode, string>>> = {
  INVITATION_CLOSED: 'This invitation can no longer be used',
  NOT_FOUND: 'This link does not work',
};

function titleOf({ code, details }: DomainError, { actor }: PageLocals): string {
  if (details.retryAfterSeconds !== undefined) return 'Try again later';
  return TITLES[code] ?? (actor === 'NOBODY' ? NOT_SIGNED_IN : REFUSED);
}

/** Whether the body parser refused the form, or the path is not UTF-8. */
function isClientFault(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('status' in error)) return false;
  return typeof error.status === 'number' && error.status < 500;
}
