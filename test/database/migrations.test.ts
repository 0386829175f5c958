import type { MikroORM } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Database, violatedConstraint } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { connect } from '../../src/database/orm.js';
import { canonicalUserName } from '../../src/domain/canonical.js';
import { newId } from '../../src/domain/ids.js';
import { createTestDatabase, type TestDatabase } from '../database.js';

let testDatabase: TestDatabase;
let orm: MikroORM;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  orm = await connect(testDatabase.address, 5);
  database = await Database.over(orm);
});

afterAll(async () => {
  await orm.close();
  await testDatabase.drop();
});

test('model and migrations agree', async () => {
  expect(await orm.schema.getUpdateSchemaSQL()).toBe('');
});

test('a migrated database has no pending migration, also when several processes ask at once', async () => {
  expect(await Promise.all([migrate(orm), migrate(orm)])).toEqual([[], []]);
});

/** The constraint that refuses a statement; undefined when none does. */
async function refusedBy(text: string, values: readonly unknown[]): Promise<string | undefined> {
  try {
    await database.rows(text, values);
    return undefined;
  } catch (error) {
    const constraint = violatedConstraint(error);
    if (constraint === undefined) throw error;
    return constraint;
  }
}

type Row = Readonly<Record<string, unknown>>;

/** An insert of one row. Names of tables and columns are the tests' own. */
function insertOf(table: string, row: Row): [string, unknown[]] {
  const columns = Object.keys(row);
  const places = columns.map((_, index) => `$${index + 1}`);
  return [`insert into ${table} (${columns.join(', ')}) values (${places.join(', ')})`, Object.values(row)];
}

async function insert(table: string, row: Row): Promise<void> {
  expect(await refusedBy(...insertOf(table, row))).toBeUndefined();
}

const NOW = new Date();

function workspaceRow(version: string): Row {
  return {
    id: newId(),
    name: 'Acme',
    version,
    plan: 'ENTERPRISE',
    scim_enabled: true,
    default_role: version === 'V2' ? 'VIEWER' : null,
    revision: 1,
    created_at: NOW,
    updated_at: NOW,
  };
}

let accounts = 0;

async function accountId(): Promise<string> {
  accounts += 1;
  const id = newId();
  const email = `person-${accounts}@acme.test`;
  await insert('account', { id, email, canonical_email: email, created_at: NOW });
  return id;
}

async function memberRow(workspaceId: unknown, userName: string): Promise<Row> {
  return {
    id: newId(),
    workspace_id: workspaceId,
    account_id: await accountId(),
    user_name: userName,
    canonical_user_name: canonicalUserName(userName),
    profile: '{}',
    managed_by: 'WORKSPACE',
    version: 1,
    created_at: NOW,
    updated_at: NOW,
  };
}

function membershipRow(member: Row, version: string): Row {
  return {
    id: newId(),
    workspace_id: member.workspace_id,
    workspace_version: version,
    member_id: member.id,
    started_at: NOW,
    role: version === 'V1' ? 'MEMBER' : 'EDITOR',
  };
}

async function workspaceWithMember(
  version: string,
): Promise<{ workspace: Row; member: Row; membership: Row }> {
  const workspace = workspaceRow(version);
  await insert('workspace', workspace);
  const member = await memberRow(workspace.id, 'ann@acme.test');
  await insert('member', member);
  return { workspace, member, membership: membershipRow(member, version) };
}

describe('workspace', () => {
  test.each<[string, string, Row]>([
    // The defaults fit none but the two versions; `workspace_version_known` says the same, and comes later.
    ['workspace_defaults_fit_version', 'V2', { version: 'V3' }],
    ['workspace_plan_known', 'V2', { plan: 'GOLD' }],
    ['workspace_scim_is_enterprise', 'V2', { plan: 'TEAM' }],
    ['workspace_defaults_fit_version', 'V1', { default_role: 'VIEWER' }],
    ['workspace_defaults_fit_version', 'V1', { default_credit_limit: 5 }],
    ['workspace_defaults_fit_version', 'V1', { monthly_credits: 5 }],
    ['workspace_defaults_fit_version', 'V2', { default_role: null }],
    ['workspace_defaults_fit_version', 'V2', { default_seat_type: 'PRO' }],
    ['workspace_default_role_assignable', 'V2', { default_role: 'OWNER' }],
    ['workspace_default_seat_type_known', 'V1', { default_seat_type: 'THRONE' }],
    ['workspace_default_credit_limit_positive', 'V2', { default_credit_limit: 0 }],
    ['workspace_monthly_credits_not_negative', 'V2', { monthly_credits: -1 }],
  ])('%s, on %s: %j', async (constraint, version, wrong) => {
    const row = workspaceRow(version);
    await insert('workspace', { ...row, id: newId() });
    expect(await refusedBy(...insertOf('workspace', { ...row, ...wrong }))).toBe(constraint);
  });

  test('keeps its workspace version', async () => {
    const row = workspaceRow('V2');
    await insert('workspace', row);
    expect(
      await refusedBy("update workspace set version = 'V1', default_role = null where id = $1", [row.id]),
    ).toBe('workspace_version_is_fixed');
    expect(await refusedBy("update workspace set name = 'Other' where id = $1", [row.id])).toBeUndefined();
  });
});

describe('account and member', () => {
  test('rule 14: an address is one account, without case', async () => {
    const account = { canonical_email: 'ann@only.test', created_at: NOW };
    await insert('account', { ...account, id: newId(), email: 'ann@only.test' });
    expect(await refusedBy(...insertOf('account', { ...account, id: newId(), email: 'ANN@Only.test' }))).toBe(
      'account_email_unique',
    );
  });

  test('rule 15: userName is unique in its workspace without case, and an account is a member once', async () => {
    const { workspace, member } = await workspaceWithMember('V2');
    expect(await refusedBy(...insertOf('member', await memberRow(workspace.id, 'Ann@ACME.test')))).toBe(
      'member_user_name_unique',
    );
    const again = { ...(await memberRow(workspace.id, 'other@acme.test')), account_id: member.account_id };
    expect(await refusedBy(...insertOf('member', again))).toBe('member_account_unique');
    const elsewhere = workspaceRow('V2');
    await insert('workspace', elsewhere);
    await insert('member', { ...member, id: newId(), workspace_id: elsewhere.id });
  });

  test('managedBy is one of two values', async () => {
    const { workspace } = await workspaceWithMember('V2');
    const row = { ...(await memberRow(workspace.id, 'ben@acme.test')), managed_by: 'NOBODY' };
    expect(await refusedBy(...insertOf('member', row))).toBe('member_managed_by_known');
  });

  test('a member needs a workspace and an account', async () => {
    const { workspace } = await workspaceWithMember('V2');
    const row = await memberRow(workspace.id, 'ben@acme.test');
    expect(await refusedBy(...insertOf('member', { ...row, workspace_id: newId() }))).toBe(
      'member_workspace_id_foreign',
    );
    expect(await refusedBy(...insertOf('member', { ...row, account_id: newId() }))).toBe(
      'member_account_id_foreign',
    );
  });
});

describe('membership', () => {
  test('a member has one open membership, and any number of ended ones', async () => {
    const { membership } = await workspaceWithMember('V2');
    await insert('membership', { ...membership, ended_at: NOW });
    await insert('membership', { ...membership, id: newId(), ended_at: NOW });
    await insert('membership', { ...membership, id: newId() });
    expect(await refusedBy(...insertOf('membership', { ...membership, id: newId() }))).toBe(
      'membership_one_open',
    );
  });

  const LIMIT = { credit_limit: 5, credit_limit_set_by: 'WORKSPACE' };

  test.each<[constraint: string, version: string, wrong: Row]>([
    ['membership_access_fits_version', 'V2', { seat_type: 'PRO' }],
    ['membership_access_fits_version', 'V2', { role: 'MEMBER' }],
    ['membership_access_fits_version', 'V1', { role: 'EDITOR' }],
    ['membership_access_fits_version', 'V1', { role: 'VIEWER' }],
    ['membership_access_fits_version', 'V1', { role: 'GUEST' }],
    ['membership_access_fits_version', 'V1', { role: 'ADMIN', ...LIMIT }],
    ['membership_credit_limit_role', 'V2', { role: 'VIEWER', ...LIMIT }],
    ['membership_credit_limit_role', 'V2', { role: 'OWNER', ...LIMIT }],
    ['membership_credit_limit_role', 'V2', { role: 'GUEST', ...LIMIT }],
    ['membership_credit_limit_positive', 'V2', { ...LIMIT, credit_limit: 0 }],
    ['membership_credit_limit_positive', 'V2', { ...LIMIT, credit_limit: -1 }],
    ['membership_credit_limit_origin', 'V2', { credit_limit: 5 }],
    ['membership_credit_limit_origin', 'V2', { credit_limit_set_by: 'WORKSPACE' }],
    ['membership_credit_limit_origin', 'V2', { ...LIMIT, credit_limit_set_by: 'NOBODY' }],
    ['membership_role_known', 'V2', { role: 'BOSS' }],
    ['membership_seat_type_known', 'V1', { seat_type: 'THRONE' }],
    ['membership_ends_after_start', 'V2', { ended_at: new Date(0) }],
    ['membership_fits_workspace', 'V2', { workspace_version: 'V1', role: 'ADMIN' }],
    ['membership_fits_workspace', 'V1', { workspace_version: 'V2', role: 'ADMIN' }],
    ['membership_of_own_member', 'V2', { member_id: newId() }],
  ])('%s, on %s: %j', async (constraint, version, wrong) => {
    const { membership } = await workspaceWithMember(version);
    expect(await refusedBy(...insertOf('membership', { ...membership, ...wrong }))).toBe(constraint);
  });

  test.each<[version: string, right: Row]>([
    ['V1', { role: 'OWNER', seat_type: 'PRO' }],
    ['V1', { role: 'ADMIN' }],
    ['V1', { role: 'MEMBER', seat_type: 'ELITE_3' }],
    ['V2', { role: 'ADMIN', ...LIMIT }],
    ['V2', { role: 'EDITOR', ...LIMIT, credit_limit: 2_147_483_647 }],
    ['V2', { role: 'GUEST' }],
  ])('%s may have %j', async (version, right) => {
    const { membership } = await workspaceWithMember(version);
    await insert('membership', { ...membership, ...right });
  });
});

test('a membership and its member are of the same workspace', async () => {
  const [one, other] = [await workspaceWithMember('V2'), await workspaceWithMember('V2')];
  const stray = { ...one.membership, member_id: other.membership.member_id };
  expect(await refusedBy(...insertOf('membership', stray))).toBe('membership_of_own_member');
});

test.each([
  ['member_id', 'membership_of_own_member'],
  ['workspace_id', 'membership_of_own_member'],
  ['workspace_version', 'membership_fits_workspace'],
] as const)('no update gives a membership another %s', async (column, constraint) => {
  const [{ membership }, other] = [await workspaceWithMember('V2'), await workspaceWithMember('V2')];
  await insert('membership', { ...membership, role: 'ADMIN' });
  const wrong = column === 'workspace_version' ? 'V1' : other.membership[column];
  const update = `update membership set ${column} = $1 where id = $2`;
  expect(await refusedBy(update, [wrong, membership.id])).toBe(constraint);
});

describe('member_group', () => {
  function groupRow(workspace: Row, more: Row = {}): Row {
    return {
      id: newId(),
      workspace_id: workspace.id,
      workspace_version: workspace.version,
      display_name: 'Engineers',
      canonical_display_name: 'engineers',
      version: 1,
      created_at: NOW,
      updated_at: NOW,
      ...more,
    };
  }

  test.each<[constraint: string, version: string, wrong: Row]>([
    ['member_group_granted_role_assignable', 'V2', { granted_role: 'OWNER' }],
    ['member_group_granted_seat_type_known', 'V1', { granted_seat_type: 'THRONE' }],
    ['member_group_grant_fits_version', 'V1', { granted_role: 'ADMIN' }],
    ['member_group_grant_fits_version', 'V2', { granted_seat_type: 'PRO' }],
    ['member_group_fits_workspace', 'V2', { workspace_version: 'V1' }],
  ])('rule 30: %s on %s', async (constraint, version, wrong) => {
    const { workspace } = await workspaceWithMember(version);
    expect(await refusedBy(...insertOf('member_group', groupRow(workspace, wrong)))).toBe(constraint);
  });

  test("rule 29: a group's name is unique without case; its members are of its workspace", async () => {
    const [one, other] = [await workspaceWithMember('V2'), await workspaceWithMember('V2')];
    const group = groupRow(one.workspace);
    await insert('member_group', group);
    await insert('member_group', groupRow(other.workspace));
    expect(
      await refusedBy(...insertOf('member_group', groupRow(one.workspace, { display_name: 'ENGINEERS' }))),
    ).toBe('member_group_display_name_unique');
    const place = (member: Row): Row => ({ group_id: group.id, member_id: member.id });
    await insert('group_member', place(one.member));
    expect(await refusedBy(...insertOf('group_member', place(one.member)))).toBe('group_member_pkey');
    expect(await refusedBy(...insertOf('group_member', place(other.member)))).toBe(
      'group_member_of_one_workspace',
    );
    expect(await refusedBy('update group_member set member_id = $1', [other.member.id])).toBe(
      'group_member_is_fixed',
    );
    await database.rows('delete from member where id = $1', [one.member.id]);
    expect(await database.rows('select 1 from group_member where group_id = $1', [group.id])).toEqual([]);
  });
});

describe('rule 22: invitation', () => {
  let invitations = 0;

  function invitationRow(workspace: Row, more: Row = {}): Row {
    invitations += 1;
    return {
      id: newId(),
      workspace_id: workspace.id,
      workspace_version: workspace.version,
      email: `invited-${invitations}@acme.test`,
      canonical_email: `invited-${invitations}@acme.test`,
      invited_by: 'operator',
      lookup: `l${invitations}`,
      hash: 'h',
      created_at: NOW,
      sent_at: NOW,
      expires_at: NOW,
      max_uses: 1,
      use_count: 0,
      delivery: 'SENT',
      ...more,
    };
  }

  const LINK = { email: null, canonical_email: null, delivery: null, max_uses: null };
  const ACCEPTED = { accepted_at: NOW, use_count: 1 };

  test.each<[constraint: string, version: string, wrong: Row]>([
    ['invitation_access_fits_version', 'V2', { role: 'OWNER' }],
    ['invitation_access_fits_version', 'V2', { role: 'EDITOR', seat_type: 'PRO' }],
    ['invitation_access_fits_version', 'V1', { role: 'EDITOR' }],
    ['invitation_access_fits_version', 'V1', { role: 'ADMIN', credit_limit: 5 }],
    ['invitation_access_is_whole', 'V1', { seat_type: 'PRO' }],
    ['invitation_seat_type_known', 'V1', { role: 'MEMBER', seat_type: 'THRONE' }],
    ['invitation_credit_limit_applies', 'V2', { role: 'VIEWER', credit_limit: 5 }],
    ['invitation_credit_limit_applies', 'V2', { role: 'EDITOR', credit_limit: 0 }],
    ['invitation_uses_within_limit', 'V2', { ...LINK, max_uses: 2, use_count: 3 }],
    ['invitation_uses_within_limit', 'V2', { ...LINK, max_uses: 0 }],
    ['invitation_uses_within_limit', 'V2', { ...LINK, use_count: -1 }],
    ['invitation_of_one_is_used_once', 'V2', { max_uses: 2 }],
    ['invitation_of_one_is_used_once', 'V2', { use_count: 1 }],
    ['invitation_of_one_is_used_once', 'V2', { accepted_at: NOW }],
    ['invitation_of_one_is_used_once', 'V2', { ...LINK, accepted_at: NOW }],
    ['invitation_delivery_known', 'V2', { delivery: 'BY_PIGEON' }],
    ['invitation_delivery_known', 'V2', { delivery: null }],
    ['invitation_delivery_known', 'V2', { ...LINK, delivery: 'SENT' }],
    ['invitation_lookup_unique', 'V2', { lookup: 'l1' }],
    ['invitation_fits_workspace', 'V2', { workspace_version: 'V1' }],
  ])('%s, on %s: %j', async (constraint, version, wrong) => {
    const workspace = workspaceRow(version);
    await insert('workspace', workspace);
    if (constraint === 'invitation_lookup_unique')
      await insert('invitation', invitationRow(workspace, { lookup: 'l1' }));
    expect(await refusedBy(...insertOf('invitation', invitationRow(workspace, wrong)))).toBe(constraint);
  });

  test('one open invitation per workspace and address, without case; any number of closed ones and links', async () => {
    const [here, there] = [workspaceRow('V2'), workspaceRow('V2')];
    await insert('workspace', here);
    await insert('workspace', there);
    const email = 'ann@invited.test';
    for (const over of [ACCEPTED, { revoked_at: NOW }, {}])
      await insert('invitation', invitationRow(here, { email, canonical_email: email, ...over }));
    await insert('invitation', invitationRow(there, { email, canonical_email: email }));
    await insert('invitation', invitationRow(here, LINK));
    await insert('invitation', invitationRow(here, { ...LINK, use_count: 9 }));
    expect(
      await refusedBy(
        ...insertOf('invitation', invitationRow(here, { email: 'ANN@invited.test', canonical_email: email })),
      ),
    ).toBe('invitation_one_open');
  });

  test('keeps the invitation when the member who accepted it is deleted', async () => {
    const { workspace, member } = await workspaceWithMember('V2');
    const row = invitationRow(workspace, { ...ACCEPTED, accepted_by: member.id });
    await insert('invitation', row);
    await database.rows('delete from member where id = $1', [member.id]);
    expect(
      await database.rows('select accepted_by, use_count from invitation where id = $1', [row.id]),
    ).toEqual([{ accepted_by: null, use_count: 1 }]);
  });
});

describe('seat_allocation', () => {
  const BUILDER = { seat_type: 'BUILDER', workspace_version: 'V1', total: 1, used: 1 };

  test.each<[constraint: string, version: string, wrong: Row]>([
    ['seat_allocation_used_within_total', 'V1', { used: 2 }],
    ['seat_allocation_used_within_total', 'V1', { used: -1 }],
    ['seat_allocation_used_within_total', 'V1', { total: 0 }],
    ['seat_allocation_seat_type_known', 'V1', { seat_type: 'THRONE' }],
    ['seat_allocation_only_v1', 'V2', { workspace_version: 'V2' }],
    ['seat_allocation_fits_workspace', 'V2', {}],
    ['seat_allocation_fits_workspace', 'V1', { workspace_version: 'V2' }],
  ])('%s, on %s: %j', async (constraint, version, wrong) => {
    const workspace = workspaceRow(version);
    await insert('workspace', workspace);
    const row = { workspace_id: workspace.id, ...BUILDER, ...wrong };
    expect(await refusedBy(...insertOf('seat_allocation', row))).toBe(constraint);
  });

  test('a seat type has one row per workspace', async () => {
    const workspace = workspaceRow('V1');
    await insert('workspace', workspace);
    await insert('seat_allocation', { workspace_id: workspace.id, ...BUILDER });
    expect(await refusedBy(...insertOf('seat_allocation', { workspace_id: workspace.id, ...BUILDER }))).toBe(
      'seat_allocation_pkey',
    );
  });
});

describe('rules 37 to 45: single sign-on', () => {
  const CONNECTION = {
    provider: 'OKTA',
    discovery_url: 'https://acme.okta.com/.well-known/openid-configuration',
    client_id: '0oa1',
    client_secret: 'v1.key.iv.text',
    client_secret_set_at: NOW,
    sso_required: false,
    join_on_sign_in: false,
    created_at: NOW,
    updated_at: NOW,
  };
  const DOMAIN = { domain: 'acme.test', token: 't', created_at: NOW };

  async function connection(changes: Row = {}): Promise<Row> {
    const workspace = workspaceRow('V2');
    await insert('workspace', workspace);
    const row = { id: newId(), workspace_id: workspace.id, ...CONNECTION, ...changes };
    await insert('sso_connection', row);
    return row;
  }

  test.each<[string, Row]>([
    ['sso_connection_provider_known', { provider: 'SAML' }],
    ['sso_connection_required_after_manager', { sso_required: true }],
    ['sso_connection_one_a_workspace', {}],
  ])('%s', async (constraint, wrong) => {
    const first = await connection();
    const row = { ...first, id: newId(), ...wrong };
    expect(await refusedBy(...insertOf('sso_connection', row))).toBe(constraint);
  });

  test('a domain is verified for one connection at a time', async () => {
    const [one, other] = [await connection(), await connection()];
    const verified = { ...DOMAIN, domain: 'once.test', verified_at: NOW, verified_by: 'DNS' };
    await insert('sso_domain', { id: newId(), connection_id: one.id, ...verified });
    await insert('sso_domain', { id: newId(), connection_id: other.id, ...DOMAIN, domain: 'once.test' });
    const second = { id: newId(), connection_id: (await connection()).id, ...verified };
    expect(await refusedBy(...insertOf('sso_domain', second))).toBe('sso_domain_verified_once');
  });

  test.each<[string, Row]>([
    ['sso_domain_proof_known', { verified_at: NOW }],
    ['sso_domain_proof_known', { verified_at: NOW, verified_by: 'HEARSAY' }],
  ])('%s: %j', async (constraint, wrong) => {
    const { id } = await connection();
    const row = { id: newId(), connection_id: id, ...DOMAIN, ...wrong };
    expect(await refusedBy(...insertOf('sso_domain', row))).toBe(constraint);
  });

  test('a subject belongs to one member of a workspace, and is deleted with the member', async () => {
    const { workspace, member } = await workspaceWithMember('V2');
    const subject = {
      workspace_id: workspace.id,
      issuer: 'https://acme.okta.com',
      subject: '00u1',
      member_id: member.id,
      first_seen_at: NOW,
    };
    await insert('sso_subject', subject);
    expect(await refusedBy(...insertOf('sso_subject', subject))).toBe('sso_subject_pkey');
    await database.rows('delete from member where id = $1', [member.id]);
    expect(await database.rows('select 1 from sso_subject where member_id = $1', [member.id])).toEqual([]);
  });

  test('a reference identifies one entry of the sign-in log', async () => {
    const { workspace_id } = await connection();
    const entry = {
      workspace_id,
      reference: 'AAAAA-BBBBB',
      at: NOW,
      reason: 'STATE_LOST',
      network_address: '',
    };
    await insert('sign_in_log_entry', { id: newId(), ...entry });
    expect(await refusedBy(...insertOf('sign_in_log_entry', { id: newId(), ...entry }))).toBe(
      'sign_in_log_entry_reference_unique',
    );
    const unknown = { id: newId(), ...entry, reference: 'AAAAA-CCCCC', reason: 'MOOD' };
    expect(await refusedBy(...insertOf('sign_in_log_entry', unknown))).toBe('sign_in_log_entry_reason_known');
  });
});

describe('api_key', () => {
  const OKTA = { name: 'Okta', prefix: 'rollcall_key_0', created_by: 'operator', created_at: NOW };

  test.each([[[]], [['SCIM', 'EVERYTHING']]])('api_key_scopes_known: %j', async (scopes) => {
    const workspace = workspaceRow('V2');
    await insert('workspace', workspace);
    const row = { id: newId(), workspace_id: workspace.id, ...OKTA, scopes };
    expect(await refusedBy(...insertOf('api_key', row))).toBe('api_key_scopes_known');
  });

  test('a secret belongs to one key, and is deleted with it', async () => {
    const workspace = workspaceRow('V2');
    await insert('workspace', workspace);
    const id = newId();
    await insert('api_key', { id, workspace_id: workspace.id, ...OKTA, scopes: ['SCIM'] });
    await insert('api_key_secret', { lookup: 'l1', api_key_id: id, hash: 'h1' });
    expect(await refusedBy(...insertOf('api_key_secret', { lookup: 'l2', api_key_id: id, hash: 'h1' }))).toBe(
      'api_key_secret_hash_unique',
    );
    expect(await refusedBy(...insertOf('api_key_secret', { lookup: 'l1', api_key_id: id, hash: 'h2' }))).toBe(
      'api_key_secret_pkey',
    );
    await database.rows('delete from api_key where id = $1', [id]);
    expect(await database.rows('select 1 from api_key_secret where api_key_id = $1', [id])).toEqual([]);
  });
});

describe('rule 28: audit_entry', () => {
  const ENTRY = {
    at: NOW,
    actor_type: 'OPERATOR',
    actor_label: 'operator',
    channel: 'GRAPHQL',
    action: 'member.add',
    target_type: 'member',
    target_id: newId(),
    target_label: 'ann@acme.test',
    changes: '{}',
    request_id: 'r',
  };

  test('is append-only', async () => {
    const id = newId();
    await insert('audit_entry', { id, ...ENTRY });
    expect(await refusedBy("update audit_entry set actor_label = 'x' where id = $1", [id])).toBe(
      'audit_entry_is_append_only',
    );
    expect(await refusedBy('delete from audit_entry where id = $1', [id])).toBe('audit_entry_is_append_only');
    expect(await refusedBy('truncate audit_entry', [])).toBe('audit_entry_is_append_only');
    expect(await database.rows('select actor_label from audit_entry where id = $1', [id])).toEqual([
      { actor_label: 'operator' },
    ]);
  });

  test('remains when its workspace is deleted: it has no foreign keys', async () => {
    const workspace = workspaceRow('V2');
    await insert('workspace', workspace);
    const id = newId();
    await insert('audit_entry', { id, workspace_id: workspace.id, ...ENTRY });
    await database.rows('delete from workspace where id = $1', [workspace.id]);
    expect(await database.rows('select id from audit_entry where id = $1', [id])).toEqual([{ id }]);
  });

  test.each<[string, Row]>([
    ['audit_entry_actor_type_known', { actor_type: 'ROBOT' }],
    ['audit_entry_channel_known', { channel: 'FAX' }],
  ])('%s', async (constraint, wrong) => {
    expect(await refusedBy(...insertOf('audit_entry', { id: newId(), ...ENTRY, ...wrong }))).toBe(constraint);
  });
});

describe('credits', () => {
  async function spending(): Promise<{ month: Row; usage: Row; entry: Row }> {
    const { workspace, member } = await workspaceWithMember('V2');
    const of = { workspace_id: workspace.id, month: '2026-11' };
    return {
      month: { ...of, workspace_version: 'V2', total: 5, used: 5 },
      usage: { ...of, account_id: member.account_id, used: 5 },
      entry: {
        ...of,
        id: newId(),
        account_id: member.account_id,
        member_id: member.id,
        user_name: 'ann@acme.test',
        at: '2026-11-30T23:59:59.999Z',
        amount: 5,
        idempotency_key: 'run-1',
        consumed_by: 'Test',
      },
    };
  }

  test('belong to a workspace, an account and a member', async () => {
    const { month, usage, entry } = await spending();
    await insert('credit_month', month);
    await insert('credit_usage', usage);
    await insert('credit_consumption', entry);
  });

  test.each<[string, Row]>([
    ['credit_month_format', { month: '2026-13' }],
    ['credit_month_not_negative', { total: -1, used: -1 }],
    ['credit_month_not_negative', { used: -1 }],
    ['credit_month_used_within_total', { used: 6 }],
    ['credit_month_fits_workspace', { workspace_version: 'V1' }],
  ])('%s: a month with %j', async (constraint, wrong) => {
    const { month } = await spending();
    expect(await refusedBy(...insertOf('credit_month', { ...month, ...wrong }))).toBe(constraint);
  });

  test('V1 workspaces have none', async () => {
    const { month } = await spending();
    const workspace = workspaceRow('V1');
    await insert('workspace', workspace);
    const wrong = { ...month, workspace_id: workspace.id, workspace_version: 'V1' };
    expect(await refusedBy(...insertOf('credit_month', wrong))).toBe('credit_month_only_v2');
  });

  test('rule 23: a pool may be lowered below what is used', async () => {
    const { month } = await spending();
    await insert('credit_month', month);
    const changed = (change: string) =>
      refusedBy(`update credit_month set ${change} where workspace_id = $1`, [month.workspace_id]);
    expect(await changed('used = 6')).toBe('credit_month_used_within_total');
    expect(await changed('total = 3')).toBeUndefined();
    expect(await changed('used = 6')).toBe('credit_month_used_within_total');
    expect(await changed('total = 6')).toBeUndefined();
    expect(await changed('used = 6')).toBeUndefined();
  });

  test.each<[string, Row]>([
    ['credit_usage_month_format', { month: '2026-11-01' }],
    ['credit_usage_positive', { used: 0 }],
    ['credit_usage_account_id_foreign', { account_id: newId() }],
    ['credit_usage_workspace_id_foreign', { workspace_id: newId() }],
  ])('%s: usage with %j', async (constraint, wrong) => {
    const { usage } = await spending();
    expect(await refusedBy(...insertOf('credit_usage', { ...usage, ...wrong }))).toBe(constraint);
  });

  test.each<[string, Row]>([
    ['credit_consumption_amount_positive', { amount: 0 }],
    ['credit_consumption_key_length', { idempotency_key: '' }],
    ['credit_consumption_key_length', { idempotency_key: 'x'.repeat(201) }],
    ['credit_consumption_month_of_its_time', { month: '2026-12' }],
    ['credit_consumption_month_of_its_time', { at: '2026-12-01T00:00:00.000Z' }],
    ['credit_consumption_account_id_foreign', { account_id: newId() }],
  ])('%s: an entry with %j', async (constraint, wrong) => {
    const { entry } = await spending();
    expect(await refusedBy(...insertOf('credit_consumption', { ...entry, ...wrong }))).toBe(constraint);
  });

  test('rule 23: an idempotency key is unique in its workspace, and its entry cannot be changed', async () => {
    const { entry } = await spending();
    await insert('credit_consumption', entry);
    expect(await refusedBy(...insertOf('credit_consumption', { ...entry, id: newId() }))).toBe(
      'credit_consumption_key_unique',
    );
    expect(await refusedBy('update credit_consumption set amount = 1 where id = $1', [entry.id])).toBe(
      'credit_consumption_is_fixed',
    );
  });

  test('rules 17 and 18: usage remains when the member is deleted', async () => {
    const { usage, entry } = await spending();
    await insert('credit_usage', usage);
    await insert('credit_consumption', entry);
    await database.rows('delete from member where id = $1', [entry.member_id]);
    expect(await database.rows('select amount from credit_consumption where id = $1', [entry.id])).toEqual([
      { amount: 5 },
    ]);
    expect(
      await database.rows('select used from credit_usage where account_id = $1', [usage.account_id]),
    ).toEqual([{ used: 5 }]);
  });
});

describe('a transaction', () => {
  test('is rolled back as a whole, and its side effects run only after the commit', async () => {
    const effects: string[] = [];
    const id = newId();
    const work = (fails: boolean) =>
      database.transaction(async (tx) => {
        await tx.rows(
          "insert into account (id, email, canonical_email, created_at) values ($1, 'tx@acme.test', 'tx@acme.test', now())",
          [id],
        );
        tx.afterCommit(() => effects.push('done'));
        if (fails) throw new Error('changed my mind');
        return 'answer';
      });
    await expect(work(true)).rejects.toThrow('changed my mind');
    expect(await database.rows('select 1 from account where id = $1', [id])).toEqual([]);
    expect(effects).toEqual([]);
    expect(await work(false)).toBe('answer');
    expect(await database.rows('select email from account where id = $1', [id])).toEqual([
      { email: 'tx@acme.test' },
    ]);
    expect(effects).toEqual(['done']);
  });
});
