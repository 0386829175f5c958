import express from 'express';
import pg from 'pg';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';
import { v7 } from 'uuid';
import { pgOptions } from '../database.ts';
import { ROLLCALL_USER } from '../operations.ts';
import { countStatements, PUBLIC_URL, serveForBench } from '../server-process.ts';
import { SCIMMY_AUTHORIZATION } from './peer.ts';

/**
 * SCIMMY with its Express routers, on Rollcall's own tables and under its paths. SCIMMY parses, validates, patches and
 * shapes; the handlers below are prepared SQL by hand, which is the least that its user has to write. One constant
 * token is looked at; of rules, audit and log there is as little as in the floor.
 *
 * It does all that is measured. What differs from Rollcall:
 *
 * - A PATCH is one statement to read and one to write, in no transaction: of two at once, one may be lost.
 * - A PATCH that changes nothing is answered with 204, one that does with 200 and the user.
 * - Whoever is activated again without a role is a viewer. SCIMMY has read a user who has no role and no credit limit
 *   any more, and it cannot be told of them.
 * - `itemsPerPage` is the `count` that was asked for, not how many have come.
 * - SCIMMY cuts a page once more when its `startIndex` lies between 2 and the number of its users.
 * - There are no ETag and Location headers. ListResponse counts what the handler gives it, unless the handler writes
 *   `totalResults` into the request's constraints.
 * - A fault of the database is answered with 404, as everything is that is not a SCIM error.
 */

// SCIMMY refuses to make a schema whose URN is not below the IETF's, as Rollcall's is not. Once made, it may be renamed.
const ROLLCALL = new SCIMMY.Types.SchemaDefinition(
  'RollcallUser',
  'urn:ietf:params:scim:schemas:extension:rollcall:2.0:User',
  'Access to a workspace',
  [new SCIMMY.Types.Attribute('string', 'role'), new SCIMMY.Types.Attribute('integer', 'creditLimit')],
);
ROLLCALL.id = ROLLCALL_USER;

/** What is Rollcall's own of a user. */
interface Access {
  readonly role?: string;
  readonly creditLimit?: number;
}

type RollcallUser = SCIMMY.Schemas.User & { readonly [ROLLCALL_USER]?: Access };

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

const FIND = `select ${COLUMNS} from member m ${OPEN_STAY} where m.workspace_id = $1 and m.canonical_user_name = lower($2)`;

// Only the rows of the page are joined, not those that are skipped.
const PAGE = `
  select ${COLUMNS}
  from (select * from member where workspace_id = $1 order by id limit $2 offset $3) m ${OPEN_STAY} order by m.id`;

// Rollcall's own tally: it is SCIMMY that is measured, not how PostgreSQL counts.
const COUNT = 'select coalesce(sum(members), 0)::integer as total from member_tally where workspace_id = $1';

const CREATE = `
  with account as (
    insert into account (id, email, canonical_email, created_at) values ($1, $2, lower($2), now())
    on conflict (canonical_email) do update set email = account.email returning id),
  m as (
    insert into member
      (id, workspace_id, account_id, user_name, canonical_user_name, external_id, profile, managed_by, version,
       created_at, updated_at)
    select $3, $4, account.id, $2, lower($2), $5, $6, 'IDENTITY_PROVIDER', 1, now(), now() from account returning *),
  s as (
    insert into membership
      (id, workspace_id, workspace_version, member_id, started_at, role, credit_limit, credit_limit_set_by)
    select $7, $4, 'V2', $3, now(), $8, $9, case when $9::integer is not null then 'IDENTITY_PROVIDER' end
    where $10::boolean returning role, credit_limit)
  select ${COLUMNS} from m left join s on true`;

// Whoever is active keeps the stay or begins one, whoever is not ends it.
const REPLACE = `
  with m as (
    update member set user_name = $3, canonical_user_name = lower($3), external_id = $4, profile = $5, version = version + 1, updated_at = now()
    where workspace_id = $1 and id = $2 returning *),
  ended as (
    update membership set ended_at = greatest(now(), started_at)
    where member_id = (select id from m) and ended_at is null and not $9::boolean),
  s as (
    insert into membership
      (id, workspace_id, workspace_version, member_id, started_at, role, credit_limit, credit_limit_set_by)
    select $6, $1, 'V2', m.id, now(), $7, $8, case when $8::integer is not null then 'IDENTITY_PROVIDER' end
    from m where $9::boolean
    on conflict (member_id) where ended_at is null do update
      set role = excluded.role, credit_limit = excluded.credit_limit,
        credit_limit_set_by = excluded.credit_limit_set_by
    returning role, credit_limit)
  select ${COLUMNS} from m left join s on true`;

const REMOVE = 'delete from member where workspace_id = $1 and id = $2';

countStatements(pg.Client);
await serveForBench(async ({ target, poolSize }) => {
  const pool = new pg.Pool({ ...pgOptions(target), max: poolSize });

  const rows = async (name: string, text: string, values: readonly unknown[]): Promise<Row[]> => {
    try {
      return (await pool.query<Row>({ name, text, values: [...values] })).rows;
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.code === '23505') {
        throw new SCIMMY.Types.Error(409, 'uniqueness', 'Somebody has that already.');
      }
      throw error;
    }
  };

  const one = (found: readonly Row[], id: string | undefined) => {
    const [row] = found;
    if (row === undefined) throw new SCIMMY.Types.Error(404, '', `Resource ${id} not found`);
    return userOf(row);
  };

  SCIMMY.Schemas.User.definition.extend(ROLLCALL);
  SCIMMY.Resources.declare(SCIMMY.Resources.User)
    .egress<RollcallUser>(async ({ id, filter, constraints = {} }, workspaceId) => {
      if (id !== undefined) return one(await rows('get', GET, [workspaceId, id]), id);
      if (filter !== undefined)
        return (await rows('find', FIND, [workspaceId, userNameIn(filter)])).map(userOf);
      const { startIndex = 1, count = 20 } = constraints;
      const [page, counted] = await Promise.all([
        rows('page', PAGE, [workspaceId, count, startIndex - 1]),
        pool.query<{ total: number }>({ name: 'count', text: COUNT, values: [workspaceId] }),
      ]);
      // The constraints are what SCIMMY makes its ListResponse with.
      Object.assign(constraints, { totalResults: counted.rows[0]?.total });
      return page.map(userOf);
    })
    .ingress<RollcallUser>(async ({ id }, user, workspaceId) => {
      const { userName, externalId = null, name, displayName, locale, emails, active = true } = user;
      const { role = 'viewer', creditLimit = null } = user[ROLLCALL_USER] ?? {};
      const profile = JSON.stringify({ name, displayName, locale, emails });
      const access = [v7(), role.toUpperCase(), creditLimit, active];
      return id === undefined
        ? one(
            await rows('create', CREATE, [v7(), userName, v7(), workspaceId, externalId, profile, ...access]),
            id,
          )
        : one(
            await rows('replace', REPLACE, [workspaceId, id, userName, externalId, profile, ...access]),
            id,
          );
    })
    .degress(async ({ id }, workspaceId) => {
      const { rowCount } = await pool.query({ name: 'remove', text: REMOVE, values: [workspaceId, id] });
      if (rowCount === 0) throw new SCIMMY.Types.Error(404, '', `Resource ${id} not found`);
    });

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', parseQuery);
  app.use(
    '/scim/v2/organizations/:workspaceId',
    new SCIMMYRouters({
      type: 'bearer',
      handler: ({ headers: { authorization } }) => {
        if (authorization !== SCIMMY_AUTHORIZATION) throw new Error('Unauthorized');
        return '';
      },
      context: ({ params: { workspaceId } }) => workspaceId,
      baseUri: () => PUBLIC_URL,
    }),
  );
  return [app];
});

/**
 * SCIMMY's routers write the numbers of `startIndex` and `count` into the request's query. Express 5 parses that anew
 * whenever it is looked at, so that what was written is lost and every page would have SCIMMY's 20 users: they have to
 * be numbers from the beginning.
 */
function parseQuery(text: string | null): object {
  const query = new URLSearchParams(text ?? '');
  return Object.fromEntries(
    [...query].map(([name, value]) => [
      name,
      name === 'startIndex' || name === 'count' ? Number(value) : value,
    ]),
  );
}

/** The userName that the filter asks for. */
function userNameIn(filter: SCIMMY.Types.Filter): string {
  const [expression, ...others]: unknown[] = filter;
  const { userName, ...rest }: { userName?: unknown } = Object(expression);
  if (others.length === 0 && Object.keys(rest).length === 0 && Array.isArray(userName)) {
    const [operator, value]: unknown[] = userName;
    if (operator === 'eq' && typeof value === 'string') return value;
  }
  throw new SCIMMY.Types.Error(400, 'invalidFilter', 'Users are found by userName eq only.');
}

function userOf(row: Row) {
  return {
    id: row.id,
    ...(row.external_id === null ? {} : { externalId: row.external_id }),
    userName: row.user_name,
    ...row.profile,
    active: row.role !== null,
    ...(row.role === null ? {} : { [ROLLCALL_USER]: accessOf(row.role, row.credit_limit) }),
    meta: { created: row.created_at, lastModified: row.updated_at, version: `W/"${row.version}"` },
  };
}

function accessOf(role: string, creditLimit: number | null): Access {
  return creditLimit === null ? { role: role.toLowerCase() } : { role: role.toLowerCase(), creditLimit };
}
