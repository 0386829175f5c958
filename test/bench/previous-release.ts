import pg from 'pg';

/** The last migration of the release before this one. */
export const PREVIOUS_RELEASE = 'Migration20261125190000_UserNamePrefix';

/** What the previous release has after some months: a member, an account, a session and two audit entries each. */
const ROWS = `
  insert into workspace (id, name, version, plan, scim_enabled, default_role, revision, created_at, updated_at)
    values ('01900000-0000-7000-9000-000000000000', 'Bench', 'V2', 'ENTERPRISE', true, 'VIEWER', 1, now(), now());
  insert into account (id, email, created_at)
    select ${id()}, 'User' || n || '@acme.test', now() from generate_series(1, MEMBERS) n;
  insert into member (id, workspace_id, account_id, user_name, external_id, profile, managed_by, version, created_at, updated_at)
    select ${id()}, '01900000-0000-7000-9000-000000000000', ${id()}, 'User' || n || '@acme.test',
      '00u' || lpad(to_hex(n), 17, '0'),
      jsonb_build_object('name', jsonb_build_object('givenName', 'Given' || n, 'familyName', 'Family' || n),
        'displayName', 'Given' || n || ' Family' || n,
        'enterprise', jsonb_build_object('manager', jsonb_build_object('value', n % 1000, 'displayName', 'Boss' || n % 1000)),
        'emails', jsonb_build_array(jsonb_build_object('value', 'user' || n || '@acme.test', 'primary', true))),
      'IDENTITY_PROVIDER', 1, now(), now()
    from generate_series(1, MEMBERS) n;
  insert into membership (id, workspace_id, workspace_version, member_id, started_at, ended_at, role)
    select ${id()}, '01900000-0000-7000-9000-000000000000', 'V2', ${id()}, now(), case when n % 20 = 0 then now() end, 'EDITOR'
    from generate_series(1, MEMBERS) n;
  insert into session (id, account_id, lookup, hash, created_at, expires_at)
    select ${id()}, ${id()}, 'lookup' || n, 'hash', now(), now() + interval '30 days' from generate_series(1, MEMBERS) n;
  insert into audit_entry (id, workspace_id, at, actor_type, actor_label, channel, action, target_type, target_id,
      target_label, changes, request_id)
    select ${id('8')}, '01900000-0000-7000-9000-000000000000', now(), 'API_KEY', 'Okta', 'SCIM',
      case when n % 2 = 0 then 'member.add' else 'member.update' end, 'member', ${id()}, 'User' || n || '@acme.test',
      jsonb_build_object('userName', jsonb_build_object('before', 'Old' || n || '@acme.test', 'after', 'User' || n || '@acme.test')), 'r'
    from generate_series(1, 2 * MEMBERS) n;`;

export const WORKSPACE = '01900000-0000-7000-9000-000000000000';
export const MEMBER = '01900000-0000-7000-a000-000000000001';

/** Ids in the order of their making. */
function id(kind = 'a'): string {
  return `('01900000-0000-7000-${kind}000-' || lpad(to_hex(n), 12, '0'))::uuid`;
}

/** Fills a database of the previous release. */
export async function fill(options: pg.ClientConfig, members: number): Promise<void> {
  const client = new pg.Client(options);
  await client.connect();
  try {
    await client.query(ROWS.replaceAll('MEMBERS', String(members)));
    await client.query('vacuum analyze');
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}
