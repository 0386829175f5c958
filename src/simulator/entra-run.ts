import type { ProviderHeaders } from './client.js';
import type { Dialect } from './entra-dialect.js';
import type { PersonRun } from './person-run.js';

/** The state that the steps of Entra share. */
export interface EntraRun extends PersonRun {
  readonly dialect: Dialect;
}

/** @returns Entra's headers: the secret token is sent as a bearer token. */
export function entraHeaders(token: string): ProviderHeaders {
  return {
    // Entra sends no User-Agent of its own.
    userAgent: 'rollcall simulate entra',
    accept: 'application/scim+json',
    bodyType: 'application/scim+json; charset=utf-8',
    authorization: `Bearer ${token}`,
  };
}
