import type { JsonObject } from '../../domain/profile.js';
import { type ScimClient, type ScimEvent, type ScimOperation } from '../../domain/provisioning-log.js';
import { bulkEndpoints } from '../bulk/endpoint.js';
import { discoveryEndpoints } from '../discovery/endpoint.js';
import { groupEndpoints, groupSource } from '../groups/endpoint.js';
import { prepareGroupOperations } from '../groups/operations.js';
import { userEndpoints, userSource } from '../users/endpoint.js';
import { meEndpoints } from '../users/me.js';
import { type GraphqlSource, prepareOperations } from '../users/operations.js';
import { acceptsScim } from './accept.js';
import { describeRequest, readOf } from './description.js';
import type { Endpoint, Handler, ScimAnswer, ScimContext, ScimRequest } from './endpoint.js';
import { errorBody, type Fault, faultOf } from './errors.js';
import { NO_PARAMETERS, parseQuery, type Query } from './query.js';
import { type Route, routesOf } from './routes.js';
import { ScimError } from './scim-error.js';
import { searchEndpoints } from './search.js';
import { noSuchEndpoint } from './wrong-address.js';

/** A request of an authenticated client, independent of HTTP. */
export interface ScimCall {
  readonly method: string;
  /** Path and query below the base URL of the workspace. */
  readonly url: string;
  readonly accept: string | undefined;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly client: ScimClient;
  /** Reads the body, of at most so many bytes. Throws ScimError when it cannot be read. */
  body(limit: number | undefined): Promise<JsonObject>;
  readonly workspaceId: string;
  readonly baseUrl: string;
  readonly requestId: string;
  readonly context: ScimContext;
}

/** The answer to a request, and its description for the provisioning log. */
export interface ScimOutcome {
  readonly answer: ScimAnswer;
  /** The path of the endpoint; undefined when there is none. */
  readonly endpoint: string | undefined;
  /** Why the request was refused. */
  readonly fault: Fault | undefined;
  /** What it read; undefined for a request that was refused, or whose operation changes something. */
  readonly read: ScimOperation | undefined;
  /** Describes the request, once it is answered. */
  describe(): ScimEvent;
}

export type Dispatch = (call: ScimCall) => Promise<ScimOutcome>;

/**
 * Every endpoint of SCIM.
 * @param onFault called once with each unexpected error of an operation of a bulk request
 * @throws Error when the schema lacks fields that the adapter needs
 */
export function scimEndpoints(
  graphql: GraphqlSource,
  onFault: (error: unknown, requestId: string) => void,
): readonly Endpoint[] {
  const operations = prepareOperations(graphql);
  const groupOperations = prepareGroupOperations(graphql);
  const resources = [
    ...userEndpoints(operations),
    ...groupEndpoints(groupOperations),
    ...meEndpoints(),
    ...discoveryEndpoints(),
  ];
  return [
    ...searchEndpoints([userSource(operations), groupSource(groupOperations)]),
    ...bulkEndpoints({ endpoints: resources, onFault }),
    ...resources,
  ];
}

/**
 * Creates the function that answers SCIM requests.
 * @param onFault called once with each unexpected error
 * @returns a function that answers any request, refusals included
 * @throws Error when the schema lacks fields that the adapter needs
 */
export function createDispatch(
  graphql: GraphqlSource,
  onFault: (error: unknown, requestId: string) => void,
): Dispatch {
  const routes = routesOf(scimEndpoints(graphql, onFault));
  return async (call) => {
    const started = performance.now();
    const at = new Date();
    let route: Route | undefined;
    let query: Query = NO_PARAMETERS;
    let sent: JsonObject | undefined;
    const read = async () => {
      sent = await call.body(route?.endpoint.maxBodyBytes);
      return sent;
    };
    const outcomeOf = (answer: ScimAnswer, refusal?: { fault: Fault; error: unknown }): ScimOutcome => ({
      answer,
      endpoint: route?.endpoint.path,
      fault: refusal?.fault,
      read: refusal === undefined ? readOf(call.method, route?.endpoint.path) : undefined,
      describe: () =>
        describeRequest({
          method: call.method,
          endpoint: route?.endpoint.path,
          id: route?.id ?? '',
          query,
          client: call.client,
          requestId: call.requestId,
          workspaceVersion: call.context.workspaceVersion,
          sent,
          at,
          durationMs: Math.round((performance.now() - started) * 10) / 10,
          answer,
          refusal,
        }),
    });
    let allow: string | undefined;
    try {
      route = routes(call.url);
      if (route === undefined) throw noSuchEndpoint(call.baseUrl);
      const { endpoint, id } = route;
      const handle = handlerOf(endpoint, call.method);
      if (handle === undefined) {
        allow = allowedBy(endpoint);
        throw new ScimError(405, `${call.method} is not supported here. Supported: ${allow}.`);
      }
      requireAcceptable(call);
      query = parseQuery(call.url);
      return outcomeOf(await handle(requestOf(call, id, query, read)));
    } catch (error) {
      const fault = faultOf(error);
      if (fault.unknown) onFault(error, call.requestId);
      // RFC 9110 §15.5.6: "The origin server MUST generate an Allow header field in a 405 response".
      const headers = allow === undefined ? fault.headers : { Allow: allow };
      const answer: ScimAnswer = {
        status: fault.status,
        ...(headers === undefined ? {} : { headers }),
        body: errorBody(fault, call.requestId),
      };
      return outcomeOf(answer, { fault, error });
    }
  };
}

function requestOf(call: ScimCall, id: string, query: Query, body: () => Promise<JsonObject>): ScimRequest {
  const { context, workspaceId, requestId, baseUrl, ifMatch, ifNoneMatch, client } = call;
  return {
    ...context,
    workspaceId,
    requestId,
    id,
    baseUrl,
    query,
    body,
    ifMatch,
    ifNoneMatch,
    client,
  };
}

/** The value of Allow: a path with GET also has HEAD, and every path has OPTIONS. */
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

/** DELETE and OPTIONS are answered without a body, so any Accept header fits. @throws ScimError 406 */
function requireAcceptable({ method, accept }: ScimCall): void {
  if (method === 'DELETE' || method === 'OPTIONS' || acceptsScim(accept)) return;
  throw new ScimError(
    406,
    'Answers are application/scim+json, which the Accept header excludes. Accept it, or application/json, or */*.',
  );
}
