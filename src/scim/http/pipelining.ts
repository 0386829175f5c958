import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestHandler } from 'express';

/**
 * Lets the requests of one connection through one after the other. Node begins each as soon as it has come, and keeps
 * only the answers in order: a GET behind a PATCH would read what was before it.
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
