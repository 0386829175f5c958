import { AsyncLocalStorage } from 'node:async_hooks';

/** The request for which statements run. */
export interface RequestScope {
  /** Identifies the request. */
  readonly request: object;
  /** Whose share of the connections it uses: a workspace, a person or a network address. */
  share: string;
  /** Whether the client has closed the connection, so that nobody waits for the answer. */
  isGone(): boolean;
  /** Whether its time is over. */
  isLate(): boolean;
}

const scopes = new AsyncLocalStorage<RequestScope>();

/** Runs work for a request: its statements use the request's share, and end when its time is over. */
export function inRequest<Result>(scope: RequestScope, work: () => Result): Result {
  return scopes.run(scope, work);
}

/** Runs work that must not end with the present request, such as a lookup that several requests wait for. */
export function outlastingRequest<Result>(work: () => Result): Result {
  const scope = scopes.getStore();
  if (scope === undefined) return work();
  const { request, share } = scope;
  return scopes.run(withoutEnd(request, share), work);
}

/** Runs work for several requests, which ends with none of them. @param share whose share of the connections it uses */
export function forRequests<Result>(share: string | undefined, work: () => Result): Result {
  if (share === undefined) return work();
  return scopes.run(withoutEnd({}, share), work);
}

function withoutEnd(request: object, share: string): RequestScope {
  return { request, share, isGone: () => false, isLate: () => false };
}

export function currentRequest(): RequestScope | undefined {
  return scopes.getStore();
}

/** Says whose share the present request uses, once that is known. */
export function setShare(share: string): void {
  const scope = scopes.getStore();
  if (scope !== undefined) scope.share = share;
}
