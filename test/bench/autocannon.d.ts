/** The parts of autocannon that the bench uses; the package has no types. */
declare module 'autocannon' {
  export interface Request {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    /** Called before each sending; its answer is what is sent. */
    readonly setupRequest?: (request: Request) => Request;
  }

  /** One connection. */
  export interface Client {
    setRequests(requests: readonly Request[]): void;
  }

  export interface Options {
    readonly url: string;
    readonly connections: number;
    /** Seconds. */
    readonly duration?: number;
    /** How many requests in all, instead of a duration. */
    readonly amount?: number;
    setupClient(client: Client): void;
  }

  export interface Result {
    /** Seconds, as they have really passed; whole ones when an amount was sent. */
    readonly duration: number;
    readonly '2xx': number;
    readonly non2xx: number;
    readonly errors: number;
    readonly timeouts: number;
    /** Milliseconds. */
    readonly latency: { readonly p50: number; readonly p99: number };
  }

  /** Awaited, it gives the result. */
  export interface Instance extends PromiseLike<Result> {
    stop(): void;
    on(event: 'response', listener: () => void): void;
  }

  export default function autocannon(options: Options): Instance;
}
