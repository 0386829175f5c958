import { connect, type Socket } from 'node:net';

/** One answer as it stood on the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A connection on which a test sends exact bytes. */
export interface RawConnection {
  send(text: string): void;
  /** All that came back until the server closed the connection; fails when it is broken off. */
  closed(): Promise<string>;
  /** Waits until so many answers have come, interim ones (1xx) aside. */
  answers(count: number): Promise<readonly RawAnswer[]>;
  end(): void;
}

/** Opens a connection to the server of a test. */
export async function connectTo(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket: Socket = connect(Number(port), hostname);
  await new Promise((resolve) => socket.once('connect', resolve));
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk;
  });
  const ended = new Promise<string>((resolve, reject) => {
    socket.once('end', () => resolve(text)).once('error', reject);
  });
  // Tests that do not check the end must not fail because of it.
  ended.catch(() => undefined);
  return {
    send: (bytes) => {
      socket.write(bytes, 'latin1');
    },
    closed: () => ended,
    async answers(count) {
      for (;;) {
        const answers = answersIn(text);
        if (answers.length >= count) return answers;
        await new Promise((resolve, reject) => {
          socket.once('data', resolve).once('end', () => reject(new Error(`closed after ${text}`)));
        });
      }
    },
    end: () => socket.destroy(),
  };
}

/** Splits the received bytes into answers; an incomplete one is omitted. */
export function answersIn(text: string, answers: readonly RawAnswer[] = []): readonly RawAnswer[] {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return answers;
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const status = Number(statusLine.split(' ')[1]);
  const rest = text.slice(end + 4);
  if (status < 200) return answersIn(rest, answers);
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  const length = Number(headers['content-length'] ?? 0);
  if (rest.length < length) return answers;
  return answersIn(rest.slice(length), [...answers, { status, headers, body: rest.slice(0, length) }]);
}
