/** An event of a stream. */
export interface StreamEvent {
  readonly event: string;
  /** The id of the entry, for `Last-Event-ID`. */
  readonly id: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: past the parser, in tests only.
  readonly data: any;
}

/** A stream that a client reads. */
export interface TestStream {
  readonly response: Response;
  /** The next event but heartbeats; waits for it. Undefined when the stream has ended. */
  next(): Promise<StreamEvent | undefined>;
  /** Some events. */
  take(count: number): Promise<(StreamEvent | undefined)[]>;
  /** All events until the stream ends. */
  rest(): Promise<StreamEvent[]>;
  close(): Promise<void>;
}

export interface StreamRequest {
  readonly query: string;
  readonly variables?: object;
}

/** Opens a stream as a client of GraphQL over SSE does. */
export async function openStream(
  url: string,
  credential: string | undefined,
  request: StreamRequest,
  headers: Readonly<Record<string, string>> = {},
): Promise<TestStream> {
  const response = await fetch(`${url}/graphql/stream`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'text/event-stream',
      ...(credential === undefined ? {} : { Authorization: credential }),
      ...headers,
    },
    body: JSON.stringify(request),
  });
  return reading(response);
}

/** Reads the events of an answer. */
export function reading(response: Response): TestStream {
  if (response.body === null) throw new Error('the answer has no body');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const next = async (): Promise<StreamEvent | undefined> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end < 0) {
        const { done, value } = await reader.read();
        if (done) return undefined;
        text += value;
        continue;
      }
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1];
      const event = field('event');
      if (event === undefined) continue;
      return { event, id: field('id'), data: JSON.parse(field('data') || 'null') };
    }
  };
  return {
    response,
    next,
    async take(count) {
      const events = [];
      while (events.length < count) events.push(await next());
      return events;
    },
    async rest() {
      const events = [];
      for (let event = await next(); event !== undefined; event = await next()) events.push(event);
      return events;
    },
    close: () => reader.cancel().catch(() => undefined),
  };
}

const ACTIVITY = 'id action targetType targetId targetLabel';

/** A subscription to the changes of a workspace. */
export function activity(workspaceId: string, after?: string | null): StreamRequest {
  return {
    query: `subscription ($workspaceId: ID!, $after: ID) {
      workspaceActivity(workspaceId: $workspaceId, after: $after) { ${ACTIVITY} }
    }`,
    variables: { workspaceId, after },
  };
}

/** A subscription to the provisioning of a workspace. */
export function provisioning(workspaceId: string, after?: string | null): StreamRequest {
  return {
    query: `subscription ($workspaceId: ID!, $after: ID) {
      scimActivity(workspaceId: $workspaceId, after: $after) {
        id operation targetName status code reference fix { summary }
      }
    }`,
    variables: { workspaceId, after },
  };
}
