import { connect, createApp, createLogger, Database, prepareForRequests } from './product.ts';
import { PUBLIC_URL, serveForBench } from './server-process.ts';

/**
 * Our server, composed as `serve.ts` composes it: it authenticates, authorizes, applies the rules, audits and logs. At its
 * second port it has no provisioning log: two processes of one program differ by more than the log costs.
 */
await serveForBench(async ({ target, poolSize }) => {
  const orm = await connect(target, poolSize);
  const database = await Database.over(orm);
  const appWith = (provisioningLogDays: number | undefined) =>
    createApp({
      database,
      logger: createLogger({ logLevel: 'info' }),
      operatorToken: undefined,
      publicUrl: PUBLIC_URL,
      playground: false,
      provisioningLogDays,
    });
  const apps = [await appWith(undefined), await appWith(0)];
  prepareForRequests();
  return apps.map(({ handler }) => handler);
});
