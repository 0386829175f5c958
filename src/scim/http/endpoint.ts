import type { WorkspaceVersion } from '../../domain/access.js';
import type { JsonObject } from '../../domain/profile.js';
import type { ScimClient, ScimEvent, ScimRead } from '../../domain/provisioning-log.js';
import type { Query } from './query.js';

/** The context of an authenticated client. */
export interface ScimContext {
  /** GraphQL's context for the caller. */
  readonly contextValue: object;
  readonly workspaceVersion: WorkspaceVersion;
  /** Records a request other than an accepted read in the provisioning log; absent where nothing is recorded. */
  readonly record?: ((event: ScimEvent) => void) | undefined;
  /** Records an accepted read; absent where nothing is recorded. */
  readonly recordRead?: ((read: ScimRead) => void) | undefined;
}

/** One authenticated request, as the endpoints receive it. */
export interface ScimRequest extends ScimContext {
  readonly workspaceId: string;
  /** Appended to the detail of every error, in its short form. */
  readonly requestId: string;
  /** The SCIM base URL of the workspace, absolute, without a trailing slash. */
  readonly baseUrl: string;
  /** The `:id` of the path; empty on paths without one. */
  readonly id: string;
  readonly query: Query;
  /** Reads the body. Throws ScimError when it cannot be read. */
  body(): Promise<JsonObject>;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly client: ScimClient;
}

/** The answer to a request. 204 and 304 have no `body`. */
export interface ScimAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** `jsonOf` makes the text of it. */
  readonly body?: object;
  /** Whether an active member got its userName, for the provisioning log. */
  readonly tookUserName?: boolean;
}

/** Answers one method on a path. Throws DomainError or ScimError to refuse. */
export type Handler = (request: ScimRequest) => ScimAnswer | Promise<ScimAnswer>;

/** A path below the base URL, in Express's notation, with a handler for each method. Other methods are answered with 405. */
export interface Endpoint {
  readonly path: string;
  readonly methods: Readonly<Record<string, Handler>>;
  /** The most bytes of a body, where it may be larger than elsewhere. */
  readonly maxBodyBytes?: number;
}
