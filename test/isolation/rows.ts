import type { TestApp } from '../app.js';

/**
 * The rows of a table that belong to the workspace `$1`, for tables without a column `workspace_id` and for those of which
 * others may change some rows. A table may also say why no row of it is a workspace's.
 */
const OWNED: Readonly<Record<string, { readonly where: string } | { readonly nobodys: string }>> = {
  workspace: { where: 'id = $1' },
  account: { where: 'id in (select account_id from member where workspace_id = $1)' },
  api_key_secret: { where: 'api_key_id in (select id from api_key where workspace_id = $1)' },
  group_member: { where: 'group_id in (select id from member_group where workspace_id = $1)' },
  sso_domain: { where: 'connection_id in (select id from sso_connection where workspace_id = $1)' },
  webhook_attempt: { where: 'delivery_id in (select id from webhook_delivery where workspace_id = $1)' },
  // A person of two workspaces uses a session in both; one that opens this workspace alone is this workspace's.
  session: { where: 'workspace_id = $1' },
  // Rule 51: requests with keys that are unknown here, sent to this workspace's address, are counted.
  scim_request_set: { where: "workspace_id = $1 and operation <> 'AUTHENTICATE'" },
  scim_request_count: { where: "workspace_id = $1 and code <> 'KEY_UNKNOWN'" },
  scim_problem: { where: "workspace_id = $1 and operation <> 'AUTHENTICATE'" },
  // Rule 55: a workspace to which only unknown keys come is FAILING.
  scim_connection: { where: '$1::uuid is null' },
  // Rule 45: a sign-in that is refused is an entry, whoever tries. The entries of `tenant` come from this address.
  sign_in_log_entry: { where: "workspace_id = $1 and network_address = '192.0.2.1'" },
  sign_in_link: { nobodys: 'belongs to an address' },
  operator_session: { nobodys: 'belongs to an operator' },
  rate_limit: { nobodys: 'counts addresses and networks' },
  sso_used_value: { nobodys: 'holds hashes of values that providers sent' },
  mikro_orm_migrations: { nobodys: 'says which migrations ran' },
};

/** The condition for the workspace's rows of each table. @throws Error naming a table that says nothing of its workspace */
export async function ownedTables({ sql }: Pick<TestApp, 'sql'>): Promise<ReadonlyMap<string, string>> {
  // Partitions are read through their table.
  const tables = await sql<{ name: string; scoped: boolean }>(`
    select c.relname as name, exists (
      select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped) as scoped
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    order by 1`);
  const owned = new Map<string, string>();
  for (const { name, scoped } of tables) {
    const entry = OWNED[name];
    if (entry === undefined && !scoped)
      throw new Error(
        `The table ${name} has no workspace_id: say in OWNED of test/isolation/rows.ts whose its rows are.`,
      );
    if (entry === undefined) owned.set(name, 'workspace_id = $1');
    else if ('where' in entry) owned.set(name, entry.where);
  }
  return owned;
}

/** Every row of the workspace, hashed, by table: equal before and after as long as nothing of it was changed. */
export async function checksum(app: TestApp, workspaceId: string): Promise<Readonly<Record<string, string>>> {
  const parts = [...(await ownedTables(app))].map(
    ([name, where]) =>
      `select '${name}' as name, count(*) || ' rows ' || coalesce(md5(string_agg(md5(t::text), '' order by t::text)), '') as sum
       from ${name} t where ${where}`,
  );
  const rows = await app.sql<{ name: string; sum: string }>(parts.join(' union all '), [workspaceId]);
  return Object.fromEntries(rows.map(({ name, sum }) => [name, sum]));
}

/** What can be sent to name something of a workspace: one statement for each kind of id or text. */
const NAMES = {
  workspace: 'select $1::text as value',
  member: "select id from member where workspace_id = $1 and user_name like 'admin@%'",
  'inactive member': "select id from member where workspace_id = $1 and user_name like 'left@%'",
  membership: 'select id from membership where workspace_id = $1 order by id limit 1',
  account: "select account_id from member where workspace_id = $1 and user_name like 'okta@%'",
  group: 'select id from member_group where workspace_id = $1',
  invitation: 'select id from invitation where workspace_id = $1 order by id limit 1',
  'api key': 'select id from api_key where workspace_id = $1 order by id limit 1',
  'audit entry': 'select id from audit_entry where workspace_id = $1 order by id limit 1',
  'scim request':
    'select id from scim_request where workspace_id = $1 and code is not null order by id limit 1',
  'scim problem': 'select id from scim_problem where workspace_id = $1 order by id limit 1',
  consumption: 'select id from credit_consumption where workspace_id = $1',
  session: 'select id from session where workspace_id = $1 order by id limit 1',
  'sign-in log entry': 'select id from sign_in_log_entry where workspace_id = $1',
  connection: 'select id from sso_connection where workspace_id = $1',
  domain:
    'select d.id from sso_domain d join sso_connection c on c.id = d.connection_id where c.workspace_id = $1',
  webhook: 'select id from webhook where workspace_id = $1',
  'webhook delivery': 'select id from webhook_delivery where workspace_id = $1 order by id limit 1',
  userName: "select user_name from member where workspace_id = $1 and user_name like 'okta@%'",
  externalId: "select external_id from member where workspace_id = $1 and user_name like 'okta@%'",
  groupName: 'select display_name from member_group where workspace_id = $1',
  groupExternalId: 'select external_id from member_group where workspace_id = $1',
  invitedEmail:
    'select email from invitation where workspace_id = $1 and email is not null order by id limit 1',
  keyName: 'select name from api_key where workspace_id = $1 and disabled_at is not null',
  workspaceName: 'select name from workspace where id = $1',
  idempotencyKey: 'select idempotency_key from credit_consumption where workspace_id = $1',
  ssoDomain:
    'select d.domain from sso_domain d join sso_connection c on c.id = d.connection_id where c.workspace_id = $1',
  clientId: 'select client_id from sso_connection where workspace_id = $1',
  subject: 'select subject from sso_subject where workspace_id = $1',
  reference: 'select reference from sign_in_log_entry where workspace_id = $1',
  requestId:
    "select request_id from scim_request where workspace_id = $1 and operation = 'USER_CREATE' order by id limit 1",
  // A token whose row exists, with another secret.
  invitationToken: `
    select 'rollcall_invitation_' || lookup || '_' || repeat('A', 43) from invitation where workspace_id = $1
    order by id limit 1`,
  mailedToken: `
    select 'rollcall_mailed_' || lookup || '_' || repeat('A', 43) from invitation where workspace_id = $1
    order by id limit 1`,
} as const;

export type Kind = keyof typeof NAMES;

/** A name of each kind of thing, of one workspace. */
export type Names = Readonly<Record<Kind, string>>;

export const KINDS = Object.keys(NAMES) as readonly Kind[];

/** The kinds whose name is an id. */
export const ID_KINDS = KINDS.slice(0, KINDS.indexOf('userName'));

/** A V1 workspace has no credits: its names of them exist nowhere. */
const NOT_OF_V1: ReadonlySet<Kind> = new Set(['consumption', 'idempotencyKey']);

/** The names of what the workspace has. */
export async function namesOf(app: TestApp, workspaceId: string): Promise<Names> {
  const [workspace] = await app.sql<{ version: string }>('select version from workspace where id = $1', [
    workspaceId,
  ]);
  const found = await Promise.all(
    KINDS.map(async (kind) => {
      const [row] = await app.sql<Record<string, string>>(NAMES[kind], [workspaceId]);
      const [value] = Object.values(row ?? {});
      if (value === undefined && !(workspace?.version === 'V1' && NOT_OF_V1.has(kind)))
        throw new Error(`the workspace has no ${kind}`);
      return [kind, value ?? absent(`${workspaceId.slice(0, -6)}${kind.length}aaaaa`.slice(0, 36))] as const;
    }),
  );
  return Object.fromEntries(found) as Record<Kind, string>;
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** A name of nothing, which looks like another: of the same length, the same time and the same place in any order. */
export function absent(name: string, mark = ''): string {
  if (UUID.test(name))
    return `${name.slice(0, -6)}${(Number.parseInt(name.slice(-6), 16) ^ 0xa5).toString(16).padStart(6, '0')}`;
  const other =
    mark === ''
      ? name
      : name.replaceAll(mark, nobody(mark)).replaceAll(mark.toUpperCase(), nobody(mark).toUpperCase());
  if (other !== name) return other;
  // The lookup of a token.
  return name.replace(/_([\da-f]{16})_/, (_, lookup: string) => `_${[...lookup].reverse().join('')}_`);
}

/** A mark that no workspace has. */
function nobody(mark: string): string {
  return `${mark.slice(0, -1)}q`;
}
