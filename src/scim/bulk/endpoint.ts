import { isJsonObject, type JsonObject } from '../../domain/profile.js';
import { describeRequest } from '../http/description.js';
import type { Endpoint, Handler, ScimAnswer, ScimRequest } from '../http/endpoint.js';
import { errorBody, type Fault, faultOf } from '../http/errors.js';
import { NO_PARAMETERS, parseQuery } from '../http/query.js';
import { type Route, type Routes, routesOf } from '../http/routes.js';
import { ScimError } from '../http/scim-error.js';
import { concurrentRuns } from './concurrency.js';
import { type BulkOperation, readBulk } from './operations.js';
import { creatorsIn, planOf, referencesIn, resolved } from './references.js';

export const BULK_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

/** The time limit of one request: Okta and Entra give up after a minute. Operations that have not begun by then get 503. */
const MAX_SECONDS = 45;

export interface BulkOptions {
  /** The endpoints that operations may call. */
  readonly endpoints: readonly Endpoint[];
  /** Called once for each unexpected error. */
  onFault(error: unknown, requestId: string): void;
  /** Overrides the time limit. */
  readonly maxSeconds?: number;
}

/**
 * `/Bulk` (RFC 7644 §3.7). Operations run in the order of the request, except that those which cannot affect each other
 * run at the same time; each through the handler of its own request, in its own transaction and with its own audit entry.
 */
export function bulkEndpoints(options: BulkOptions): readonly Endpoint[] {
  return [{ path: '/Bulk', methods: { POST: bulk(options) } }];
}

function bulk(options: BulkOptions): Handler {
  const routes = routesOf(options.endpoints);
  return async (request) => {
    const { operations, failOnErrors } = readBulk(await request.body());
    const end = performance.now() + (options.maxSeconds ?? MAX_SECONDS) * 1000;
    const run = new BulkRun(routes, options.onFault, request, operations);
    const { order, circular } = planOf(operations);
    // On V1 the order decides who gets the last seat, and `failOnErrors` stops at an operation.
    const isOrdered = failOnErrors !== undefined || request.workspaceVersion === 'V1';
    for (const together of isOrdered ? order.map((one) => [one]) : concurrentRuns(order)) {
      if (failOnErrors !== undefined && run.errors >= failOnErrors) break;
      await Promise.all(together.map((one) => run.run(one, refusalOf(one, { circular, end }))));
    }
    // RFC 7644 §3.7.3: "If a bulk job is processed successfully, the HTTP response code 200 OK MUST be returned".
    return { status: 200, body: { schemas: [BULK_RESPONSE], Operations: run.answers() } };
  };
}

function refusalOf(
  operation: BulkOperation,
  { circular, end }: { readonly circular: ReadonlySet<BulkOperation>; readonly end: number },
): ScimError | undefined {
  if (operation.fault !== undefined) return operation.fault;
  // RFC 7644 §3.7.1: "The service provider MUST try to resolve circular cross-references between resources in a
  // single bulk job but MAY stop after a failed attempt and instead return the status code 409 (Conflict)."
  if (circular.has(operation)) {
    return new ScimError(
      409,
      'This operation and another one refer to each other. Create one without the reference, and add it later.',
    );
  }
  if (performance.now() < end) return undefined;
  return new ScimError(
    503,
    'The time limit of the request was reached before this operation. Send it again.',
  );
}

/** One entry of the response (RFC 7644 §3.7). */
interface BulkAnswer {
  readonly method?: string;
  readonly bulkId?: string;
  readonly location?: string;
  readonly version?: string;
  readonly status: string;
  readonly response?: object;
}

/** The state of one bulk request: the ids that it has created, and the answers so far. */
class BulkRun {
  errors = 0;
  readonly #routes: Routes;
  readonly #onFault: BulkOptions['onFault'];
  readonly #request: ScimRequest;
  readonly #creators: ReadonlyMap<string, BulkOperation>;
  /** The ids of what was created, by bulkId. */
  readonly #ids = new Map<string, string>();
  readonly #answers: (BulkAnswer | undefined)[] = [];

  constructor(
    routes: Routes,
    onFault: BulkOptions['onFault'],
    request: ScimRequest,
    operations: readonly BulkOperation[],
  ) {
    this.#routes = routes;
    this.#onFault = onFault;
    this.#request = request;
    this.#creators = creatorsIn(operations);
  }

  /** The answers in the order of the request. Operations that did not run have none. */
  answers(): BulkAnswer[] {
    return Object.values(this.#answers).filter((answer) => answer !== undefined);
  }

  /**
   * Executes an operation.
   * @param refusal why the operation must not be executed; undefined when it may
   */
  async run(operation: BulkOperation, refusal: ScimError | undefined): Promise<void> {
    const { index, method, bulkId } = operation;
    const named = {
      ...(method === undefined ? {} : { method }),
      ...(bulkId === undefined ? {} : { bulkId }),
    };
    const started = { at: new Date(), from: performance.now() };
    try {
      if (refusal !== undefined) throw refusal;
      const answer = await this.#dispatch(operation);
      this.#answers[index] = { ...named, ...this.#success(operation, answer) };
      this.#record(operation, started, answer);
    } catch (error) {
      this.errors += 1;
      const fault = faultOf(error);
      if (fault.unknown) this.#onFault(error, this.#request.requestId);
      this.#answers[index] = { ...named, ...this.#failure(operation, fault) };
      this.#record(operation, started, { status: fault.status }, { fault, error });
    }
  }

  /** Each operation has an entry of its own in the provisioning log. */
  #record(
    operation: BulkOperation,
    { at, from }: { readonly at: Date; readonly from: number },
    answer: ScimAnswer,
    refusal?: { readonly fault: Fault; readonly error: unknown },
  ): void {
    const { record, client, requestId, workspaceVersion } = this.#request;
    if (record === undefined) return;
    const { path, data } = this.#resolved(operation);
    const route = routeOf(this.#routes, path);
    record(
      describeRequest({
        method: operation.method ?? '',
        endpoint: route?.endpoint.path,
        id: route?.id ?? '',
        query: NO_PARAMETERS,
        client,
        requestId,
        workspaceVersion,
        sent: isJsonObject(data) ? data : undefined,
        at,
        durationMs: Math.round((performance.now() - from) * 10) / 10,
        answer,
        refusal,
      }),
    );
  }

  async #dispatch(operation: BulkOperation): Promise<ScimAnswer> {
    this.#requireReferences(operation);
    const { path, data } = this.#resolved(operation);
    const { handle, id } = handlerOf(this.#routes, operation.method ?? '', path);
    return handle({
      ...this.#request,
      id,
      query: parseQuery(path),
      body: async () => bodyIn(data),
      ifMatch: operation.version,
      ifNoneMatch: undefined,
    });
  }

  /** @throws ScimError when a bulkId that the operation refers to has no resource */
  #requireReferences(operation: BulkOperation): void {
    for (const bulkId of referencesIn(operation)) {
      if (this.#ids.has(bulkId)) continue;
      throw this.#creators.has(bulkId)
        ? new ScimError(409, `The operation refers to bulkId:${bulkId}, which could not be created.`)
        : new ScimError(400, `No operation of this request creates bulkId:${bulkId}.`, 'invalidValue');
    }
  }

  #resolved(operation: BulkOperation): ReturnType<typeof resolved> {
    return resolved(operation, (bulkId) => this.#ids.get(bulkId));
  }

  #success(operation: BulkOperation, { status, headers = {}, body }: ScimAnswer): BulkAnswer {
    if (operation.method === 'POST' && operation.bulkId !== undefined && isIdentified(body)) {
      this.#ids.set(operation.bulkId, body.id);
    }
    const { Location: location = this.#locationOf(operation), ETag: version } = headers;
    return {
      ...(location === undefined ? {} : { location }),
      ...(version === undefined ? {} : { version }),
      status: String(status),
    };
  }

  /** RFC 7644 §3.7: "When indicating an error, the "response" attribute MUST contain the detail error response". */
  #failure(operation: BulkOperation, fault: Fault): BulkAnswer {
    const location = this.#locationOf(operation);
    return {
      ...(location === undefined ? {} : { location }),
      status: String(fault.status),
      response: errorBody(fault, this.#request.requestId),
    };
  }

  /** RFC 7644 §3.7, location: "REQUIRED in a response, except in the event of a POST failure". */
  #locationOf(operation: BulkOperation): string | undefined {
    if (operation.method === 'POST' || operation.path === '') return undefined;
    const [resource = ''] = this.#resolved(operation).path.split('?');
    return this.#request.baseUrl + resource;
  }
}

/** The endpoint of an operation's path; undefined when there is none. */
function routeOf(routes: Routes, path: string): Route | undefined {
  try {
    return routes(path);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function isIdentified(body: object | undefined): body is { readonly id: string } {
  return body !== undefined && 'id' in body && typeof body.id === 'string';
}

/** @throws ScimError 400 invalidSyntax */
function bodyIn(data: unknown): JsonObject {
  if (isJsonObject(data)) return data;
  throw new ScimError(400, 'The operation needs data: a JSON object.', 'invalidSyntax');
}

/**
 * Finds the handler of a method on a path, as the router does.
 * @throws ScimError 404, 405; 400 for a bulk within a bulk; URIError for a path with an invalid percent-encoding
 */
function handlerOf(
  routes: Routes,
  method: string,
  path: string,
): { readonly handle: Handler; readonly id: string } {
  const [resource = ''] = path.split('?');
  if (/^\/bulk(\/|$)/i.test(resource)) {
    throw new ScimError(400, 'A bulk request cannot contain another.', 'invalidValue');
  }
  const route = routes(resource);
  if (route === undefined) {
    throw new ScimError(404, `Bulk operations cannot use the path ${resource}.`);
  }
  const { endpoint, id } = route;
  const handle = endpoint.methods[method];
  if (handle === undefined) throw new ScimError(405, `${method} is not supported on ${resource}.`);
  return { handle, id };
}
