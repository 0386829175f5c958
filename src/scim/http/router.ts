import { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import { clientOf, type ScimClient } from '../../domain/provisioning-log.js';
import type { GraphqlSource } from '../users/operations.js';
import { type Compression, sendAnswer } from './answer.js';
import { readBody } from './body.js';
import { createDispatch, type Dispatch } from './dispatch.js';
import type { ScimContext } from './endpoint.js';
import { errorBody, faultOf } from './errors.js';
import { inTurn } from './pipelining.js';
import { baseUrlAt, MOUNT, noSuchEndpoint, unauthenticated } from './wrong-address.js';

export interface ScimDependencies {
  /** The schema that /graphql serves: the adapter is a client of it. */
  readonly graphql: GraphqlSource;
  /**
   * The context of the key in `authorization`; undefined when it is not a key of this workspace.
   * Throws DomainError FORBIDDEN when SCIM is not enabled for the workspace.
   */
  contextFor(request: {
    readonly authorization: string | undefined;
    readonly workspaceId: string;
    readonly requestId: string;
    readonly address: string;
    readonly method: string;
    readonly client: ScimClient;
  }): Promise<ScimContext | undefined>;
  /** The public URL of the server; undefined: the origin of the request. */
  readonly publicUrl: string | undefined;
  readonly compression: Compression;
  /** Called once for each unexpected error. */
  onFault(error: unknown, requestId: string): void;
}

interface PathParameters {
  readonly workspaceId: string;
}

interface Locals {
  readonly requestId: string;
  /** The route in the request log. */
  route?: string;
  errorCode?: string;
  actor?: string;
}

type ScimHandler = RequestHandler<PathParameters, unknown, unknown, unknown, Locals>;
type ScimHttpRequest = Parameters<ScimHandler>[0];
type FallbackHandler = RequestHandler<unknown, unknown, unknown, unknown, Locals>;
type FaultHandler = ErrorRequestHandler<unknown, unknown, unknown, unknown, Locals>;

const ROUTE = `${MOUNT}/:workspaceId`;

/**
 * SCIM 2.0 (RFC 7644) for one workspace. Mount it at `/scim/v2/organizations/:workspaceId`, before anything that reads
 * bodies. The key is checked first: a request without one does not even learn which paths exist.
 *
 * @returns a router that answers everything below its mount point, in SCIM's media type
 * @throws Error when an operation of the adapter is not valid in the schema
 */
export function scimRouter(dependencies: ScimDependencies): Router {
  const dispatch = createDispatch(dependencies.graphql, dependencies.onFault);
  const router = Router({ mergeParams: true });
  router.use(inTurn());
  router.use(serve(dispatch, dependencies));
  router.use(answerFault(dependencies));
  return router;
}

/**
 * Handlers for unknown paths and for errors, which answer in SCIM's media type, never in HTML. Mount them at `/scim`
 * after the router, for URLs without a workspace.
 */
export function scimFallback(
  dependencies: Pick<ScimDependencies, 'onFault' | 'compression' | 'publicUrl'>,
): [FallbackHandler, FaultHandler] {
  const notFound: FallbackHandler = (request) => {
    throw noSuchEndpoint(baseUrlAt(origin(dependencies.publicUrl, request)));
  };
  return [notFound, answerFault(dependencies)];
}

function serve(dispatch: Dispatch, dependencies: ScimDependencies): ScimHandler {
  const { publicUrl, compression } = dependencies;
  return async (request, response) => {
    const { locals } = response;
    locals.route = ROUTE;
    const { headers } = request;
    const client = clientOf(headers['user-agent'], request.originalUrl);
    const context = await authenticated(request, client, locals.requestId, dependencies);
    locals.actor = 'API_KEY';
    // RFC 9562 §4: UUIDs are read in any case and written in lower case.
    const workspaceId = request.params.workspaceId.toLowerCase();
    const outcome = await dispatch({
      method: request.method,
      url: request.url,
      accept: headers.accept,
      ifMatch: headers['if-match'],
      ifNoneMatch: headers['if-none-match'],
      client,
      body: (limit) => readBody(request, limit),
      workspaceId,
      baseUrl: `${origin(publicUrl, request)}${MOUNT}/${workspaceId}`,
      requestId: locals.requestId,
      context,
    });
    locals.route += outcome.endpoint ?? '';
    if (outcome.fault !== undefined) locals.errorCode = outcome.fault.code;
    await sendAnswer(request, response, outcome.answer, compression);
    const { read } = outcome;
    if (read === undefined) context.record?.(outcome.describe());
    else
      context.recordRead?.({ method: request.method, operation: read, client, describe: outcome.describe });
  };
}

/** @throws DomainError UNAUTHENTICATED; FORBIDDEN when SCIM is not enabled for the workspace */
async function authenticated(
  request: ScimHttpRequest,
  client: ScimClient,
  requestId: string,
  { contextFor }: ScimDependencies,
): Promise<ScimContext> {
  const { headers, method } = request;
  const scim = await contextFor({
    authorization: headers.authorization,
    workspaceId: request.params.workspaceId,
    requestId,
    address: request.ip ?? '',
    method,
    client,
  });
  if (scim !== undefined) return scim;
  throw unauthenticated(headers.authorization, request.params.workspaceId);
}

function origin(
  publicUrl: string | undefined,
  request: { readonly protocol: string; readonly host: string },
): string {
  return publicUrl?.replace(/\/+$/, '') ?? `${request.protocol}://${request.host}`;
}

function answerFault({
  onFault,
  compression,
}: Pick<ScimDependencies, 'onFault' | 'compression'>): FaultHandler {
  return async (error: unknown, request, response, next) => {
    const { requestId } = response.locals;
    const fault = faultOf(error);
    response.locals.errorCode = fault.code;
    if (fault.unknown) onFault(error, requestId);
    // The answer has begun, so Express closes the connection.
    if (response.headersSent) next(error);
    else await sendAnswer(request, response, { ...fault, body: errorBody(fault, requestId) }, compression);
  };
}
