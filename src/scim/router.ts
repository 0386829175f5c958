import { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import type { GraphQLSchema } from 'graphql';
import type { WorkspaceVersion } from '../domain/access.js';
import { DomainError } from '../domain/errors.js';
import { readBody } from './body.js';
import { bulkEndpoints } from './bulk/bulk.js';
import { discoveryEndpoints } from './discovery.js';
import type { Endpoint, ScimAnswer, ScimRequest } from './endpoint.js';
import { errorBody, faultOf } from './errors.js';
import { groupEndpoints } from './groups.js';
import { meEndpoints } from './me.js';
import { prepareOperations } from './operations.js';
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
  const resources = [
    ...userEndpoints(operations),
    ...groupEndpoints(),
    ...meEndpoints(),
    ...discoveryEndpoints(),
  ];
  const endpoints = [
    // Before the resources: `/Users/.search` would be a user's id.
    ...searchEndpoints([userSource(operations)]),
    ...bulkEndpoints({ endpoints: resources, onFault: dependencies.onFault }),
    ...resources,
  ];
  // Neither case nor a slash at the end makes a difference to Express, as it is wanted.
  const router = Router({ mergeParams: true, caseSensitive: false, strict: false });
  router.use(authenticate(dependencies));
  for (const endpoint of endpoints) router.all(endpoint.path, serve(endpoint, dependencies));
  router.use(...scimFallback(dependencies));
  return router;
}

/**
 * What answers where no endpoint is, and what answers faults: in SCIM's media type, never in HTML. To be mounted at
 * `/scim` as well, after the router, for addresses that have no workspace in them.
 */
export function scimFallback({
  onFault,
}: Pick<ScimDependencies, 'onFault'>): [FallbackHandler, FaultHandler] {
  const notFound: FallbackHandler = () => {
    throw new ScimError(404, 'There is no such SCIM endpoint here. Check the SCIM base URL.');
  };
  return [notFound, answerFault(onFault)];
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

function serve(endpoint: Endpoint, { publicUrl }: ScimDependencies): ScimHandler {
  return async (request, response) => {
    response.locals.route = `${ROUTE}${endpoint.path}`;
    const { scim } = response.locals;
    if (scim === undefined) throw unauthenticated();
    const handle = endpoint.methods[request.method];
    if (handle === undefined) throw methodNotAllowed(endpoint, request, response);
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
      body: () => readBody(request, response),
      ifMatch: request.headers['if-match'],
      ifNoneMatch: request.headers['if-none-match'],
    };
    send(response, await handle(scimRequest));
  };
}

/** RFC 9110 §15.5.6: "The origin server MUST generate an Allow header field in a 405 response". */
function methodNotAllowed(
  endpoint: Endpoint,
  request: ScimHttpRequest,
  response: ScimHttpResponse,
): ScimError {
  const allowed = Object.keys(endpoint.methods).join(', ');
  response.set('Allow', allowed);
  return new ScimError(405, `${request.method} does not exist here. What does: ${allowed}.`);
}

function origin(publicUrl: string | undefined, request: ScimHttpRequest): string {
  return publicUrl?.replace(/\/+$/, '') ?? `${request.protocol}://${request.host}`;
}

/** `end` and not Express's `send`, which would add an ETag of its own and answer 304 by itself. */
function send(response: ScimHttpResponse, { status, headers, body }: ScimAnswer): void {
  response.status(status);
  if (headers !== undefined) response.set({ ...headers });
  if (body === undefined) {
    response.end();
    return;
  }
  response.set('Content-Type', 'application/scim+json; charset=utf-8');
  response.end(JSON.stringify(body));
}

function answerFault(onFault: ScimDependencies['onFault']): FaultHandler {
  return (error: unknown, _request, response, next) => {
    const { requestId } = response.locals;
    const fault = faultOf(error);
    response.locals.errorCode = fault.code;
    if (fault.unknown) onFault(error, requestId);
    // The answer has begun, so it cannot become another one; Express cuts the connection.
    if (response.headersSent) next(error);
    else send(response, { ...fault, body: errorBody(fault, requestId) });
  };
}
