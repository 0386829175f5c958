import type { ScimEvent } from '../../domain/provisioning-log.js';

/** A SCIM request, as an identity provider would send it, for the adapter in this process. */
export interface AdapterRequest {
  readonly method: string;
  /** Path and query below the SCIM base URL: `/Users/{id}`. */
  readonly path: string;
  readonly body: unknown;
  readonly baseUrl: string;
}

/** The answer of the adapter, with the event that the provisioning log would store. */
export interface AdapterAnswer {
  readonly status: number;
  readonly body: object | null;
  readonly event: ScimEvent;
}

/**
 * Answers SCIM requests in process: the adapter that also serves HTTP. Services know only this; the server injects it.
 * @param Context the context of the caller, which is an identity provider's key
 */
export type ScimAdapter<Context> = (context: Context, request: AdapterRequest) => Promise<AdapterAnswer>;
