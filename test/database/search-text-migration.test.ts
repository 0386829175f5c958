import { afterAll, expect, test } from 'vitest';
import { newId } from '../../src/domain/ids.js';
import { databaseBefore } from './database-before.js';

/** The texts that the search of members compares: the migration fills them, and a trigger keeps them. */
const { orm, database, migrate, drop } = await databaseBefore('Migration20261201160000_SearchText');

afterAll(drop);

const workspaceId = newId();

async function member(externalId: string | null, profile: object): Promise<string> {
  const id = newId();
  await database.rows(
    'insert into account (id, email, canonical_email, created_at) values ($1, $2, $2, now())',
    [id, `${id}@t.test`],
  );
  await database.rows(
    `insert into member (id, workspace_id, account_id, user_name, canonical_user_name, external_id, profile, managed_by,
       version, created_at, updated_at)
     values ($1, $2, $1, $3, $3, $4, $5, 'WORKSPACE', 1, now(), now())`,
    [id, workspaceId, `${id}@t.test`, externalId, JSON.stringify(profile)],
  );
  return id;
}

async function searchTexts(): Promise<Record<string, string[]>> {
  const rows = await database.rows<{ id: string; text: string }>(
    'select id, search_text as text from member',
    [],
  );
  return Object.fromEntries(rows.map(({ id, text }) => [id, text.split('\n').slice(0, -1)]));
}

test('members of before have their texts, folded and each once, and changes of them are followed', async () => {
  await database.rows(
    `insert into workspace (id, name, version, plan, scim_enabled, default_role, revision, created_at, updated_at)
     values ($1, 'Acme', 'V2', 'TEAM', false, 'VIEWER', 1, now(), now())`,
    [workspaceId],
  );
  const nameless = await member(null, {});
  const usual = await member('00uA', {
    displayName: 'Ann Lee',
    nickName: 'Ann',
    name: { givenName: 'Ann', familyName: 'Lee', formatted: 'Dr. Ann Lee' },
    emails: [{ value: 'Ann@Acme.test', primary: true }, { type: 'home' }, { value: 'ann@home.test' }],
  });
  const umlaut = await member(null, {
    name: { givenName: 'Zoe\u0308', familyName: 'ÄRGER' },
    nickName: 'Zoe',
  });

  expect(await migrate()).toHaveLength(1);

  expect(await searchTexts()).toEqual({
    [nameless]: [],
    [usual]: ['ann lee', 'dr. ann lee', '00ua', 'ann@acme.test', 'ann@home.test'],
    [umlaut]: ['zoë ärger', 'zoe'],
  });
  await database.rows('update member set external_id = $1 where id = $2', ['00uB', nameless]);
  await database.rows('update member set profile = $1 where id = $2', ['{"displayName":"Bo"}', usual]);
  const added = await member(null, { displayName: 'Cy' });
  expect(await searchTexts()).toEqual({
    [nameless]: ['00ub'],
    [usual]: ['bo', '00ua'],
    [umlaut]: ['zoë ärger', 'zoe'],
    [added]: ['cy'],
  });
  expect(await orm.schema.getUpdateSchemaSQL()).toBe('');
});
