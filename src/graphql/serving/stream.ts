import { once } from 'node:events';
import type { Request, Response } from 'express';
import type { ExecutionResult } from 'graphql';
import { createHandler, type Handler, type RequestParams } from 'graphql-sse';
import type { Context } from './context.js';
import { requestIds } from './errors.js';
import { SharedAnswers } from './shared-answers.js';
import { type Answers, type SubscriptionOptions, subscribe } from './subscription.js';
import { Turnstile } from './turnstile.js';

/** How long a client may not read before its stream ends. */
const STALLED_MS = 60_000;

export interface StreamOptions extends Omit<SubscriptionOptions, 'shared'> {
  /** Absent: a minute. */
  readonly stalledMs?: number | undefined;
}

/** A request for a stream: its context, and how far the client has read. */
interface Stream {
  readonly context: Context;
  readonly pace: Pace;
}

/** Holds each answer back until the client has read the one before, so that nothing is queued for a slow client. */
class Pace {
  answers: Answers | undefined;
  /** The id of the entry that is being sent. */
  id: string | undefined;
  #isFree = true;
  #wake: () => void = () => undefined;

  async turn(): Promise<void> {
    if (!this.#isFree) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#isFree = false;
  }

  sent(): void {
    this.#isFree = true;
    this.#wake();
  }
}

/** Answers subscriptions as server-sent events, each on a connection of its own (GraphQL over SSE, distinct mode). */
export class Streams {
  readonly #handler: Handler<Request, Stream>;
  readonly #open = new Set<Answers>();
  readonly #stalledMs: number;
  readonly #turnstile = new Turnstile();

  constructor(options: StreamOptions) {
    this.#stalledMs = options.stalledMs ?? STALLED_MS;
    const shared = new SharedAnswers(options.schema);
    this.#handler = createHandler<Request, Stream>({
      // No token: nobody attaches operations to the stream of another request.
      authenticate: () => null,
      onSubscribe: ({ context }, params) => this.#begin(context, params, { ...options, shared }),
      onNext: async (_context, { context: { pace } }, answer) => {
        await pace.turn();
        await this.#turnstile.pass();
        pace.id = pace.answers?.idOf(answer);
      },
    });
  }

  /** Answers a request. @throws any unexpected error, before or after the answer has begun */
  async answer(request: Request, response: Response, context: Context): Promise<void> {
    const pace = new Pace();
    const { requestId } = response.locals;
    // What the library does later, for each entry, belongs to the request too.
    const [body, { status }] = await requestIds.run(requestId, () =>
      this.#handler({
        method: request.method,
        url: request.url,
        // Every client of this address wants a stream, whatever it accepts.
        headers: { get: (name) => (name === 'accept' ? 'text/event-stream' : request.get(name)) },
        body: () => request.body ?? null,
        raw: request,
        context: { context, pace },
      }),
    );
    if (body === null || typeof body === 'string') {
      // What the library says of a request that it cannot read is for programmers of servers.
      const message = 'Send a subscription as JSON: {"query": "subscription { … }", "variables": { … }}.';
      response.status(status).json({ errors: [{ message, extensions: { code: 'BAD_REQUEST', requestId } }] });
      return;
    }
    const { answers } = pace;
    if (answers !== undefined) this.#open.add(answers);
    const leave = () => void body.return();
    response.once('close', leave);
    try {
      response.writeHead(200, HEADERS);
      if (response.destroyed) leave();
      await this.#send(body, response, pace);
    } finally {
      response.off('close', leave);
      leave();
      if (answers !== undefined) this.#open.delete(answers);
    }
  }

  /** Ends all streams with SUBSCRIPTION_INTERRUPTED, before the server stops. */
  close(): void {
    for (const answers of this.#open) answers.interrupt('The server is stopping.');
  }

  async #begin(
    { context, pace }: Stream,
    { query, operationName, variables }: RequestParams,
    options: SubscriptionOptions,
  ): Promise<Answers | ExecutionResult> {
    const answers = await subscribe({ query, operationName, variables }, context, options);
    if ('interrupt' in answers) pace.answers = answers;
    return answers;
  }

  async #send(chunks: AsyncIterable<string>, response: Response, pace: Pace): Promise<void> {
    for await (const chunk of chunks) {
      const isAnswer = chunk.startsWith(NEXT);
      const id = isAnswer && pace.id !== undefined ? `id: ${pace.id}\n` : '';
      if (response.write(`${id}${chunk}`) || (await this.#isTaken(response))) {
        if (isAnswer) pace.sent();
        continue;
      }
      // A client that reads on within a minute gets this answer too.
      pace.answers?.interrupt('The client did not read for too long.');
      const last = await pace.answers?.next();
      if (last?.done === false) response.write(`${NEXT}\ndata: ${JSON.stringify(last.value)}\n\n`);
      response.write('event: complete\ndata:\n\n');
      setTimeout(() => response.destroy(), STALLED_MS).unref();
      break;
    }
    response.end();
  }

  /** Whether the client reads what was written, before it has stalled. */
  async #isTaken(response: Response): Promise<boolean> {
    const left = new AbortController();
    const timeout = setTimeout(() => left.abort(), this.#stalledMs);
    try {
      await Promise.race([
        once(response, 'drain', { signal: left.signal }),
        once(response, 'close', { signal: left.signal }),
      ]);
      return true;
    } catch {
      return false;
    } finally {
      clearTimeout(timeout);
      left.abort();
    }
  }
}

/** How the library begins an answer. */
const NEXT = 'event: next';

/** `no-transform` and `X-Accel-Buffering` keep proxies from holding events back. */
const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
};
