import type { Request, Response } from 'express';
import type { Encryption } from '../../auth/encryption.js';
import { SignInRefusal } from '../../domain/sign-in-refusal.js';
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
  readonly request: Incoming & Pick<Request, 'body' | 'originalUrl'>;
  readonly response: Response;
  readonly context: ServiceContext;
  readonly workspaceId: string;
}

/** The parameters of the query, overridden by those of a form. */
export function parametersOf(request: Visit['request']): URLSearchParams {
  const parameters = new URL(request.originalUrl, 'http://rollcall.invalid').searchParams;
  const form: unknown = request.body;
  if (typeof form !== 'object' || form === null) return parameters;
  for (const [name, value] of Object.entries(form)) {
    if (typeof value === 'string') parameters.set(name, value);
  }
  return parameters;
}

/** @throws SignInRefusal SECRET_UNREADABLE on a server that has no key */
export function encryptionOf({ sso }: ServiceContext): Encryption {
  if (sso.encryption === null) throw new SignInRefusal('SECRET_UNREADABLE', 'SECRETS_KEY is not set.');
  return sso.encryption;
}
