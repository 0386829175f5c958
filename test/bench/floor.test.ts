import { createServer, type Server } from 'node:http';
import express from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../app.js';
import { graphql } from './floor/graphql.js';
import { graphqlOperations } from './graphql-operations.js';
import { newUser } from './operations.js';
import type { SampleMember } from './seed.js';

/** The bench compares Rollcall with its floor, which has no schema: its answers must follow that of Rollcall. */

let app: TestApp;
let floor: Server;

beforeAll(async () => {
  app = await startTestApp();
  const handler = express().use(
    '/graphql',
    graphql((_name, text, values) => app.database.rows(text, values)),
  );
  floor = createServer(handler).listen(0, '127.0.0.1');
});

afterAll(async () => {
  floor.close();
  await app.stop();
});

test("the floor's GraphQL answers are those of Rollcall, byte by byte", async () => {
  const { workspaceId, apiKey } = await app.workspace({ version: 'V2', credits: 100_000 });
  const members: SampleMember[] = [];
  for (const userName of ['ann@acme.test', 'bob@acme.test', 'cy@acme.test']) {
    const body = JSON.parse(newUser(userName));
    const { body: user } = await app.scim(workspaceId, apiKey).post('/Users', body);
    members.push({ id: String(user.id), userName });
  }
  const keys = { workspaceId, apiKey, graphqlKey: apiKey, ownerToken: '' };
  const operations = graphqlOperations({ ...keys, sample: members, active: members });
  const address = floor.address();
  const floorUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  for (const { name, requests } of operations) {
    for (const { path, method, headers, body } of [0, 1, 2].flatMap(requests)) {
      const request = {
        method: String(method),
        headers: headers as Record<string, string>,
        body: String(body),
      };
      // The floor changes first: what it has set is no change for Rollcall, and has the same version.
      const expected = await (await fetch(`${floorUrl}${path}`, request)).text();
      expect(await (await fetch(`${app.url}${path}`, request)).text(), name).toBe(expected);
    }
  }
});
