import express from 'express';
import pg from 'pg';
import { pgOptions } from './database.ts';
import { graphql } from './floor/graphql.ts';
import { askOn } from './floor/rows.ts';
import { scim } from './floor/scim.ts';
import { serveForBench } from './server-process.ts';

/**
 * The floor: the cost of the same answers in Express with SQL by hand, on the same tables. It has no keys, no rules, no
 * audit, no request log and no faults; nothing that it leaves out would make it faster.
 */
await serveForBench(async ({ target, poolSize }) => {
  const ask = askOn(new pg.Pool({ ...pgOptions(target), max: poolSize }));
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use('/scim/v2/organizations/:workspaceId/Users', scim(ask));
  app.use('/graphql', graphql(ask));
  return [app];
});
