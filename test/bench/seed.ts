import pg from 'pg';
import type { DatabaseTarget } from '../../src/database/orm.ts';
import { pgOptions } from './database.ts';
import { apiKeys, connect, createSession, Database, localContext, migrate, workspaces } from './product.ts';

/** A V2 workspace with its members, and the values that a load generator needs. */
export interface Seeded {
  readonly workspaceId: string;
  /** An identity provider's key. */
  readonly apiKey: string;
  /** A dashboard's key. */
  readonly graphqlKey: string;
  /** The token of a session of the owner. */
  readonly ownerToken: string;
  /** Some of the members whom a directory has provisioned, taken at random. */
  readonly sample: readonly SampleMember[];
  /** Some of those who are active, taken at random. */
  readonly active: readonly SampleMember[];
}

export interface SampleMember {
  readonly id: string;
  readonly userName: string;
}

const SAMPLE_SIZE = 5000;

/** The id of the n-th member, and of the account, in the order of their making, as the product's own are. */
export const ID = "('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid";

const ACCOUNTS = `
  insert into account (id, email, canonical_email, created_at)
  select ${ID}, 'user' || n || '@acme.test', 'user' || n || '@acme.test', now() from generate_series($1::integer, $2::integer) n`;

/** Profiles as Okta sends them; most members have the external id that Okta gives. */
const MEMBERS = `
  insert into member
    (id, workspace_id, account_id, user_name, canonical_user_name, external_id, profile, managed_by, version, created_at,
     updated_at)
  select ${ID}, $3, ${ID}, 'user' || n || '@acme.test', 'user' || n || '@acme.test',
    case when n % 10 > 0 then '00u' || lpad(to_hex(n), 17, '0') end,
    jsonb_build_object(
      'name', jsonb_build_object('givenName', 'Given' || n, 'familyName', 'Family' || n),
      'displayName', 'Given' || n || ' Family' || n,
      'locale', 'en-US',
      'emails', jsonb_build_array(
        jsonb_build_object('value', 'user' || n || '@acme.test', 'type', 'work', 'primary', true))),
    'IDENTITY_PROVIDER', 1 + n % 3, now(), now()
  from generate_series($1::integer, $2::integer) n`;

/** The brake counts removals, as everywhere, and engages at more than a bench can do. */
const BRAKE = `
  insert into scim_brake (workspace_id, most_members, most_percent, window_minutes) values ($1, 100000, 100, 1)`;

/** One member in twenty has gone; of the others there are admins and editors, half with a limit, and viewers. */
const MEMBERSHIPS = `
  insert into membership
    (id, workspace_id, workspace_version, member_id, started_at, ended_at, role, credit_limit, credit_limit_set_by)
  select ${ID}, $3, 'V2', ${ID}, now(), case when n % 20 = 0 then now() end,
    case when n % 5 = 0 then 'VIEWER' when n % 50 = 1 then 'ADMIN' else 'EDITOR' end,
    case when n % 5 > 0 and n % 2 = 0 then 500 end,
    case when n % 5 > 0 and n % 2 = 0 then 'IDENTITY_PROVIDER' end
  from generate_series($1::integer, $2::integer) n`;

/** A third has used something this month. */
const USAGE = `
  insert into credit_usage (workspace_id, account_id, month, used)
  select $3, ${ID}, to_char(now() at time zone 'UTC', 'YYYY-MM'), 1 + n % 700
  from generate_series($1::integer, $2::integer) n where n % 3 = 0`;

/** Brings the database to the model's state, and fills it with one workspace of that many members. */
export async function seed(target: DatabaseTarget, members: number): Promise<Seeded> {
  const [seeded] = await seedWorkspaces(target, { members, from: 0, to: 1 });
  if (seeded === undefined) throw new Error('no workspace was made');
  return seeded;
}

/** How many of many workspaces are asked: one by each connection. */
const MOST_ASKED = 128;

/**
 * Adds workspaces to a seeded database.
 * @param members of each of them
 * @param workspaces how many there are then
 * @returns those that are asked
 */
export function seedOthers(target: DatabaseTarget, members: number, workspaces: number): Promise<Seeded[]> {
  return seedWorkspaces(target, { members, from: 1, to: workspaces });
}

async function seedWorkspaces(
  target: DatabaseTarget,
  { members, from, to }: { readonly members: number; readonly from: number; readonly to: number },
): Promise<Seeded[]> {
  const orm = await connect(target);
  const client = new pg.Client(pgOptions(target));
  await client.connect();
  try {
    await migrate(orm);
    const context = localContext(await Database.over(orm), 'SYSTEM');
    const made: WorkspaceWithKeys[] = [];
    for (let number = from; number < to; number += 1) {
      const workspace = await workspaceWithKeys(context, number === 0 ? '' : String(number));
      made.push(workspace);
      // The workspace has its owner already.
      await fill(client, workspace.workspaceId, number * members + 1, (number + 1) * members - 1);
    }
    await client.query('vacuum analyze');
    await client.query('checkpoint');
    const asked: Seeded[] = [];
    for (const workspace of made.slice(0, MOST_ASKED)) asked.push(await withSample(client, workspace));
    return asked;
  } finally {
    await client.end();
    await orm.close();
  }
}

/** Adds the members with some numbers to a workspace. */
async function fill(client: pg.Client, workspaceId: string, first: number, last: number): Promise<void> {
  await client.query(ACCOUNTS, [first, last]);
  for (const statement of [MEMBERS, MEMBERSHIPS, USAGE])
    await client.query(statement, [first, last, workspaceId]);
  await client.query(BRAKE, [workspaceId]);
}

async function withSample(client: pg.Client, workspace: WorkspaceWithKeys): Promise<Seeded> {
  const sample = async (condition: string) => {
    const { rows } = await client.query<SampleMember>(
      `select m.id, m.user_name as "userName" from member m
       left join membership s on s.member_id = m.id and s.ended_at is null
       where m.workspace_id = $1 and ${condition} order by random() limit $2`,
      [workspace.workspaceId, SAMPLE_SIZE],
    );
    return rows;
  };
  return {
    ...workspace,
    sample: await sample("m.managed_by = 'IDENTITY_PROVIDER'"),
    active: await sample("m.managed_by = 'IDENTITY_PROVIDER' and s.id is not null"),
  };
}

type WorkspaceWithKeys = Pick<Seeded, 'workspaceId' | 'apiKey' | 'graphqlKey' | 'ownerToken'>;

/** @param suffix tells the workspace and its owner from the others */
async function workspaceWithKeys(
  context: ReturnType<typeof localContext>,
  suffix: string,
): Promise<WorkspaceWithKeys> {
  const ownerEmail = `owner${suffix}@acme.test`;
  const { workspace } = await workspaces.create(context, {
    name: `Bench${suffix}`,
    version: 'V2',
    plan: 'ENTERPRISE',
    scimEnabled: true,
    ownerEmail,
    monthlyCredits: 100_000,
  });
  const { secret: apiKey } = await apiKeys.create(context, {
    workspaceId: workspace.id,
    name: 'Identity provider',
    scopes: ['SCIM'],
  });
  const { secret: graphqlKey } = await apiKeys.create(context, {
    workspaceId: workspace.id,
    name: 'Dashboard',
    scopes: ['MEMBERS_READ', 'MEMBERS_WRITE', 'CREDITS_READ'],
  });
  const { token: ownerToken } = await createSession(context, { email: ownerEmail });
  return { workspaceId: workspace.id, apiKey, graphqlKey, ownerToken };
}
