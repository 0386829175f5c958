import { createHash } from 'node:crypto';
import express, { Router } from 'express';
import { type Ask, COLUMNS, COUNT, MEMBER_BY_ID, OPEN_STAYS, only, type Row } from './rows.ts';

const WORKSPACE = 'select name from workspace where id = $1';

/** The values of a member's usage, besides the member. */
interface Usage {
  readonly month: string;
  readonly used: number;
  readonly pool_left: number;
  readonly default_limit: number | null;
}

// The limit is written into the text, because PostgreSQL cannot plan for a bound one.
const page = (limit: number) => `
  select ${COLUMNS}, t.month, coalesce(u.used, 0) as used, p.total - p.used as pool_left,
    w.default_credit_limit as default_limit
  from (select to_char(now() at time zone 'UTC', 'YYYY-MM') as month) t
  join workspace w on w.id = $1
  join credit_month p on p.workspace_id = w.id and p.month = t.month
  cross join (select * from member where workspace_id = $1 order by id limit ${limit}) m ${OPEN_STAYS}
  left join lateral (
    select used from credit_usage
    where workspace_id = m.workspace_id and account_id = m.account_id and month = t.month limit 1) u on true
  order by m.id`;

const SET_ACCESS = `
  with m as (
    update member set version = version + 1, updated_at = now()
    where workspace_id = $1 and id = $2 returning *),
  s as (
    update membership set role = $3, credit_limit = $4,
      credit_limit_set_by = case when $4::integer is not null then 'WORKSPACE' end,
      access_set_by = case when role = $3 then access_set_by else 'WORKSPACE' end
    from m where member_id = m.id and ended_at is null returning membership.*)
  select ${COLUMNS} from m, s`;

/** The documents of the bench, known by their names: no parser, no schema. */
export function graphql(ask: Ask): Router {
  const router = Router();
  router.post('/', express.json(), async ({ body: { operationName, variables } }, response) => {
    const data = await answers[operationName]?.(variables);
    response.set('Content-Type', 'application/json; charset=utf-8');
    response.end(`${JSON.stringify({ data })}\n`);
  });

  const answers: Record<string, (variables: Variables) => Promise<object>> = {
    async Member({ workspaceId, memberId }) {
      const [workspaces, rows] = await Promise.all([
        ask<{ name: string }>('workspace', WORKSPACE, [workspaceId]),
        ask<Row>('member', MEMBER_BY_ID, [workspaceId, memberId]),
      ]);
      return { workspace: { id: workspaceId, name: only(workspaces).name, member: member(only(rows)) } };
    },
    async Members({ workspaceId, first }) {
      const [rows, counted] = await Promise.all([
        ask<Row & Usage>(`members ${first}`, page(first + 1), [workspaceId]),
        ask<{ total: number }>('count', COUNT, [workspaceId]),
      ]);
      const shown = rows.slice(0, first);
      return {
        workspace: {
          id: workspaceId,
          members: {
            totalCount: only(counted).total,
            pageInfo: { endCursor: cursorOf(shown.at(-1), workspaceId), hasNextPage: rows.length > first },
            nodes: shown.map(withUsage),
          },
        },
      };
    },
    async SetAccess({ input: { workspaceId, memberId, access } }) {
      const { role, creditLimit = null } = access.roleAccess;
      const row = only(await ask<Row>('set-access', SET_ACCESS, [workspaceId, memberId, role, creditLimit]));
      const { id, version, credit_limit } = row;
      return {
        memberSetAccess: { member: { id, version, access: { role: row.role, creditLimit: credit_limit } } },
      };
    },
  };
  return router;
}

interface Variables {
  readonly workspaceId: string;
  readonly memberId: string;
  readonly first: number;
  readonly input: {
    readonly workspaceId: string;
    readonly memberId: string;
    readonly access: { readonly roleAccess: { readonly role: string; readonly creditLimit?: number } };
  };
}

function member(row: Row): object {
  const { displayName, name, emails } = row.profile;
  const { familyName, givenName } = name;
  return {
    id: row.id,
    version: row.version,
    userName: row.user_name,
    externalId: row.external_id,
    active: row.role !== null,
    role: row.role,
    managedBy: row.managed_by,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    profile: {
      displayName,
      name: { givenName, familyName },
      emails: emails.map(({ value, type, primary }) => ({ value, type, primary })),
    },
    access: row.role === null ? null : { __typename: 'RoleAccess', ...access(row) },
  };
}

function withUsage(row: Row & Usage): object {
  return {
    id: row.id,
    userName: row.user_name,
    active: row.role !== null,
    profile: { displayName: row.profile.displayName ?? null },
    access: access(row),
    usage: usage(row),
  };
}

function access({ role, credit_limit }: Row): object | null {
  return role === null ? null : { role, creditLimit: credit_limit, creditLimitApplies: role !== 'VIEWER' };
}

function usage({ month, used, role, credit_limit, default_limit, pool_left }: Row & Usage): object {
  if (role === null || role === 'VIEWER') {
    return { month, used, limit: null, remaining: 0, blockedBy: 'ROLE' };
  }
  const limit = credit_limit ?? (role === 'OWNER' ? null : default_limit);
  const left = limit === null ? pool_left : Math.min(pool_left, limit - used);
  const blockedBy = limit !== null && limit - used < 1 ? 'MEMBER_LIMIT' : pool_left < 1 ? 'POOL' : null;
  return { month, used, limit, remaining: Math.max(0, left), blockedBy };
}

/** A cursor names its list first, as `src/services/lists/cursor.ts` does. */
function cursorOf(row: Row | undefined, workspaceId: string): string | null {
  if (row === undefined) return null;
  const list = createHash('sha256')
    .update(`members.list ${workspaceId}  asc`)
    .digest('base64url')
    .slice(0, 8);
  return Buffer.from(JSON.stringify([list, row.id, null])).toString('base64url');
}
