import pg from 'pg';
import type { DatabaseTarget } from '../../src/database/orm.ts';
import { pgOptions } from './database.ts';
import { apiKeys, connect, Database, localContext, migrate, workspaces } from './product.ts';

/** A V2 workspace with its members, and what a load generator has to know of it. */
export interface Seeded {
  readonly workspaceId: string;
  readonly apiKey: string;
  /** Some of the members, taken at random. */
  readonly sample: readonly SampleMember[];
}

export interface SampleMember {
  readonly id: string;
  readonly userName: string;
}

const SAMPLE_SIZE = 5000;

/** Ids in the order of their making, as the product's own are. */
const ID = "('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid";

const ACCOUNTS = `
  insert into account (id, email, created_at)
  select ${ID}, 'user' || n || '@acme.test', now() from generate_series(1, $1::integer) n`;

/** Profiles as Okta sends them; most members have the external id that Okta gives. */
const MEMBERS = `
  insert into member
    (id, workspace_id, account_id, user_name, external_id, profile, managed_by, version, created_at, updated_at)
  select ${ID}, $2, ${ID}, 'user' || n || '@acme.test',
    case when n % 10 > 0 then '00u' || lpad(to_hex(n), 17, '0') end,
    jsonb_build_object(
      'name', jsonb_build_object('givenName', 'Given' || n, 'familyName', 'Family' || n),
      'displayName', 'Given' || n || ' Family' || n,
      'locale', 'en-US',
      'emails', jsonb_build_array(
        jsonb_build_object('value', 'user' || n || '@acme.test', 'type', 'work', 'primary', true))),
    'IDENTITY_PROVIDER', 1 + n % 3, now(), now()
  from generate_series(1, $1::integer) n`;

/** One member in twenty has gone; of the others there are admins and editors, half with a limit, and viewers. */
const MEMBERSHIPS = `
  insert into membership
    (id, workspace_id, workspace_version, member_id, started_at, ended_at, role, credit_limit, credit_limit_set_by)
  select ${ID}, $2, 'V2', ${ID}, now(), case when n % 20 = 0 then now() end,
    case when n % 5 = 0 then 'VIEWER' when n % 50 = 1 then 'ADMIN' else 'EDITOR' end,
    case when n % 5 > 0 and n % 2 = 0 then 500 end,
    case when n % 5 > 0 and n % 2 = 0 then 'IDENTITY_PROVIDER' end
  from generate_series(1, $1::integer) n`;

/** Brings the database to the model's state, and fills it with one workspace of that many members. */
export async function seed(target: DatabaseTarget, members: number): Promise<Seeded> {
  const { workspaceId, apiKey } = await workspaceWithKey(target);
  const client = new pg.Client(pgOptions(target));
  await client.connect();
  try {
    // The workspace has its owner already.
    await client.query(ACCOUNTS, [members - 1]);
    await client.query(MEMBERS, [members - 1, workspaceId]);
    await client.query(MEMBERSHIPS, [members - 1, workspaceId]);
    await client.query('vacuum analyze');
    await client.query('checkpoint');
    const { rows } = await client.query<SampleMember>(
      'select id, user_name as "userName" from member where workspace_id = $1 order by random() limit $2',
      [workspaceId, SAMPLE_SIZE],
    );
    return { workspaceId, apiKey, sample: rows };
  } finally {
    await client.end();
  }
}

async function workspaceWithKey(target: DatabaseTarget): Promise<{ workspaceId: string; apiKey: string }> {
  const orm = await connect(target);
  try {
    await migrate(orm);
    const context = localContext(await Database.over(orm), 'SYSTEM');
    const { workspace } = await workspaces.create(context, {
      name: 'Bench',
      version: 'V2',
      plan: 'ENTERPRISE',
      scimEnabled: true,
      ownerEmail: 'owner@acme.test',
    });
    const { secret } = await apiKeys.create(context, {
      workspaceId: workspace.id,
      name: 'Bench',
      scopes: ['SCIM'],
    });
    return { workspaceId: workspace.id, apiKey: secret };
  } finally {
    await orm.close();
  }
}
