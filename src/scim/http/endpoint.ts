import type { WorkspaceVersion } from '../../domain/access.js';
import type { JsonObject } from '../../domain/profile.js';
import type { Query } from './query.js';

/** One authenticated request, as the endpoints receive it. */
export interface ScimRequest {
  readonly workspaceId: string;
  readonly workspaceVersion: WorkspaceVersion;
  /** Appended to the detail of every error. */
  readonly requestId: string;
  /** The GraphQL context of the caller. */
  readonly contextValue: object;
  /** The SCIM base URL of the workspace, absolute, without a slash at its end. */
  readonly baseUrl: string;
  /** The `:id` of the path; empty on paths without one. */
  readonly id: string;
  readonly query: Query;
  /** Reads the body. Throws ScimError when it cannot be read. */
  body(): Promise<JsonObject>;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

/** The answer to a request. 204 and 304 have no `body`. */
export interface ScimAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** Answers one method on a path. Throws DomainError or ScimError to refuse. */
export type Handler = (request: ScimRequest) => ScimAnswer | Promise<ScimAnswer>;

/** A path below the base URL, in Express's notation, with a handler for each method. Other methods are answered with 405. */
export interface Endpoint {
  readonly path: string;
  readonly methods: Readonly<Record<string, Handler>>;
}
