import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestHandler } from 'express';

/**
 * Serves the requests of one connection one after another. Node starts each as soon as it arrives and orders only the
 * answers, so a pipelined GET could read the state before the PATCH that precedes it.
 *
 * RFC 9112 §9.3.2: "A server MAY process a sequence of pipelined requests in parallel if they all have safe methods";
 * §9.6, of a server that sends a "close" connection option: "The server MUST NOT process any further requests received
 * on that connection."
 */
export function inTurn(): RequestHandler {
  const latest = new WeakMap<Socket, ServerResponse>();
  return ({ socket }, response, next) => {
    const former = latest.get(socket);
    latest.set(socket, response);
    if (former === undefined || former.closed) {
      next();
      return;
    }
    former.once('close', () => {
      if (socket.writable) next();
    });
  };
}
