import { connect, createApp, createLogger, Database, prepareForRequests } from './product.ts';
import { PUBLIC_URL, serveForBench } from './server-process.ts';

/** Our server, composed as `serve.ts` composes it: it authenticates, authorizes, applies the rules, audits and logs. */
await serveForBench(async ({ target, poolSize, provisioningLogDays }) => {
  const orm = await connect(target, poolSize);
  const app = await createApp({
    database: await Database.over(orm),
    logger: createLogger({ logLevel: 'info' }),
    operatorToken: undefined,
    publicUrl: PUBLIC_URL,
    playground: false,
    provisioningLogDays,
  });
  prepareForRequests();
  return app.handler;
});
