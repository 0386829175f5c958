import type { ProviderHeaders } from './client.js';
import type { Dialect } from './entra-dialect.js';
import type { PersonRun } from './person-run.js';

/** What the steps of Entra know together. */
export interface EntraRun extends PersonRun {
  readonly dialect: Dialect;
}

/** @returns how Entra speaks: the secret token is a bearer token. */
export function entraHeaders(token: string): ProviderHeaders {
  return {
    // Entra names no agent of its own.
    userAgent: 'rollcall simulate entra',
    accept: 'application/scim+json',
    bodyType: 'application/scim+json; charset=utf-8',
    authorization: `Bearer ${token}`,
  };
}
