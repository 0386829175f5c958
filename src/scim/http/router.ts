import { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import type { WorkspaceVersion } from '../../domain/access.js';
import { DomainError } from '../../domain/errors.js';
import { bulkEndpoints } from '../bulk/endpoint.js';
import { discoveryEndpoints } from '../discovery/endpoint.js';
import { groupEndpoints, groupSource } from '../groups/endpoint.js';
import { prepareGroupOperations } from '../groups/operations.js';
import { userEndpoints, userSource } from '../users/endpoint.js';
import { meEndpoints } from '../users/me.js';
import { type GraphqlSource, prepareOperations } from '../users/operations.js';
import { acceptsScim } from './accept.js';
import { type Compression, sendAnswer } from './answer.js';
import { readBody } from './body.js';
import type { Endpoint, Handler, ScimRequest } from './endpoint.js';
import { errorBody, faultOf } from './errors.js';
import { inTurn } from './pipelining.js';
import { parseQuery } from './query.js';
import { type Routes, routesOf } from './routes.js';
import { ScimError } from './scim-error.js';
import { searchEndpoints } from './search.js';

/** The caller's GraphQL context, and the version of the workspace. */
export interface ScimContext {
  readonly contextValue: object;
  readonly workspaceVersion: WorkspaceVersion;
}

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
  /** For the request log. */
  route?: string;
  errorCode?: string;
  actor?: string;
}

type ScimHandler = RequestHandler<PathParameters, unknown, unknown, unknown, Locals>;
type ScimHttpRequest = Parameters<ScimHandler>[0];
type ScimHttpResponse = Parameters<ScimHandler>[1];
type FallbackHandler = RequestHandler<unknown, unknown, unknown, unknown, Locals>;
type FaultHandler = ErrorRequestHandler<unknown, unknown, unknown, unknown, Locals>;

const MOUNT = '/scim/v2/organizations';
const ROUTE = `${MOUNT}/:workspaceId`;

/**
 * SCIM 2.0 (RFC 7644) for one workspace. Mount it at `/scim/v2/organizations/:workspaceId`, before anything that reads
 * bodies. The key is checked first: a request without one learns nothing, not even which paths exist.
 *
 * @returns a router that answers everything below its mount point, in SCIM's media type
 * @throws Error when an operation of the adapter is not valid in the schema
 */
export function scimRouter(dependencies: ScimDependencies): Router {
  const operations = prepareOperations(dependencies.graphql);
  const groupOperations = prepareGroupOperations(dependencies.graphql);
  const resources = [
    ...userEndpoints(operations),
    ...groupEndpoints(groupOperations),
    ...meEndpoints(),
    ...discoveryEndpoints(),
  ];
  const endpoints = [
    ...searchEndpoints([userSource(operations), groupSource(groupOperations)]),
    ...bulkEndpoints({ endpoints: resources, onFault: dependencies.onFault }),
    ...resources,
  ];
  const router = Router({ mergeParams: true });
  router.use(inTurn());
  router.use(serve(routesOf(endpoints), dependencies));
  router.use(answerFault(dependencies));
  return router;
}

/**
 * Handlers for unknown paths and for errors, which answer in SCIM's media type, never in HTML. Mount them at `/scim`
 * after the router, for addresses without a workspace.
 */
export function scimFallback(
  dependencies: Pick<ScimDependencies, 'onFault' | 'compression'>,
): [FallbackHandler, FaultHandler] {
  const notFound: FallbackHandler = () => {
    throw noSuchEndpoint();
  };
  return [notFound, answerFault(dependencies)];
}

function noSuchEndpoint(): ScimError {
  return new ScimError(404, 'There is no such SCIM endpoint here. Check the SCIM base URL.');
}

function serve(routes: Routes, dependencies: ScimDependencies): ScimHandler {
  const { publicUrl, compression } = dependencies;
  return async (request, response) => {
    const { locals } = response;
    locals.route = ROUTE;
    const scim = await authenticated(request, locals.requestId, dependencies);
    locals.actor = 'API_KEY';
    const route = routes(request.url);
    if (route === undefined) throw noSuchEndpoint();
    locals.route += route.endpoint.path;
    const handle = handlerOf(route.endpoint, request.method);
    if (handle === undefined) throw methodNotAllowed(route.endpoint, request, response);
    requireAcceptable(request);
    // RFC 9562 §4: UUIDs are read in any case and written in lower case.
    const workspaceId = request.params.workspaceId.toLowerCase();
    const scimRequest: ScimRequest = {
      ...scim,
      workspaceId,
      requestId: locals.requestId,
      id: route.id,
      baseUrl: `${origin(publicUrl, request)}${MOUNT}/${workspaceId}`,
      query: parseQuery(request.url),
      body: () => readBody(request),
      ifMatch: request.headers['if-match'],
      ifNoneMatch: request.headers['if-none-match'],
    };
    await sendAnswer(request, response, await handle(scimRequest), compression);
  };
}

/** @throws DomainError UNAUTHENTICATED; FORBIDDEN when SCIM is not enabled for the workspace */
async function authenticated(
  request: ScimHttpRequest,
  requestId: string,
  { contextFor }: ScimDependencies,
): Promise<ScimContext> {
  const scim = await contextFor({
    authorization: request.headers.authorization,
    workspaceId: request.params.workspaceId,
    requestId,
    address: request.ip ?? '',
  });
  if (scim !== undefined) return scim;
  throw new DomainError('UNAUTHENTICATED', 'The API key is not valid for this workspace.', {
    hint:
      'Check that your API key is correct and still enabled, and that the SCIM base URL contains the correct ' +
      'workspace ID. Send the key as it is, or after "Bearer ".',
  });
}

/** The value of Allow: HEAD goes with GET, and every path has OPTIONS. */
function allowedBy({ methods }: Endpoint): string {
  const own = Object.keys(methods).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  return [...own, 'OPTIONS'].join(', ');
}

/**
 * RFC 9110 §9.3.2: "The HEAD method is identical to GET except that the server MUST NOT send content in the response";
 * §9.3.7, OPTIONS: "A server generating a successful response to OPTIONS SHOULD send any header that might indicate
 * optional features implemented by the server and applicable to the target resource (e.g., Allow)".
 */
function handlerOf(endpoint: Endpoint, method: string): Handler | undefined {
  if (method === 'OPTIONS') return () => ({ status: 204, headers: { Allow: allowedBy(endpoint) } });
  return endpoint.methods[method === 'HEAD' ? 'GET' : method];
}

/** RFC 9110 §15.5.6: "The origin server MUST generate an Allow header field in a 405 response". */
function methodNotAllowed(
  endpoint: Endpoint,
  request: ScimHttpRequest,
  response: ScimHttpResponse,
): ScimError {
  const allowed = allowedBy(endpoint);
  response.set('Allow', allowed);
  return new ScimError(405, `${request.method} is not supported here. Supported: ${allowed}.`);
}

/** DELETE and OPTIONS are answered without a body, so any Accept header fits. @throws ScimError 406 */
function requireAcceptable({ method, headers }: ScimHttpRequest): void {
  if (method === 'DELETE' || method === 'OPTIONS' || acceptsScim(headers.accept)) return;
  throw new ScimError(
    406,
    'Answers are application/scim+json, which the Accept header excludes. Accept it, or application/json, or */*.',
  );
}

function origin(publicUrl: string | undefined, request: ScimHttpRequest): string {
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
