import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../app.js';
import { done, type MutationName, mutate, nextAddress } from '../http/graphql/operations.js';

/** Rules 16, 34: a command that waits does not outlive its caller's access. */

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(() => app.stop());

const COMMANDS: readonly (readonly [MutationName, object])[] = [
  ['apiKeyCreate', { name: 'Backup', scopes: ['SCIM'] }],
  ['apiKeyUpdate', { name: 'Other' }],
  ['apiKeyRotate', { overlapHours: 1 }],
  ['apiKeyDelete', {}],
  ['workspaceUpdate', { name: 'Other' }],
  ['creditPoolSet', { monthlyCredits: 5 }],
  ['ssoConnectionSet', { provider: 'OKTA', oktaDomain: 'acme.okta.com' }],
  ['ssoConnectionDelete', {}],
];

/** Waits until so many statements wait for locks. */
async function waiting(count: number): Promise<void> {
  await expect
    .poll(async () => {
      const [row] = await app.sql<{ count: number }>(
        "select count(*)::integer as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      return row?.count;
    })
    .toBe(count);
}

test.each(COMMANDS)('%s does nothing for an admin who was removed while it waited', async (name, input) => {
  const { workspaceId } = await app.workspace({ version: 'V2' });
  const email = nextAddress();
  const { member } = await done(app, app.operatorToken, 'memberAdd', {
    workspaceId,
    userName: email,
    access: { roleAccess: { role: 'ADMIN' } },
  });
  const { token } = await done(app, app.operatorToken, 'sessionCreate', { email });
  const { apiKey } = await done(app, app.operatorToken, 'apiKeyCreate', {
    workspaceId,
    name: 'Okta',
    scopes: ['SCIM'],
  });
  const target = name.startsWith('apiKey') && name !== 'apiKeyCreate' ? { apiKeyId: apiKey.id } : {};
  const holder = new pg.Client(app.databaseUrl);
  await holder.connect();
  await holder.query('begin');
  await holder.query('select from workspace where id = $1 for no key update', [workspaceId]);
  await holder.query('select from api_key where id = $1 for update', [apiKey.id]);
  await holder.query('select from member where id = $1 for update', [member.id]);
  const removal = mutate(app, app.operatorToken, 'memberRemove', { workspaceId, memberId: member.id });
  await waiting(1);
  const command = mutate(app, token, name, { workspaceId, ...target, ...input });
  await waiting(2);
  await holder.query('commit');
  await holder.end();
  expect((await removal).errors).toBeUndefined();
  expect((await command).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  const [last] = await app.sql<{ action: string }>(
    'select action from audit_entry where workspace_id = $1 order by logged_at desc limit 1',
    [workspaceId],
  );
  expect(last?.action).toBe('member.remove');
});
