/**
 * The product as it is built: what is measured is what is shipped. The build has no declarations of its own, so the
 * types are the sources'.
 */
const built = (file: string) => import(new URL(`../../dist/${file}`, import.meta.url).href);

const { prepareToLoad, prepareForRequests }: typeof import('../../src/server/runtime.ts') =
  await built('server/runtime.js');
prepareToLoad();

export { prepareForRequests };
export const { createApp }: typeof import('../../src/server/app.ts') = await built('server/app.js');
export const { createLogger }: typeof import('../../src/server/logger.ts') = await built('server/logger.js');
export const { Database }: typeof import('../../src/database/database.ts') =
  await built('database/database.js');
export const { startEmbeddedPostgres }: typeof import('../../src/database/embedded/start.ts') = await built(
  'database/embedded/start.js',
);
export const { migrate }: typeof import('../../src/database/migrate.ts') = await built('database/migrate.js');
export const { connect }: typeof import('../../src/database/orm.ts') = await built('database/orm.js');
export const { createPartitions, dayOf }: typeof import('../../src/services/provisioning-log/partitions.ts') =
  await built('services/provisioning-log/partitions.js');
export const { declaredStatements }: typeof import('../../src/database/statement.ts') =
  await built('database/statement.js');
export const apiKeys: typeof import('../../src/services/api-keys.ts') = await built('services/api-keys.js');
export const { localContext }: typeof import('../../src/services/context/system.ts') = await built(
  'services/context/system.js',
);
export const { create: createSession }: typeof import('../../src/services/sessions/create.ts') = await built(
  'services/sessions/create.js',
);
export const workspaces: typeof import('../../src/services/workspaces/commands.ts') = await built(
  'services/workspaces/commands.js',
);
