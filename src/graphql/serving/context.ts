import type { ServiceContext } from '../../services/context/service-context.js';
import type { Loaders } from './loaders.js';

/** What resolvers get: the services' context, and the batches of this request. */
export interface Context {
  readonly services: ServiceContext;
  readonly loaders: Loaders;
  /** The origin of absolute URLs in answers, such as `http://localhost:4000`. */
  readonly origin: string;
}
