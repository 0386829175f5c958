import { randomUUID } from 'node:crypto';
import { type Pooler, PrimaryClient, type PrimaryConfig } from './hosts.js';
import type { DatabaseLimits } from './limits.js';
import { UnusableDatabaseError } from './migrate.js';

interface Found {
  readonly lock: number;
  readonly statement: number;
  readonly idle: number;
  readonly isNamed: boolean;
}

/**
 * Looks at the connections of a PgBouncer in transaction mode.
 * @param limits the time-outs that its connections must have: it passes none on from its clients
 * @returns what it can do
 * @throws UnusableDatabaseError when its connections have other time-outs; the driver's error when it cannot be reached
 */
export async function examinePooler(config: PrimaryConfig, limits: DatabaseLimits): Promise<Pooler> {
  const client = new PrimaryClient({ ...config, connectionTimeoutMillis: limits.waitMs });
  // A failing query reports the error too.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { lock, statement, idle, isNamed } = await ask(client);
    const { lockMs, statementMs, idleInTransactionMs } = limits;
    if (lock !== lockMs || statement !== statementMs || idle !== idleInTransactionMs) {
      throw new UnusableDatabaseError(
        'The connections of the PgBouncer in DATABASE_URL have other time-outs than the settings say. Add this to the ' +
          `line of its database: connect_query='set lock_timeout = ${lockMs}; set statement_timeout = ${statementMs}; ` +
          `set idle_in_transaction_session_timeout = ${idleInTransactionMs}'`,
      );
    }
    return { prepares: !isNamed };
  } finally {
    await client.end();
  }
}

/** A PgBouncer that keeps prepared statements gives them names of its own; any other passes the client's name on. */
async function ask(client: PrimaryClient): Promise<Found> {
  const name = `rollcall_${randomUUID().replaceAll('-', '')}`;
  await client.query('begin read only');
  const { rows } = await client.query<Found>({
    name,
    text: `
      select max(setting::integer) filter (where name = 'lock_timeout') as "lock",
        max(setting::integer) filter (where name = 'statement_timeout') as "statement",
        max(setting::integer) filter (where name = 'idle_in_transaction_session_timeout') as "idle",
        exists (select 1 from pg_prepared_statements where name = $1) as "isNamed"
      from pg_settings`,
    values: [name],
  });
  const [found] = rows;
  if (found === undefined) throw new Error('an aggregate has one row');
  if (found.isNamed) await client.query(`deallocate ${name}`);
  await client.query('commit');
  return found;
}
