import express, { type Response, Router } from 'express';
import { v7 } from 'uuid';
import { ROLLCALL_USER } from '../operations.ts';
import {
  type Ask,
  COLUMNS,
  COUNT,
  MEMBER_BY_ID,
  OPEN_STAY,
  OPEN_STAYS,
  only,
  type Profile,
  type Row,
} from './rows.ts';
import { etag, list, location, user } from './user.ts';

const FIND = `select ${COLUMNS} from member m ${OPEN_STAY} where m.workspace_id = $1 and m.canonical_user_name = lower($2)`;

// Only the rows of the page are joined, not those that are skipped. The limit is written into the text, because
// PostgreSQL cannot plan for a bound one.
const page = (limit: number, offset: number) => `
  select ${COLUMNS}
  from (select * from member where workspace_id = $1 order by id limit ${limit} offset ${offset}) m ${OPEN_STAYS}
  order by m.id`;

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
      (id, workspace_id, workspace_version, member_id, started_at, role, credit_limit, credit_limit_set_by,
       access_set_by)
    values ($7, $4, 'V2', $3, now(), $8, $9, 'IDENTITY_PROVIDER', 'IDENTITY_PROVIDER') returning *)
  select ${COLUMNS} from m, s`;

/** Of somebody who is active. */
const REPLACE = `
  with m as (
    update member set user_name = $3, canonical_user_name = lower($3), external_id = $4, profile = $5, managed_by = 'IDENTITY_PROVIDER',
      version = version + 1, updated_at = now()
    where workspace_id = $1 and id = $2 returning *),
  s as (
    update membership set role = $6, credit_limit = $7,
      credit_limit_set_by = case when credit_limit = $7 then credit_limit_set_by else 'IDENTITY_PROVIDER' end,
      access_set_by = case when role = $6 then access_set_by else 'IDENTITY_PROVIDER' end
    from m where member_id = m.id and ended_at is null returning membership.*)
  select ${COLUMNS} from m, s`;

const TOUCHED = `
  m as (
    update member set managed_by = 'IDENTITY_PROVIDER', version = version + 1, updated_at = now()
    where workspace_id = $1 and id = $2 returning *)`;

/** Of somebody who is active. */
const DEACTIVATE = `
  with ${TOUCHED},
  s as (
    update membership set ended_at = now() from m where member_id = m.id and ended_at is null
    returning null::text as role, null::integer as credit_limit)
  select ${COLUMNS} from m, s`;

/** Of somebody who is not. */
const ACTIVATE = `
  with ${TOUCHED},
  s as (
    insert into membership (id, workspace_id, workspace_version, member_id, started_at, role)
    select $3, m.workspace_id, 'V2', m.id, now(), 'VIEWER' from m returning *)
  select ${COLUMNS} from m, s`;

/** A User, as far as Okta sends it. */
interface SentUser extends Profile {
  readonly userName: string;
  readonly externalId: string;
  readonly [ROLLCALL_USER]: { readonly role: string; readonly creditLimit: number };
}

/** Okta's requests of the bench, without keys, rules, audit and faults. */
export function scim(ask: Ask): Router {
  const router = Router({ mergeParams: true });
  const json = express.json({ type: 'application/scim+json' });

  router.get('/:id', async ({ params }, response) => {
    const { workspaceId, id } = inWorkspace(params);
    const [row] = await ask<Row>('get', MEMBER_BY_ID, [workspaceId, id]);
    if (row === undefined) response.status(404).end();
    else sendUser(response, row, workspaceId);
  });

  router.get('/', async ({ params, query }, response) => {
    const { workspaceId } = inWorkspace(params);
    const startIndex = Number(query.startIndex);
    const userName = /^userName eq "(.*)"$/.exec(String(query.filter))?.[1];
    if (userName !== undefined) {
      const rows = await ask<Row>('find', FIND, [workspaceId, userName]);
      send(response, list(rows, workspaceId, rows.length, startIndex));
      return;
    }
    const place = [Number(query.count), startIndex - 1] as const;
    const [rows, counted] = await Promise.all([
      ask<Row>(`page ${place}`, page(...place), [workspaceId]),
      ask<{ total: number }>('count', COUNT, [workspaceId]),
    ]);
    send(response, list(rows, workspaceId, only(counted).total, startIndex));
  });

  router.post('/', json, async ({ params, body }, response) => {
    const { workspaceId } = inWorkspace(params);
    const { userName, externalId, profile, role, creditLimit } = read(body);
    const values = [
      v7(),
      userName,
      v7(),
      workspaceId,
      externalId,
      JSON.stringify(profile),
      v7(),
      role,
      creditLimit,
    ];
    const row = only(await ask<Row>('create', CREATE, values));
    response.status(201).set({ Location: location(workspaceId, row.id) });
    sendUser(response, row, workspaceId);
  });

  router.put('/:id', json, async ({ params, body }, response) => {
    const { workspaceId, id } = inWorkspace(params);
    const { userName, externalId, profile, role, creditLimit } = read(body);
    const values = [workspaceId, id, userName, externalId, JSON.stringify(profile), role, creditLimit];
    sendUser(response, only(await ask<Row>('replace', REPLACE, values)), workspaceId);
  });

  router.patch('/:id', json, async ({ params, body }, response) => {
    const { workspaceId, id } = inWorkspace(params);
    const [changed] = body.Operations[0].value.active
      ? await ask<Row>('activate', ACTIVATE, [workspaceId, id, v7()])
      : await ask<Row>('deactivate', DEACTIVATE, [workspaceId, id]);
    // Another server's turn may have ended in the middle.
    const row = changed ?? only(await ask<Row>('get', MEMBER_BY_ID, [workspaceId, id]));
    sendUser(response, row, workspaceId);
  });
  return router;
}

/** The router's parameters include those of where it is mounted, of which its type knows nothing. */
function inWorkspace(params: { readonly id?: string; readonly workspaceId?: string }) {
  return { workspaceId: params.workspaceId ?? '', id: params.id ?? '' };
}

/** The stored attributes of a user. */
function read(sent: SentUser) {
  const { userName, externalId, name, displayName, locale, emails } = sent;
  const { role, creditLimit } = sent[ROLLCALL_USER];
  const profile: Profile = {
    name: { givenName: name.givenName, familyName: name.familyName },
    emails: emails.map(({ value, type, primary }) => ({ type, value, primary })),
    locale,
    displayName,
  };
  return { userName, externalId, profile, role: role.toUpperCase(), creditLimit };
}

function sendUser(response: Response, row: Row, workspaceId: string): void {
  response.set('ETag', etag(row));
  send(response, user(row, workspaceId));
}

function send(response: Response, body: object): void {
  response.set('Content-Type', 'application/scim+json; charset=utf-8');
  response.end(JSON.stringify(body));
}
