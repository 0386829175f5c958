import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express';
import { DomainError } from '../domain/errors.js';
import { authenticated } from '../services/context/authorization.js';
import type { ServiceContext } from '../services/context/service-context.js';
import { ExportError, faultOf } from './errors.js';

interface Locals {
  readonly requestId: string;
  /** For the request log. */
  route?: string;
  errorCode?: string;
  actor?: string;
  /** Set once the credential is known. */
  services?: ServiceContext;
}

export type ExportRequest = Request<{ workspaceId: string }, unknown, unknown, unknown, Locals>;
export type ExportResponse = Response<unknown, Locals>;

/** Answers GET, and HEAD as GET would be answered but without a body. What it throws becomes the answer. */
export type ExportHandler = (
  request: ExportRequest,
  response: ExportResponse,
  context: ServiceContext,
) => Promise<void>;

export interface ExportDependencies {
  /** What each name below `/exports/workspaces/{workspaceId}/` answers. */
  readonly exports: Readonly<Record<string, ExportHandler>>;
  /** The services' context for whatever credential the request has, or for nobody. */
  contextFor(
    request: Pick<Request, 'headers' | 'host' | 'ip' | 'method' | 'protocol'>,
    requestId: string,
  ): Promise<ServiceContext>;
  /** Told of faults that nobody expected, once each. */
  onFault(error: unknown, requestId: string): void;
}

const MOUNT = '/exports/workspaces/:workspaceId';
const METHODS = 'GET, HEAD';

/**
 * How many downloads run at the same moment. Each may hold a connection to the database for as long as its reader
 * takes, and there must be connections left for everybody else.
 */
const MOST_AT_ONCE = 4;

/**
 * Files of a workspace's data, streamed. To be mounted at `/exports`. The credential comes first: without one,
 * nothing can be learnt, not even which files there are. Whether it may read the workspace is for the services to say.
 */
export function exportsRouter(dependencies: ExportDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const limited = atMost(MOST_AT_ONCE);
  router.use(authenticate(dependencies));
  for (const [name, handle] of Object.entries(dependencies.exports)) {
    router.all(`/workspaces/:workspaceId/${name}`, serve(`${MOUNT}/${name}`, limited(handle)));
  }
  router.use(notFound(Object.keys(dependencies.exports)), answerFault(dependencies));
  return router;
}

type Handler = RequestHandler<{ workspaceId: string }, unknown, unknown, unknown, Locals>;
type AnyHandler = RequestHandler<unknown, unknown, unknown, unknown, Locals>;

function authenticate({ contextFor }: ExportDependencies): AnyHandler {
  return async (request, response, next) => {
    const { locals } = response;
    locals.route = '/exports';
    const services = await contextFor(request, locals.requestId);
    locals.actor = services.caller.actor?.type ?? 'NOBODY';
    authenticated(services);
    locals.services = services;
    next();
  };
}

function serve(route: string, handle: ExportHandler): Handler {
  return async (request, response) => {
    response.locals.route = route;
    const { services } = response.locals;
    if (services === undefined)
      throw new Error('an export is served to somebody who was not asked who they are');
    // RFC 9110 §15.5.6: "The origin server MUST generate an Allow header field in a 405 response".
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new ExportError(
        405,
        'METHOD_NOT_ALLOWED',
        `There is no ${request.method} here, only ${METHODS}.`,
        {
          Allow: METHODS,
        },
      );
    }
    await handle(request, response, services);
  };
}

function notFound(names: readonly string[]): AnyHandler {
  return () => {
    const paths = names.map((name) => `/exports/workspaces/{workspaceId}/${name}`).join(', ');
    throw new ExportError(404, 'NOT_FOUND', `There is no such export. What there is: ${paths}.`);
  };
}

/** Refuses who comes when as many are being served as may be. */
function atMost(most: number): (handle: ExportHandler) => ExportHandler {
  let running = 0;
  return (handle) => async (request, response, context) => {
    if (running >= most) {
      throw new DomainError('RATE_LIMITED', `${most} exports are being downloaded already.`, {
        hint: 'Try again in a few seconds.',
      });
    }
    running += 1;
    try {
      await handle(request, response, context);
    } finally {
      running -= 1;
    }
  };
}

function answerFault({
  onFault,
}: ExportDependencies): ErrorRequestHandler<unknown, unknown, unknown, unknown, Locals> {
  return (error: unknown, _request, response, next) => {
    const { requestId } = response.locals;
    const { status, headers = {}, code, message, details, unknown } = faultOf(error);
    response.locals.errorCode = code;
    if (unknown) onFault(error, requestId);
    // The file has begun and cannot become an answer; Express cuts the connection, so that nobody takes it for whole.
    if (response.headersSent) next(error);
    else
      response
        .status(status)
        .set(headers)
        .json({ error: { code, message, ...details, requestId } });
  };
}
