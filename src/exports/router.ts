import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express';
import { DomainError } from '../domain/errors.js';
import { authenticated, callerGrant } from '../services/context/authorization.js';
import type { ServiceContext } from '../services/context/service-context.js';
import { ExportError, faultOf } from './errors.js';

interface Locals {
  readonly requestId: string;
  /** The route, for the request log. */
  route?: string;
  errorCode?: string;
  actor?: string;
  /** Set after the caller is authenticated. */
  services?: ServiceContext;
}

export type ExportRequest = Request<{ workspaceId: string }, unknown, unknown, unknown, Locals>;
export type ExportResponse = Response<unknown, Locals>;

/** Answers GET and HEAD. An error that it throws becomes the response. */
export type ExportHandler = (
  request: ExportRequest,
  response: ExportResponse,
  context: ServiceContext,
) => Promise<void>;

export interface ExportDependencies {
  /** Handlers by file name below `/exports/workspaces/{workspaceId}/`. */
  readonly exports: Readonly<Record<string, ExportHandler>>;
  /** Returns the services' context for the request's credential, or without a caller. */
  contextFor(
    request: Pick<Request, 'headers' | 'host' | 'ip' | 'method' | 'protocol'>,
    requestId: string,
  ): Promise<ServiceContext>;
  /** Called once for each unexpected error. */
  onFault(error: unknown, requestId: string): void;
}

const MOUNT = '/exports/workspaces/:workspaceId';
const METHODS = 'GET, HEAD';

/**
 * The maximum number of simultaneous downloads. Each may hold a database connection while its client reads, and other
 * requests need connections too.
 */
const MOST_AT_ONCE = 4;
/** The maximum number of simultaneous downloads of a workspace, so that none takes all of them. */
const MOST_OF_WORKSPACE = 2;

/**
 * Streams files of a workspace's data. Mount it at `/exports`. It checks the credential first, so that a request
 * without one learns nothing, not even which files exist. The services decide whether the caller may read the
 * workspace.
 */
export function exportsRouter(dependencies: ExportDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const limited = limit();
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
    if (services === undefined) throw new Error('the request was not authenticated');
    // RFC 9110 §15.5.6: "The origin server MUST generate an Allow header field in a 405 response".
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new ExportError(
        405,
        'METHOD_NOT_ALLOWED',
        `${request.method} is not supported here. Supported: ${METHODS}.`,
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
    throw new ExportError(404, 'NOT_FOUND', `There is no such export. The exports are: ${paths}.`);
  };
}

/** Refuses further requests while as many as may are running, of the workspace or of all. */
function limit(): (handle: ExportHandler) => ExportHandler {
  const running: string[] = [];
  return (handle) => async (request, response, context) => {
    // Who does not know the workspace must not learn of its downloads.
    const { id } = (await callerGrant(context, request.params.workspaceId.toLowerCase())).workspace;
    if (running.filter((other) => other === id).length >= MOST_OF_WORKSPACE)
      throw tooMany(`${MOST_OF_WORKSPACE} exports of this workspace are being downloaded already.`);
    if (running.length >= MOST_AT_ONCE)
      throw tooMany(`${MOST_AT_ONCE} exports are being downloaded already.`);
    running.push(id);
    try {
      await handle(request, response, context);
    } finally {
      running.splice(running.indexOf(id), 1);
    }
  };
}

function tooMany(message: string): DomainError {
  return new DomainError('RATE_LIMITED', message, { hint: 'Try again in a few seconds.' });
}

function answerFault({
  onFault,
}: ExportDependencies): ErrorRequestHandler<unknown, unknown, unknown, unknown, Locals> {
  return (error: unknown, _request, response, next) => {
    const { requestId } = response.locals;
    const { status, headers, code, message, details, unknown } = faultOf(error);
    response.locals.errorCode = code;
    if (unknown) onFault(error, requestId);
    // The response has begun; Express closes the connection, so that the client notices that the file is incomplete.
    if (response.headersSent) next(error);
    else
      response
        .status(status)
        .set(headers)
        .json({ error: { code, message, ...details, requestId } });
  };
}
