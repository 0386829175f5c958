import { scim } from '@better-auth/scim';
import { type BetterAuthOptions, betterAuth } from 'better-auth';
import pg from 'pg';
import type { DatabaseTarget } from '../../../src/database/orm.ts';
import { pgOptions } from '../database.ts';
import { PUBLIC_URL } from '../server-process.ts';

/** Where its tables are: some have the names of Rollcall's. */
export const SCHEMA = 'better_auth';

/** The directory that provisions. */
export const CONNECTION = 'okta';

export const TOKEN = 'of-the-bench';

/** Where its own router serves SCIM by default. */
export const USERS_PATH = '/api/auth/scim/v2/Users';

/** Connections of pg that find better-auth's tables first. */
export function poolOf(target: DatabaseTarget, poolSize: number): pg.Pool {
  return new pg.Pool({ ...pgOptions(target), options: `-c search_path=${SCHEMA}`, max: poolSize });
}

/**
 * better-auth with SCIM and nothing else, in what costs it least: the connection and its token are code (a managed
 * connection would be looked up for each request), and nothing is limited or reported.
 */
export function optionsOf(pool: pg.Pool): BetterAuthOptions {
  return {
    // A pool makes its adapter use native transactions, which its SCIM insists on.
    database: pool,
    baseURL: PUBLIC_URL,
    secret: 'a secret of the bench that hides nothing',
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    plugins: [
      scim({
        connections: [{ id: CONNECTION, credentials: [{ type: 'bearer', id: 'token', token: TOKEN }] }],
      }),
    ],
  };
}

/** better-auth on tables that are there already. */
export function betterAuthOn(pool: pg.Pool) {
  return betterAuth(optionsOf(pool));
}
