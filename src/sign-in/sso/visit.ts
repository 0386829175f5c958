import type { Request, Response } from 'express';
import type { ServiceContext } from '../../services/context/service-context.js';
import type { Incoming, OriginOf } from '../incoming.js';
import type { Providers } from './providers.js';

export interface SsoRouterOptions {
  readonly providers: Providers;
  /** The context of a request, whose caller is the session that the browser has so far. */
  contextFor(request: Incoming, requestId: string): Promise<ServiceContext>;
  /** Where the browser reached us. */
  readonly originOf: OriginOf;
  /** Told of faults that nobody expected. */
  onFault(error: unknown, requestId: string): void;
}

/** One request to a route of single sign-on. */
export interface Visit {
  readonly request: Request;
  readonly response: Response;
  readonly context: ServiceContext;
  readonly workspaceId: string;
}

/** The parameters of the query, and over them those of a form. */
export function parametersOf(request: Request): URLSearchParams {
  const parameters = new URL(request.originalUrl, 'http://rollcall.invalid').searchParams;
  const form: unknown = request.body;
  if (typeof form !== 'object' || form === null) return parameters;
  for (const [name, value] of Object.entries(form)) {
    if (typeof value === 'string') parameters.set(name, value);
  }
  return parameters;
}
