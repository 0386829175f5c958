import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import express from 'express';
import { expect, test } from 'vitest';
import { sendFile } from '../../../src/exports/file.js';
import type { ExportRequest, ExportResponse } from '../../../src/exports/router.js';

test('a download that is read too slowly is cut after a time, however regularly it is read', async () => {
  const ended = Promise.withResolvers<void>();
  async function* content() {
    try {
      for (;;) yield 'x'.repeat(1_000_000);
    } finally {
      ended.resolve();
    }
  }
  const { server, port } = await serving(content(), 500);
  const { status, body } = await fetch(`http://127.0.0.1:${port}/w`);
  expect(status).toBe(200);
  const readSlowly = async () => {
    for await (const _ of body ?? []) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  await expect(readSlowly()).rejects.toThrow('terminated');
  await ended.promise;
  server.close();
});

test('a file that fails on the way resets the connection, which HTTP/1.0 would take for its end', async () => {
  async function* content() {
    yield 'x'.repeat(1000);
    throw new Error('the database is gone');
  }
  const { server, port } = await serving(content());
  const socket = connect(port, '127.0.0.1').resume();
  socket.write('GET /w HTTP/1.0\r\n\r\n');
  const [error] = await once(socket, 'error');
  expect(error).toMatchObject({ code: 'ECONNRESET' });
  server.close();
});

async function serving(content: AsyncIterable<string>, longestMs?: number) {
  const app = express().set('env', 'test');
  app.get('/:workspaceId', (request: ExportRequest, response: ExportResponse) =>
    sendFile(request, response, { type: 'text/csv', name: 'a.csv', content }, longestMs),
  );
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, port };
}
