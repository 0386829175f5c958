import { fileURLToPath } from 'node:url';
import { Migrator } from '@mikro-orm/migrations';
import { defineConfig, MikroORM } from '@mikro-orm/postgresql';
import { entities } from '../model/index.js';
import type { DatabaseAddress } from './embedded.js';
import { PreparingClient } from './preparing-client.js';

/** Where the database is: an address, or a `postgresql://` URL with whatever options pg understands. */
export type DatabaseTarget = DatabaseAddress | { readonly url: string };

const MIGRATIONS = fileURLToPath(new URL('./migrations', import.meta.url));

/**
 * Opens the model on a database.
 * @param target where it is
 * @param poolSize the most connections to hold
 * @returns MikroORM, connected; `close()` gives the connections back
 */
export async function connect(target: DatabaseTarget, poolSize = 20): Promise<MikroORM> {
  const place =
    'url' in target
      ? {
          dbName: decodeURIComponent(new URL(target.url).pathname.slice(1)),
          driverOptions: { connectionString: target.url },
        }
      : {
          dbName: target.database,
          host: target.host,
          port: target.port,
          user: target.user,
          ...(target.password === undefined ? {} : { password: target.password }),
          driverOptions: {},
        };
  const orm = await MikroORM.init(
    defineConfig({
      ...place,
      entities,
      extensions: [Migrator],
      // Every class states its types, so nothing is discovered from files and nothing needs a cache.
      discovery: { warnWhenNoEntities: true },
      // Migrations are loaded as this file was: the tests' own loader finds a `.js` import in a `.ts` file, Node's does not.
      dynamicImportProvider: (id) => import(id),
      pool: { min: 0, max: poolSize },
      driverOptions: { ...place.driverOptions, Client: PreparingClient },
      // Functions are the migrations' own: an index may need one that is more than a body.
      schemaGenerator: { ignoreRoutines: true },
      migrations: {
        path: MIGRATIONS,
        pathTs: MIGRATIONS,
        emit: 'ts',
        glob: '!(*.d).{js,ts}',
        snapshot: false,
        allOrNothing: true,
        silent: true,
      },
    }),
  );
  await orm.connect();
  return orm;
}
