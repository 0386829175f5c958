import type { Request } from 'express';

/** What is read of a request, whatever its route. */
export type Incoming = Pick<Request, 'headers' | 'host' | 'ip' | 'method' | 'protocol'>;

/** The origin at which a request reaches us. */
export type OriginOf = (request: Incoming) => string;
