import { afterAll, expect, test } from 'vitest';
import { duplicateReports } from '../../src/database/duplicates.js';
import { newId } from '../../src/domain/ids.js';
import { databaseBefore } from './database-before.js';

/** Rule 15a on a database that has been in use: the migration reports duplicates and continues. */
const { database, migrate, drop } = await databaseBefore('Migration20261129120000_CanonicalNames');

afterAll(drop);
/** Rows are told apart by their ages: the first is the oldest. */
let day = 0;

async function insert(table: string, row: Readonly<Record<string, unknown>>): Promise<string> {
  day += 1;
  const id = newId();
  const all = { id, created_at: new Date(Date.UTC(2026, 0, day)), ...row };
  const columns = Object.keys(all);
  const places = columns.map((_, index) => `$${index + 1}`);
  await database.rows(
    `insert into ${table} (${columns.join(', ')}) values (${places.join(', ')})`,
    Object.values(all),
  );
  return id;
}

const workspace = () =>
  insert('workspace', {
    name: 'Acme',
    version: 'V2',
    plan: 'TEAM',
    scim_enabled: false,
    default_role: 'VIEWER',
    revision: 1,
    updated_at: new Date(),
  });

const account = (email: string) => insert('account', { email });

const member = (workspaceId: string, accountId: string, userName: string) =>
  insert('member', {
    workspace_id: workspaceId,
    account_id: accountId,
    user_name: userName,
    profile: '{}',
    managed_by: 'WORKSPACE',
    version: 1,
    updated_at: new Date(),
  });

async function membership(workspaceId: string, memberId: string, endedAt: string | null): Promise<void> {
  await database.rows(
    `insert into membership (id, workspace_id, workspace_version, member_id, started_at, ended_at, role)
     values ($1, $2, 'V2', $3, '2026-01-01T00:00:00Z', $4, 'VIEWER')`,
    [newId(), workspaceId, memberId, endedAt],
  );
}

const group = (workspaceId: string, displayName: string) =>
  insert('member_group', {
    workspace_id: workspaceId,
    workspace_version: 'V2',
    display_name: displayName,
    version: 1,
    updated_at: new Date(),
  });

const invitation = (workspaceId: string, email: string, sentAt: string) =>
  insert('invitation', {
    workspace_id: workspaceId,
    workspace_version: 'V2',
    email,
    invited_by: 'Test',
    lookup: newId(),
    hash: 'x',
    sent_at: sentAt,
    expires_at: '2027-01-01T00:00:00Z',
    max_uses: 1,
    use_count: 0,
    delivery: 'NOT_SENT',
  });

const audit = (workspaceId: string, action: string, at: string, changes: object) =>
  database.rows(
    `insert into audit_entry
       (id, workspace_id, at, actor_type, actor_label, channel, action, target_type, target_id, target_label, changes, request_id)
     values ($1, $2, $3, 'OPERATOR', 'operator', 'GRAPHQL', $4, 'member', $1, 'x', $5, 'r')`,
    [newId(), workspaceId, at, action, JSON.stringify(changes)],
  );

async function canonical(
  table: string,
  column: string,
  ids: readonly string[],
): Promise<(string | undefined)[]> {
  const rows = await database.rows<{ id: string; canonical: string }>(
    `select id, ${column} as canonical from ${table} where id = any($1)`,
    [ids],
  );
  return ids.map((id) => rows.find((row) => row.id === id)?.canonical);
}

test('duplicates are reported, and one of each pair keeps the name', async () => {
  const here = await workspace();
  const [fullWidth, plain, nfd, nfc] = [
    await account('ａｎｎ@t.test'),
    await account('Ann@t.test'),
    await account('mu\u0308ller@t.test'),
    await account('m\u00fcller@t.test'),
  ];
  const left = await member(here, nfd, 'mu\u0308ller@t.test');
  await membership(here, left, '2026-02-01T00:00:00Z');
  const active = await member(here, nfc, 'M\u00dcLLER@t.test');
  await membership(here, active, null);
  const wide = await member(here, fullWidth, 'ann');
  await member(here, plain, 'ann@t.test');
  const long = await member(here, await account('long@t.test'), '\u{1d160}'.repeat(400));
  const sales = [
    await group(here, 'Sales'),
    await group(here, 'Sales\u00a0'),
    await group(here, 'ＳＡＬＥＳ'),
  ];
  const mails = [
    await invitation(here, 'ké@t.test', '2026-03-01T00:00:00Z'),
    await invitation(here, 'ke\u0301@t.test', '2026-03-02T00:00:00Z'),
  ];
  const gone = await account('gone@t.test');
  const moved = await account('moved@t.test');
  await audit(here, 'member.delete', '2026-04-01T00:00:00Z', {
    userName: { before: 'GONE@t.test', after: null },
  });
  await audit(here, 'member.update', '2026-05-01T00:00:00Z', {
    userName: { before: 'moved', after: 'elsewhere@t.test' },
    'profile.emails': { before: [{ value: 'moved@t.test' }], after: [] },
  });

  expect(await migrate()).toHaveLength(1);

  expect(await canonical('account', 'canonical_email', [fullWidth, plain, nfd, nfc])).toEqual([
    // The usual spelling, also where another one is older.
    `DUPLICATE:${fullWidth}:ann@t.test`,
    'ann@t.test',
    `DUPLICATE:${nfd}:m\u00fcller@t.test`,
    'm\u00fcller@t.test',
  ]);
  expect(await canonical('member', 'canonical_user_name', [left, active, wide, long])).toEqual([
    `DUPLICATE:${left}:m\u00fcller@t.test`,
    'm\u00fcller@t.test',
    'ann',
    `DUPLICATE:${long}`,
  ]);
  expect(await canonical('member_group', 'canonical_display_name', sales)).toEqual([
    'sales',
    `DUPLICATE:${sales[1]}:sales`,
    `DUPLICATE:${sales[2]}:sales`,
  ]);
  expect(
    await database.rows('select id, revoked_at is null as open from invitation order by sent_at', []),
  ).toEqual([
    { id: mails[0], open: false },
    { id: mails[1], open: true },
  ]);
  expect(
    await database.rows("select target_id, channel from audit_entry where action = 'invitation.revoke'", []),
  ).toEqual([{ target_id: mails[0], channel: 'SYSTEM' }]);
  expect(
    await database.rows(
      'select account_id, removed_at from removal where workspace_id = $1 order by removed_at',
      [here],
    ),
  ).toEqual([
    { account_id: nfd, removed_at: new Date('2026-02-01T00:00:00Z') },
    { account_id: gone, removed_at: new Date('2026-04-01T00:00:00Z') },
    { account_id: moved, removed_at: new Date('2026-05-01T00:00:00Z') },
  ]);
  const reports = await duplicateReports(database);
  expect(reports).toHaveLength(5);
  expect(reports).toContain(
    `Member ${left} ("mu\u0308ller@t.test") of workspace ${here} has the same name as ${active} ("M\u00dcLLER@t.test"), ` +
      'in another spelling. Only the latter is found by it; the former is found by its id. Delete one of the two, or ' +
      'change the userName or e-mail address of one.',
  );
});
