import type { AddressInfo } from 'node:net';
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
  const app = express();
  app.get('/:workspaceId', (request: ExportRequest, response: ExportResponse) =>
    sendFile(request, response, { type: 'text/csv', name: 'a.csv', content: content() }, 500),
  );
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const { status, body } = await fetch(`http://127.0.0.1:${port}/w`);
  expect(status).toBe(200);
  const readSlowly = async () => {
    for await (const _ of body ?? []) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  await expect(readSlowly()).rejects.toThrow('terminated');
  await ended.promise;
  server.close();
});
