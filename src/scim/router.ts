import { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import type { GraphQLSchema } from 'graphql';
import type { WorkspaceVersion } from '../domain/access.js';
import { DomainError } from '../domain/errors.js';
import { acceptsScim } from './accept.js';
import { type Compression, sendAnswer } from './answer.js';
import { readBody } from './body.js';
import { bulkEndpoints } from './bulk/bulk.js';
import { discoveryEndpoints } from './discovery.js';
import type { Endpoint, Handler, ScimRequest } from './endpoint.js';
import { errorBody, faultOf } from './errors.js';
import { prepareGroupOperations } from './group-operations.js';
import { groupEndpoints, groupSource } from './groups.js';
import { meEndpoints } from './me.js';
import { prepareOperations } from './operations.js';
import { inTurn } from './pipelining.js';
import { parseQuery } from './query.js';
import { ScimError } from './scim-error.js';
import { searchEndpoints } from './search.js';
import { userEndpoints, userSource } from './users.js';

/** Who asks: what GraphQL is told, and what the workspace speaks. */
export interface ScimContext {
  readonly contextValue: object;
  readonly workspaceVersion: WorkspaceVersion;
}

export interface ScimDependencies {
  /** The schema that is served at /graphql: the adapter is one more client of it. */
  readonly schema: GraphQLSchema;
  /**
   * The context for the key in `authorization`; undefined when it is no key of this workspace.
   * Throws DomainError FORBIDDEN when SCIM is not enabled for the workspace.
   */
  contextFor(request: {
    readonly authorization: string | undefined;
    readonly workspaceId: string;
    readonly requestId: string;
    readonly address: string;
  }): Promise<ScimContext | undefined>;
  /** Where the server is reached from outside; undefined: where the request says. */
  readonly publicUrl: string | undefined;
  readonly compression: Compression;
  /** Told of faults that nobody expected, once each. */
  onFault(error: unknown, requestId: string): void;
}

interface PathParameters {
  readonly workspaceId: string;
  readonly id?: string;
}

interface Locals {
  readonly requestId: string;
  /** For the request log. */
  route?: string;
  errorCode?: string;
  actor?: string;
  /** Set once the key is known. */
  scim?: ScimContext;
}

type ScimHandler = RequestHandler<PathParameters, unknown, unknown, unknown, Locals>;
type ScimHttpRequest = Parameters<ScimHandler>[0];
type ScimHttpResponse = Parameters<ScimHandler>[1];
type FallbackHandler = RequestHandler<unknown, unknown, unknown, unknown, Locals>;
type FaultHandler = ErrorRequestHandler<unknown, unknown, unknown, unknown, Locals>;

const MOUNT = '/scim/v2/organizations';
const ROUTE = `${MOUNT}/:workspaceId`;

/**
 * SCIM 2.0 (RFC 7644) for one workspace. To be mounted at `/scim/v2/organizations/:workspaceId`, before anything
 * that reads bodies. The key comes first: without one, nothing can be learnt, not even which paths there are.
 *
 * @returns a router that answers everything below its mount point, in SCIM's media type
 * @throws Error when the schema lacks what the adapter asks of it
 */
export function scimRouter(dependencies: ScimDependencies): Router {
  const operations = prepareOperations(dependencies.schema);
  const groupOperations = prepareGroupOperations(dependencies.schema);
  const resources = [
    ...userEndpoints(operations),
    ...groupEndpoints(groupOperations),
    ...meEndpoints(),
    ...discoveryEndpoints(),
  ];
  const endpoints = [
    // Before the resources: `/Users/.search` would be a user's id.
    ...searchEndpoints([userSource(operations), groupSource(groupOperations)]),
    ...bulkEndpoints({ endpoints: resources, onFault: dependencies.onFault }),
    ...resources,
  ];
  // Neither case nor a slash at the end makes a difference to Express, as it is wanted.
  const router = Router({ mergeParams: true, caseSensitive: false, strict: false });
  router.use(inTurn());
  router.use(authenticate(dependencies));
  for (const endpoint of endpoints) router.all(endpoint.path, serve(endpoint, dependencies));
  router.use(...scimFallback(dependencies));
  return router;
}

/**
 * What answers where no endpoint is, and what answers faults: in SCIM's media type, never in HTML. To be mounted at
 * `/scim` as well, after the router, for addresses that have no workspace in them.
 */
export function scimFallback(
  dependencies: Pick<ScimDependencies, 'onFault' | 'compression'>,
): [FallbackHandler, FaultHandler] {
  const notFound: FallbackHandler = () => {
    throw new ScimError(404, 'There is no such SCIM endpoint here. Check the SCIM base URL.');
  };
  return [notFound, answerFault(dependencies)];
}

function authenticate({ contextFor }: ScimDependencies): ScimHandler {
  return async (request, response, next) => {
    const { requestId } = response.locals;
    response.locals.route = ROUTE;
    const scim = await contextFor({
      authorization: request.headers.authorization,
      workspaceId: request.params.workspaceId,
      requestId,
      address: request.ip ?? '',
    });
    if (scim === undefined) throw unauthenticated();
    response.locals.scim = scim;
    response.locals.actor = 'API_KEY';
    next();
  };
}

function unauthenticated(): DomainError {
  return new DomainError('UNAUTHENTICATED', 'The API key is not valid for this workspace.', {
    hint:
      'Check that your API key is correct and still enabled, and that the SCIM base URL contains the correct ' +
      'workspace ID. Send the key as it is, or after "Bearer ".',
  });
}

function serve(endpoint: Endpoint, { publicUrl, compression }: ScimDependencies): ScimHandler {
  const allowed = allowedBy(endpoint);
  return async (request, response) => {
    response.locals.route = `${ROUTE}${endpoint.path}`;
    const { scim } = response.locals;
    if (scim === undefined) throw unauthenticated();
    const handle = handlerOf(endpoint, request.method, allowed);
    if (handle === undefined) throw methodNotAllowed(allowed, request, response);
    requireAcceptable(request);
    const { id = '' } = request.params;
    // RFC 9562 §4: UUIDs come in any case, and are given in lower case.
    const workspaceId = request.params.workspaceId.toLowerCase();
    const scimRequest: ScimRequest = {
      ...scim,
      workspaceId,
      requestId: response.locals.requestId,
      id,
      baseUrl: `${origin(publicUrl, request)}${MOUNT}/${workspaceId}`,
      query: parseQuery(request.url),
      body: () => readBody(request),
      ifMatch: request.headers['if-match'],
      ifNoneMatch: request.headers['if-none-match'],
    };
    await sendAnswer(request, response, await handle(scimRequest), compression);
  };
}

/** What Allow says of a path: HEAD is wherever GET is, and OPTIONS everywhere. */
function allowedBy({ methods }: Endpoint): string {
  const own = Object.keys(methods).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  return [...own, 'OPTIONS'].join(', ');
}

/**
 * RFC 9110 §9.3.2: "The HEAD method is identical to GET except that the server MUST NOT send content in the response";
 * §9.3.7, OPTIONS: "A server generating a successful response to OPTIONS SHOULD send any header that might indicate
 * optional features implemented by the server and applicable to the target resource (e.g., Allow)".
 */
function handlerOf({ methods }: Endpoint, method: string, allowed: string): Handler | undefined {
  if (method === 'OPTIONS') return () => ({ status: 204, headers: { Allow: allowed } });
  return methods[method === 'HEAD' ? 'GET' : method];
}

/** RFC 9110 §15.5.6: "The origin server MUST generate an Allow header field in a 405 response". */
function methodNotAllowed(allowed: string, request: ScimHttpRequest, response: ScimHttpResponse): ScimError {
  response.set('Allow', allowed);
  return new ScimError(405, `${request.method} does not exist here. What does: ${allowed}.`);
}

/** @throws ScimError 406. A DELETE and an OPTIONS are answered without a body, which fits whatever is accepted. */
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
    // The answer has begun, so it cannot become another one; Express cuts the connection.
    if (response.headersSent) next(error);
    else await sendAnswer(request, response, { ...fault, body: errorBody(fault, requestId) }, compression);
  };
}
