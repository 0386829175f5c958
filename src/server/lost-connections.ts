import type { Worker } from 'node:cluster';

/**
 * Closes the connections that a worker had been sent and had not taken when it was killed, so that their clients notice.
 * Node leaves them open in the primary process, where nobody reads them. It has no interface for this, so the messages by
 * which it hands connections over are watched.
 */
export function closeLostConnections({ process: worker }: Worker): void {
  /** By the number of the message. */
  const underWay = new Map<unknown, Closable>();
  const { send } = worker;
  worker.send = (message: unknown, handle?: unknown, ...others: unknown[]): boolean => {
    if (valueIn(message, 'act') === 'newconn' && isClosable(handle))
      underWay.set(valueIn(message, 'seq'), handle);
    return Reflect.apply(send, worker, [message, handle, ...others]);
  };
  worker.on('internalMessage', (answer: unknown) => underWay.delete(valueIn(answer, 'ack')));
  worker.once('exit', () => {
    for (const connection of underWay.values()) connection.close();
  });
}

interface Closable {
  close(): void;
}

function isClosable(handle: unknown): handle is Closable {
  return typeof valueIn(handle, 'close') === 'function';
}

function valueIn(message: unknown, name: string): unknown {
  return typeof message === 'object' && message !== null ? Reflect.get(message, name) : undefined;
}
