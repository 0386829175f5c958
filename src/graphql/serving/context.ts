import type { ServiceContext } from '../../services/context/service-context.js';
import type { Loaders } from './loaders.js';

/** The context of resolvers: the services' context, and the loaders of this request. */
export interface Context {
  readonly services: ServiceContext;
  readonly loaders: Loaders;
  /** The origin of absolute URLs in responses, such as `http://localhost:4000`. */
  readonly origin: string;
}
