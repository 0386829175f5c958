import { getMigrations } from 'better-auth/db/migration';
import type pg from 'pg';
import type { DatabaseTarget } from '../../../src/database/orm.ts';
import type { ScimSide } from '../operations.ts';
import type { SampleMember } from '../seed.ts';
import { CONNECTION, optionsOf, poolOf, SCHEMA, TOKEN, USERS_PATH } from './better-auth.ts';
import { withoutExtension } from './peer.ts';

const SAMPLE_SIZE = 5000;

/** As better-auth makes them: of 32 characters, in no order. */
const USER_ID = "md5('user' || n)";
const SCIM_USER_ID = "md5('scim' || n)";

const USER_NAME = "('user' || n || '@acme.test')";
const EXTERNAL_ID = "(case when n % 10 > 0 then '00u' || lpad(to_hex(n), 17, '0') end)";

/** `createScopedKey` of its source: what is looked up is found by the hash of it. */
const SCOPED_KEY = `
  create function pg_temp.scoped_key(parts text) returns text stable language sql
  return rtrim(translate(encode(sha256(convert_to(parts, 'UTF8')), 'base64'), '+/', '-_'), '=')`;

const USERS = `
  insert into "user" (id, name, email, "emailVerified", "createdAt", "updatedAt")
  select ${USER_ID}, 'Given' || n || ' Family' || n, ${USER_NAME}, false, now(), now()
  from generate_series(1, $1::integer) n`;

/** Each is managed by its one source, which has cost the subject its second revision. */
const SUBJECTS = `
  insert into "scimSubject" (id, "userId", "profileSourceId", revision, "createdAt", "updatedAt")
  select md5('subject' || n), ${USER_ID}, ${SCIM_USER_ID}, 2, now(), now()
  from generate_series(1, $1::integer) n`;

/** The attributes in the order in which it writes them; `n` stands for the user's number. */
const ATTRIBUTES = JSON.stringify({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  name: { formatted: 'Given{n} Family{n}', givenName: 'Given{n}', familyName: 'Family{n}' },
  emails: [{ value: 'user{n}@acme.test', primary: true, type: 'work' }],
  locale: 'en-US',
});
const EMAILS = JSON.stringify([{ value: 'user{n}@acme.test', type: 'work', primary: true }]);

const SCIM_USERS = `
  insert into "scimUser"
    (id, "connectionId", "provisioningDomainId", "userId", "connectionUserKey", "userName", "userNameKey",
      "primaryEmail", "workEmailValueIndex", "emailValueIndex", "displayName", "formattedName", "givenName",
      "familyName", "serializedEmails", "serializedAttributes", "externalId", "externalIdKey", active, "orderKey",
      "createdAt", "updatedAt")
  select ${SCIM_USER_ID}, $2, $2, ${USER_ID},
    pg_temp.scoped_key(format('["scim-user","%s","%s"]', $2::text, ${USER_ID})),
    ${USER_NAME}, pg_temp.scoped_key(format('["scim-user-name","%s","%s"]', $2::text, ${USER_NAME})),
    ${USER_NAME}, e.token, e.token, 'Given' || n || ' Family' || n, 'Given' || n || ' Family' || n, 'Given' || n,
    'Family' || n, replace($3, '{n}', n::text), replace($4, '{n}', n::text),
    ${EXTERNAL_ID}, case when n % 10 > 0 then
      pg_temp.scoped_key(format('["scim-user-external-id","%s","%s"]', $2::text, ${EXTERNAL_ID})) end,
    n % 20 > 0,
    lpad(((extract(epoch from now()) * 1000)::bigint - $1 + n)::text, 15, '0') || ':' || left(md5('order' || n), 16),
    now(), now()
  from generate_series(1, $1::integer) n,
    lateral (select '|' || pg_temp.scoped_key(format('["scim-email-value","%s"]', ${USER_NAME})) || '|' as token) e`;

/**
 * What is checked and looked up by, but for the primary keys. For a million users, it is made in a fraction of the time
 * when they are there already.
 */
const CONSTRAINTS_AND_INDEXES = `
  select format('alter table %s drop constraint %I', conrelid::regclass, conname) as "drop",
    format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as make
  from pg_constraint where connamespace = $1::regnamespace and contype in ('u', 'f')
  union all
  select format('drop index %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
  from pg_index join pg_class on pg_class.oid = indexrelid
  where relnamespace = $1::regnamespace and not exists (select from pg_constraint where conindid = indexrelid)`;

/**
 * Makes better-auth's tables, by its own migrations, and fills them with the people of `../seed.ts`: the same names,
 * addresses and external ids, one in twenty inactive. Rollcall's owner, whom no directory has provisioned, is one more
 * user here, so that the numbers are the same.
 */
export async function seedBetterAuth(target: DatabaseTarget, members: number): Promise<ScimSide> {
  const pool = poolOf(target, 1);
  try {
    await pool.query(`create schema ${SCHEMA}`);
    const { runMigrations } = await getMigrations(optionsOf(pool));
    await runMigrations();
    return {
      usersPath: USERS_PATH,
      authorization: `Bearer ${TOKEN}`,
      bodyOf: withoutExtension,
      ...(await fill(pool, members)),
    };
  } finally {
    await pool.end();
  }
}

async function fill(pool: pg.Pool, members: number): Promise<Pick<ScimSide, 'sample' | 'active'>> {
  // The function is one connection's, so the statements are too.
  const client = await pool.connect();
  try {
    await client.query(SCOPED_KEY);
    const { rows: parts } = await client.query<{ drop: string; make: string }>(CONSTRAINTS_AND_INDEXES, [
      SCHEMA,
    ]);
    for (const { drop } of parts) await client.query(drop);
    await client.query(USERS, [members]);
    await client.query(SUBJECTS, [members]);
    await client.query(SCIM_USERS, [members, CONNECTION, EMAILS, ATTRIBUTES]);
    for (const { make } of parts) await client.query(make);
    await client.query('vacuum analyze');
    await client.query('checkpoint');
    const sample = (condition: string) =>
      client.query<SampleMember>(
        `select id, "userName" from "scimUser" where ${condition} order by random() limit $1`,
        [SAMPLE_SIZE],
      );
    const { rows: anybody } = await sample('true');
    const { rows: active } = await sample('active');
    return { sample: anybody, active };
  } finally {
    client.release();
  }
}
