import type { Request, Response } from 'express';
import type { ServiceContext } from '../../services/context/service-context.js';
import type { Incoming, OriginOf } from '../incoming.js';
import type { Providers } from './providers.js';

export interface SsoRouterOptions {
  readonly providers: Providers;
  /** Returns the context of a request, whose caller is the browser's present session. */
  contextFor(request: Incoming, requestId: string): Promise<ServiceContext>;
  /** Returns the origin that the browser uses for this server. */
  readonly originOf: OriginOf;
  /** Called with every unexpected error. */
  onFault(error: unknown, requestId: string): void;
}

/** One request to a route of single sign-on. */
export interface Visit {
  readonly request: Request;
  readonly response: Response;
  readonly context: ServiceContext;
  readonly workspaceId: string;
}

/** The parameters of the query, overridden by those of a form. */
export function parametersOf(request: Request): URLSearchParams {
  const parameters = new URL(request.originalUrl, 'http://rollcall.invalid').searchParams;
  const form: unknown = request.body;
  if (typeof form !== 'object' || form === null) return parameters;
  for (const [name, value] of Object.entries(form)) {
    if (typeof value === 'string') parameters.set(name, value);
  }
  return parameters;
}
