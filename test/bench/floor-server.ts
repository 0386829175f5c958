import express, { type Response } from 'express';
import pg from 'pg';
import { v7 } from 'uuid';
import { pgOptions } from './database.ts';
import { PUBLIC_URL, serveForBench } from './server-process.ts';

/**
 * The floor: what the same answers cost in Express with SQL by hand, on the same tables. It has no keys, no rules, no
 * audit, no request log and no faults; nothing that it leaves out would make it faster.
 */

const CORE_USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ROLLCALL_USER = 'urn:base44:params:scim:schemas:extension:user:2.0';
const LIST_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

interface Row {
  readonly id: string;
  readonly external_id: string | null;
  readonly user_name: string;
  readonly profile: object;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  /** Null for somebody who is not active. */
  readonly role: string | null;
  readonly credit_limit: number | null;
}

const COLUMNS =
  'm.id, m.external_id, m.user_name, m.profile, m.version, m.created_at, m.updated_at, s.role, s.credit_limit';
const OPEN_STAY = 'left join membership s on s.member_id = m.id and s.ended_at is null';

const GET = `select ${COLUMNS} from member m ${OPEN_STAY} where m.workspace_id = $1 and m.id = $2`;

const FIND = `select ${COLUMNS} from member m ${OPEN_STAY} where m.workspace_id = $1 and m.user_name = $2::citext`;

// Only the rows of the page are joined, not those that are skipped.
const PAGE = `
  select ${COLUMNS}
  from (select * from member where workspace_id = $1 order by id limit $2 offset $3) m ${OPEN_STAY} order by m.id`;

const COUNT = 'select count(*)::integer as total from member where workspace_id = $1';

const CREATE = `
  with account as (
    insert into account (id, email, created_at) values ($1, $2, now())
    on conflict (email) do update set email = account.email returning id),
  added as (
    insert into member
      (id, workspace_id, account_id, user_name, external_id, profile, managed_by, version, created_at, updated_at)
    select $3, $4, account.id, $2, $5, $6, 'IDENTITY_PROVIDER', 1, now(), now() from account returning created_at),
  stay as (
    insert into membership
      (id, workspace_id, workspace_version, member_id, started_at, role, credit_limit, credit_limit_set_by)
    values ($7, $4, 'V2', $3, now(), $8, $9, 'IDENTITY_PROVIDER'))
  select created_at from added`;

await serveForBench(async ({ target, poolSize }) => {
  const pool = new pg.Pool({ ...pgOptions(target), max: poolSize });
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');

  app.get(
    '/scim/v2/organizations/:workspaceId/Users/:id',
    async ({ params: { workspaceId, id } }, response) => {
      const { rows } = await pool.query<Row>({ name: 'get', text: GET, values: [workspaceId, id] });
      const [row] = rows;
      if (row === undefined) response.status(404).end();
      else send(response.set('ETag', etag(row)), user(row, workspaceId));
    },
  );

  app.get(
    '/scim/v2/organizations/:workspaceId/Users',
    async ({ params: { workspaceId }, query }, response) => {
      const startIndex = Number(query.startIndex);
      const userName = /^userName eq "(.*)"$/.exec(String(query.filter))?.[1];
      if (userName !== undefined) {
        const { rows } = await pool.query<Row>({ name: 'find', text: FIND, values: [workspaceId, userName] });
        send(response, list(rows, workspaceId, rows.length, startIndex));
        return;
      }
      const [{ rows }, counted] = await Promise.all([
        pool.query<Row>({
          name: 'page',
          text: PAGE,
          values: [workspaceId, Number(query.count), startIndex - 1],
        }),
        pool.query<{ total: number }>({ name: 'count', text: COUNT, values: [workspaceId] }),
      ]);
      send(response, list(rows, workspaceId, counted.rows[0]?.total ?? 0, startIndex));
    },
  );

  app.post(
    '/scim/v2/organizations/:workspaceId/Users',
    express.json({ type: 'application/scim+json' }),
    async ({ params: { workspaceId }, body }, response) => {
      const row = await create(pool, workspaceId, body);
      response.status(201).set({ ETag: etag(row), Location: location(workspaceId, row.id) });
      send(response, user(row, workspaceId));
    },
  );
  return app;
});

/** A User, as far as Okta sends it. */
interface NewUser {
  readonly userName: string;
  readonly externalId: string;
  readonly name: { readonly familyName: string; readonly givenName: string };
  readonly displayName: string;
  readonly locale: string;
  readonly emails: readonly { readonly value: string; readonly type: string; readonly primary: boolean }[];
  readonly [ROLLCALL_USER]: { readonly role: string; readonly creditLimit: number };
}

async function create(pool: pg.Pool, workspaceId: string, sent: NewUser): Promise<Row> {
  const { userName, externalId, name, displayName, locale, emails } = sent;
  const { role, creditLimit } = sent[ROLLCALL_USER];
  const id = v7();
  const profile = {
    name: { familyName: name.familyName, givenName: name.givenName },
    displayName,
    locale,
    emails: emails.map(({ value, type, primary }) => ({ value, type, primary })),
  };
  const stored = role.toUpperCase();
  const { rows } = await pool.query<{ created_at: Date }>({
    name: 'create',
    text: CREATE,
    values: [v7(), userName, id, workspaceId, externalId, JSON.stringify(profile), v7(), stored, creditLimit],
  });
  const [written] = rows;
  if (written === undefined) throw new Error('nothing was written');
  return {
    id,
    external_id: externalId,
    user_name: userName,
    profile,
    version: 1,
    created_at: written.created_at,
    updated_at: written.created_at,
    role: stored,
    credit_limit: creditLimit,
  };
}

function list(rows: readonly Row[], workspaceId: string, totalResults: number, startIndex: number): object {
  return {
    schemas: [LIST_RESPONSE],
    totalResults,
    startIndex,
    itemsPerPage: rows.length,
    Resources: rows.map((row) => user(row, workspaceId)),
  };
}

function user(row: Row, workspaceId: string): object {
  return {
    schemas: row.role === null ? [CORE_USER] : [CORE_USER, ROLLCALL_USER],
    id: row.id,
    ...(row.external_id === null ? {} : { externalId: row.external_id }),
    userName: row.user_name,
    ...row.profile,
    active: row.role !== null,
    ...(row.role === null ? {} : { [ROLLCALL_USER]: extension(row.role, row.credit_limit) }),
    meta: {
      resourceType: 'User',
      created: row.created_at.toISOString(),
      lastModified: row.updated_at.toISOString(),
      location: location(workspaceId, row.id),
      version: etag(row),
    },
  };
}

function extension(role: string, creditLimit: number | null): object {
  return creditLimit === null ? { role: role.toLowerCase() } : { role: role.toLowerCase(), creditLimit };
}

function location(workspaceId: string, id: string): string {
  return `${PUBLIC_URL}/scim/v2/organizations/${workspaceId}/Users/${id}`;
}

function etag({ version }: Row): string {
  return `W/"${version}"`;
}

function send(response: Response, body: object): void {
  response.set('Content-Type', 'application/scim+json; charset=utf-8');
  response.end(JSON.stringify(body));
}
