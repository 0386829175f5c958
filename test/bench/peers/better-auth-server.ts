import { toNodeHandler } from 'better-auth/node';
import pg from 'pg';
import { countStatements, serveForBench } from '../server-process.ts';
import { betterAuthOn, poolOf } from './better-auth.ts';

countStatements(pg.Client);

/**
 * better-auth's SCIM in one process, by its own handler for Node, on the tables that `seedBetterAuth` has filled.
 *
 * It does all that is measured: users by id, by `userName eq`, in pages (`startIndex` and `count` are heeded, 100 is
 * the most), created, replaced and patched, `active` among them. What differs from Rollcall:
 *
 * - A user who names Rollcall's extension is refused with 400; it knows the core User and the Enterprise User only.
 *   `withoutExtension` makes a body that it takes.
 * - Users have neither role nor credit limit, and their answers no ETag and no `meta.version`.
 * - Of filters it takes `eq` and `and`, on `id`, `userName`, `externalId` and emails.
 * - Each list, whatever its filter, and each creation first asks whether a user of the connection is of another domain.
 *   No index of its own answers that, so PostgreSQL looks at every user. A page's `totalResults` are counted besides.
 * - Each change ends by counting up one row of the connection: changes wait for each other's commits.
 */
await serveForBench(async ({ target, poolSize }) => [toNodeHandler(betterAuthOn(poolOf(target, poolSize)))]);
