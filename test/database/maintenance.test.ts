import { afterAll, beforeAll, expect, test } from 'vitest';
import { canonicalUserName } from '../../src/domain/canonical.js';
import { startTestApp, type TestApp } from '../app.js';

/** PostgreSQL maintains and restores tables with a search path in which the functions of indexes find no others of ours. */

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
  const { workspaceId, apiKey } = await app.workspace({ version: 'V2' });
  const scim = app.scim(workspaceId, apiKey);
  for (const userName of ['chloé@acme.test', 'zoë@münchen.test', 'иван@почта.test']) {
    const added = await scim.post('/Users', { userName, displayName: 'Chloé Müller', active: true });
    expect(added.status).toBe(201);
  }
  await scim.post('/Groups', { displayName: 'Größe' });
});

afterAll(() => app.stop());

const [, MUNICH = ''] = canonicalUserName('zoë@münchen.test').split('@');

test('the members have names and domains that are not ASCII', async () => {
  expect(MUNICH).toBe('xn--mnchen-3ya.test');
  const [row] = await app.sql<{ number: number }>(
    'select count(*)::integer as number from member where canonical_user_name like $1',
    [`%@${MUNICH}`],
  );
  expect(row?.number).toBe(1);
});

test('every table can be analyzed, and its indexes made anew', async () => {
  const tables = await app.sql<{ name: string }>(`
    select quote_ident(relname) as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition`);
  expect(tables.map(({ name }) => name)).toContain('member');
  for (const { name } of tables) {
    await app.sql(`analyze ${name}`);
    await app.sql(`reindex table ${name}`);
  }
});

test('the indexes of a dump can be made, as pg_restore makes them', async () => {
  const indexes = await app.sql<{ name: string; definition: string }>(`
    select quote_ident(i.relname) as name, pg_get_indexdef(i.oid) as definition
    from pg_index x join pg_class i on i.oid = x.indexrelid
    where x.indrelid = 'member'::regclass and x.indexprs is not null`);
  expect(indexes.length).toBeGreaterThan(1);
  await app.database.transaction(async (tx) => {
    await tx.rows("select set_config('search_path', '', true)", []);
    for (const { name, definition } of indexes) {
      const qualified = definition.replace(
        /\b(?<!\.)(profile_folded|look_alike|visible_user_name|text_folded)\(/g,
        'public.$1(',
      );
      await tx.rows(qualified.replace(` ${name} `, ` ${name}_restored `), []);
    }
  });
});
