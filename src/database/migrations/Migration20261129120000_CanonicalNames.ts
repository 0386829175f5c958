import { isAddress } from '../../domain/address.js';
import { canonicalName, canonicalUserName, DUPLICATE } from '../../domain/canonical.js';
import { newId } from '../../domain/ids.js';
import {
  exists,
  hasColumn,
  hasConstraint,
  isValidated,
  type StepSql,
  StepwiseMigration,
} from '../stepwise-migration.js';

const BATCH = 5000;

/** The longest text that fits into an index entry of PostgreSQL, at three bytes per character. */
const LONGEST = 800;

/** Each has a constraint of its name while it is filled. */
const CANONICAL_TABLES = ['account', 'member', 'member_group', 'invitation'] as const;

type Canonical = (text: string) => string;

/**
 * The canonical forms of addresses, userNames and group names beside their spellings (rule 15a), and the memory of
 * removals (rule 16a). Of several rows with the same canonical form, one keeps it; the others are marked with
 * `DUPLICATE`, still work by their ids, and are reported. Of several pending invitations to one person, the last one
 * sent stays.
 *
 * From the first step on, a row without its canonical form is refused, so that none appears that is not filled; changes by
 * servers of the previous release fail.
 */
export class Migration20261129120000_CanonicalNames extends StepwiseMigration {
  override name = 'Migration20261129120000_CanonicalNames';

  override async up(): Promise<void> {
    await this.briefly(
      hasColumn('account', 'canonical_email'),
      `alter table "account" add "canonical_email" text collate "C" null,
         add constraint "account_canonical" check ("canonical_email" is not null) not valid`,
      `alter table "member" add "canonical_user_name" text collate "C" null,
         add constraint "member_canonical" check ("canonical_user_name" is not null) not valid`,
      `alter table "member_group" add "canonical_display_name" text collate "C" null,
         add constraint "member_group_canonical" check ("canonical_display_name" is not null) not valid`,
      `alter table "invitation" add "canonical_email" text collate "C" null,
         add constraint "invitation_canonical" check (("canonical_email" is null) = ("email" is null)) not valid`,
    );
    const isFinal = `not ${hasConstraint('account_canonical')}`;
    await this.step(`${exists('account_canonical_unique')} or ${isFinal}`, async (sql) => {
      await fill(sql, 'account', 'email', 'canonical_email', canonicalUserName);
      await fill(sql, 'member', 'user_name', 'canonical_user_name', canonicalUserName);
      await fill(sql, 'member_group', 'display_name', 'canonical_display_name', canonicalName);
      await fill(sql, 'invitation', 'email', 'canonical_email', canonicalUserName);
      // The account whose spelling is the usual one in any case keeps the form; else the oldest account.
      await sql(
        marking(
          'account',
          'canonical_email',
          '',
          '(lower(t.email) = t.canonical_email) desc, t.created_at, t.id',
        ),
      );
      await sql(
        marking(
          'member',
          'canonical_user_name',
          't.workspace_id,',
          `exists (select 1 from membership s where s.member_id = t.id and s.ended_at is null) desc,
           (lower(t.user_name) = t.canonical_user_name) desc, t.created_at, t.id`,
        ),
      );
      await sql(marking('member_group', 'canonical_display_name', 't.workspace_id,', 't.created_at, t.id'));
      await this.#revokeRepeatedInvitations(sql);
      await sql(`create unique index "account_canonical_unique" on "account" ("canonical_email")`);
      await sql(
        `create unique index "member_canonical_unique" on "member" ("workspace_id", "canonical_user_name")`,
      );
      await sql(
        `create unique index "member_group_canonical_unique" on "member_group" ("workspace_id", "canonical_display_name")`,
      );
      await sql(
        `create unique index "invitation_canonical_unique" on "invitation" ("workspace_id", "canonical_email") where accepted_at is null and revoked_at is null`,
      );
    });
    await this.step(isValidated(...CANONICAL_TABLES), async (sql) => {
      for (const table of CANONICAL_TABLES)
        await sql(`alter table "${table}" validate constraint "${table}_canonical"`);
    });
    // A column that a valid constraint says is not null is not read again, and from citext to text no row changes.
    await this.briefly(
      isFinal,
      `drop index "invitation_one_open"`,
      `alter index "invitation_canonical_unique" rename to "invitation_one_open"`,
      `drop index "member_user_name_prefix"`,
      `alter table "account" drop constraint "account_email_unique", alter column "canonical_email" set not null`,
      `alter table "account" drop constraint "account_canonical", alter column "email" type text,
         add constraint "account_email_unique" unique using index "account_canonical_unique"`,
      `alter table "member" drop constraint "member_user_name_unique", alter column "canonical_user_name" set not null`,
      `alter table "member" drop constraint "member_canonical", alter column "user_name" type text,
         add constraint "member_user_name_unique" unique using index "member_canonical_unique"`,
      `alter table "member_group" drop constraint "member_group_display_name_unique",
         alter column "canonical_display_name" set not null`,
      `alter table "member_group" drop constraint "member_group_canonical", alter column "display_name" type text,
         add constraint "member_group_display_name_unique" unique using index "member_group_canonical_unique"`,
      `alter table "invitation" drop constraint "invitation_canonical", alter column "email" type text`,
    );
    await this.step(exists('removal'), async (sql) => {
      await sql(
        `create table "removal" ("account_id" uuid not null, "workspace_id" uuid not null, "removed_at" timestamptz(3) not null, primary key ("account_id", "workspace_id"))`,
      );
      await sql(
        `alter table "removal" add constraint "removal_account_id_foreign" foreign key ("account_id") references "account" ("id") on update cascade on delete cascade`,
      );
      await sql(
        `alter table "removal" add constraint "removal_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on update cascade on delete cascade`,
      );
      await sql(
        `insert into removal (account_id, workspace_id, removed_at)
         select m.account_id, m.workspace_id, max(s.ended_at) from member m join membership s on s.member_id = m.id
         where s.ended_at is not null group by m.account_id, m.workspace_id`,
      );
      await rememberFormerMembers(sql);
    });
  }

  override async down(): Promise<void> {
    await this.briefly(
      'false',
      `drop table "removal";`,
      `alter table "account" drop constraint "account_email_unique";`,
      `alter table "member" drop constraint "member_user_name_unique";`,
      `alter table "member_group" drop constraint "member_group_display_name_unique";`,
      `drop index "invitation_one_open";`,
      `alter table "account" drop column "canonical_email";`,
      `alter table "member" drop column "canonical_user_name";`,
      `alter table "member_group" drop column "canonical_display_name";`,
      `alter table "invitation" drop column "canonical_email";`,
      `alter table "account" alter column "email" type citext;`,
      `alter table "member" alter column "user_name" type citext;`,
      `alter table "member_group" alter column "display_name" type citext;`,
      `alter table "invitation" alter column "email" type citext;`,
      `alter table "account" add constraint "account_email_unique" unique ("email");`,
      `alter table "member" add constraint "member_user_name_unique" unique ("workspace_id", "user_name");`,
      `alter table "member_group" add constraint "member_group_display_name_unique" unique ("workspace_id", "display_name");`,
      `create unique index "invitation_one_open" on "invitation" ("workspace_id", "email") where accepted_at is null and revoked_at is null;`,
      `create index "member_user_name_prefix" on "member" ("workspace_id", (lower("user_name"::text)) collate "C");`,
    );
  }

  /** One pending invitation per person: "the last mail counts". */
  async #revokeRepeatedInvitations(sql: StepSql): Promise<void> {
    const revoked = await sql<{ id: string; workspace_id: string; email: string; revoked_at: Date }>(
      `update invitation t set revoked_at = clock_timestamp()
       from (select id, row_number() over (partition by workspace_id, canonical_email order by sent_at desc, id desc) as place
             from invitation where accepted_at is null and revoked_at is null and canonical_email is not null) r
       where r.id = t.id and r.place > 1 returning t.id, t.workspace_id, t.email, t.revoked_at`,
    );
    for (const { id, workspace_id, email, revoked_at } of revoked) {
      const changes = { revokedAt: { before: null, after: revoked_at } };
      await sql(
        `insert into audit_entry (id, workspace_id, at, actor_type, actor_label, channel, action, target_type, target_id,
           target_label, changes, request_id)
         values ($1, $2, $3, 'SYSTEM', 'system', 'SYSTEM', 'invitation.revoke', 'invitation', $4, $5, $6, $7)`,
        [newId(), workspace_id, revoked_at, id, email, JSON.stringify(changes), this.name],
      );
    }
  }
}

/** Names of tables and columns are this migration's own. */
async function fill(
  sql: StepSql,
  table: string,
  spelling: string,
  column: string,
  canonical: Canonical,
): Promise<void> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const rows = await sql<{ id: string; spelling: string | null }>(
      `select id, ${spelling} as spelling from ${table} where id > $1 order by id limit ${BATCH}`,
      [after],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
    const filled = rows.map(({ id, spelling: text }) => text && fitting(canonical(text), id));
    await sql(
      `update ${table} t set ${column} = c.canonical from unnest($1::uuid[], $2::text[]) c(id, canonical) where t.id = c.id`,
      [rows.map(({ id }) => id), filled],
    );
  }
}

/** The people whom the audit log shows as deleted, or whose member has got another address since. */
async function rememberFormerMembers(sql: StepSql): Promise<void> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const rows = await sql<FormerMember>(
      `select id, workspace_id, at, changes->'userName'->>'before' as user_name,
         changes->'profile.emails'->'before' as emails
       from audit_entry
       where id > $1 and workspace_id is not null and target_type = 'member'
         and changes->'userName'->>'before' is not null
       order by id limit ${BATCH}`,
      [after],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
    const known = rows.flatMap(({ workspace_id, at, ...person }) => {
      const address = formerAddress(person);
      return address === undefined ? [] : [{ workspace_id, at, email: canonicalUserName(address) }];
    });
    await sql(
      `insert into removal as r (account_id, workspace_id, removed_at)
       select a.id, w.id, max(f.at)
       from unnest($1::uuid[], $2::timestamptz[], $3::text[]) f(workspace_id, at, email)
         join account a on a.canonical_email = f.email join workspace w on w.id = f.workspace_id
       group by a.id, w.id
       on conflict (account_id, workspace_id) do update set removed_at = greatest(r.removed_at, excluded.removed_at)`,
      [
        known.map(({ workspace_id }) => workspace_id),
        known.map(({ at }) => at),
        known.map(({ email }) => email),
      ],
    );
  }
}

interface FormerMember {
  readonly id: string;
  readonly workspace_id: string;
  readonly at: Date;
  readonly user_name: string;
  readonly emails: unknown;
}

function formerAddress({
  user_name,
  emails,
}: Pick<FormerMember, 'user_name' | 'emails'>): string | undefined {
  const values = (Array.isArray(emails) ? emails : []).map(
    (email: { readonly value?: unknown }) => email.value,
  );
  return [user_name, ...values].find((text): text is string => typeof text === 'string' && isAddress(text));
}

function fitting(canonical: string, id: string): string {
  return canonical.length > LONGEST ? `${DUPLICATE}${id}` : canonical;
}

/** Marks all but the first of the rows with the same canonical form. */
function marking(table: string, column: string, within: string, order: string): string {
  return `
    update ${table} t set ${column} = '${DUPLICATE}' || t.id || ':' || t.${column}
    from (select t.id, row_number() over (partition by ${within} t.${column} order by ${order}) as place from ${table} t) r
    where r.id = t.id and r.place > 1`;
}
