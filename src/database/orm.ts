import { fileURLToPath } from 'node:url';
import { Migrator } from '@mikro-orm/migrations';
import { defineConfig, MikroORM } from '@mikro-orm/postgresql';
import { entities } from '../model/index.js';
import type { DatabaseAddress } from './address.js';
import { DraftGenerator } from './draft.js';
import { type Pooler, Primary, type PrimaryConfig, parseDatabaseUrl } from './hosts.js';
import { connectionParameters, type DatabaseLimits, UNLIMITED } from './limits.js';
import { PreparingClient } from './preparing-client.js';

/** The database to connect to: an address, or a `postgresql://` URL with any options of pg. */
export type DatabaseTarget = DatabaseAddress | { readonly url: string };

/** The directory of the migrations. */
export const MIGRATIONS = fileURLToPath(new URL('./migrations', import.meta.url));

/**
 * Connects MikroORM, with the model, to a database.
 * @param poolSize the most connections to open
 * @param limits how long statements may take; migrations need it unlimited
 * @param pooler present when the URL names a PgBouncer
 * @returns MikroORM; `close()` closes the connections
 */
export async function connect(
  target: DatabaseTarget,
  poolSize = 20,
  limits: DatabaseLimits = UNLIMITED,
  pooler?: Pooler,
): Promise<MikroORM> {
  const place =
    'url' in target
      ? placeOf(target.url)
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
      // Every class declares its types, so MikroORM needs neither discovery from files nor a cache.
      discovery: { warnWhenNoEntities: true },
      // Migrations are loaded as this file was: the tests' own loader finds a `.js` import in a `.ts` file, Node's does not.
      dynamicImportProvider: (id) => import(id),
      pool: { min: 0, max: poolSize },
      driverOptions: {
        ...place.driverOptions,
        ...connectionParameters(limits, pooler !== undefined),
        ...(pooler !== undefined && { pooler }),
        Client: PreparingClient,
      },
      // Functions are written in migrations: the model cannot describe one that an index uses.
      schemaGenerator: { ignoreRoutines: true },
      migrations: {
        path: MIGRATIONS,
        pathTs: MIGRATIONS,
        emit: 'ts',
        generator: DraftGenerator,
        glob: '!(*.d).{js,ts}',
        snapshot: false,
        // One after the other, so that no lock is held until the last one.
        allOrNothing: false,
        silent: true,
      },
    }),
  );
  await orm.connect();
  return orm;
}

function placeOf(text: string) {
  const driverOptions = clientConfig(text);
  const { pathname } = new URL(driverOptions.connectionString);
  return { dbName: decodeURIComponent(pathname.slice(1)), driverOptions };
}

/**
 * The configuration of a client of the database with this URL.
 * @throws TypeError for a URL that the configuration would have refused
 */
export function clientConfig(text: string): PrimaryConfig & { readonly connectionString: string } {
  const parsed = parseDatabaseUrl(text);
  if (parsed === undefined) throw new TypeError('The URL of the database is malformed.');
  const { url, hosts } = parsed;
  const primary = new Primary(hosts);
  return { connectionString: url, ...(hosts.length > 1 && { primary: () => primary }) };
}
