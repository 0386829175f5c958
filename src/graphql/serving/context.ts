import type { ServiceContext } from '../../services/context/service-context.js';
import type { Activity } from '../../services/live/activity.js';
import type { Loaders } from './loaders.js';

/** The context of resolvers: the services' context, and the loaders of this request. */
export interface Context {
  readonly services: ServiceContext;
  readonly loaders: Loaders;
  /** The origin of absolute URLs in responses, such as `http://localhost:4000`. */
  readonly origin: string;
  /** Only of a request for a stream. */
  readonly stream?: StreamContext;
}

/** What a subscription needs for as long as it lasts. */
export interface StreamContext {
  readonly activity: Activity;
  /** The header `Last-Event-ID`: the last entry that the client has, where it connects again. */
  readonly lastEventId: string | undefined;
  /** Verifies the caller's credential again. @returns the context of the caller as it is now */
  readonly renew: () => Promise<ServiceContext>;
  /** A context for one entry, with loaders that have cached nothing. */
  readonly current: () => Context;
}
