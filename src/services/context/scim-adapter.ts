import type { ScimEvent } from '../../domain/provisioning-log.js';

/** A SCIM request to be answered in process, as an identity provider would send it. */
export interface AdapterRequest {
  readonly method: string;
  /** Path and query below the SCIM base URL: `/Users/{id}`. */
  readonly path: string;
  readonly body: unknown;
  readonly baseUrl: string;
}

/** The answer of the adapter, with what the provisioning log would keep of it. */
export interface AdapterAnswer {
  readonly status: number;
  readonly body: object | null;
  readonly event: ScimEvent;
}

/**
 * Answers SCIM requests in process: the adapter that also serves HTTP. Services know only this; the server injects it.
 * @param Context the caller's: the key of an identity provider, on whichever database
 */
export type ScimAdapter<Context> = (context: Context, request: AdapterRequest) => Promise<AdapterAnswer>;
