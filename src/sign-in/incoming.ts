import type { Request } from 'express';

/** The parts of a request that sign-in reads on every route. */
export type Incoming = Pick<Request, 'headers' | 'host' | 'ip' | 'method' | 'protocol'>;

/** Returns the origin that a client uses for this server. */
export type OriginOf = (request: Incoming) => string;
