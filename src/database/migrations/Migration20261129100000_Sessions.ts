import { exists, hasColumn, isValidated, StepwiseMigration } from '../stepwise-migration.js';

/** Sessions record the proof of their sign-in and their last use; operators' sessions and mail links get tables. */
export class Migration20261129100000_Sessions extends StepwiseMigration {
  override name = 'Migration20261129100000_Sessions';

  override async up(): Promise<void> {
    // Operators created the existing sessions. These lasted 30 days, and their last use is unknown.
    await this.briefly(
      hasColumn('session', 'method'),
      `alter table "session" add column "method" text not null default 'OPERATOR', add column "workspace_id" uuid null, add column "provider_subject" text null, add column "provider_sid" text null, add column "sealed_id_token" text null, add column "last_used_at" timestamptz(3) not null default now(), add column "last_used_from" text null, add column "user_agent" text null;`,
      `alter table "session" alter column "method" drop default, alter column "last_used_at" drop default;`,
      `alter table "session" add constraint "session_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on delete cascade not valid;`,
      `alter table "session" add constraint "session_method_known" check (method in ('PROVIDER', 'MAIL_LINK', 'OPERATOR', 'DEVELOPMENT')) not valid;`,
      `alter table "session" add constraint "session_of_provider_has_workspace" check ((method = 'PROVIDER') = (provider_subject is not null) and (method <> 'PROVIDER' or workspace_id is not null) and (provider_subject is not null or (provider_sid is null and sealed_id_token is null))) not valid;`,
      `alter table "audit_entry" drop constraint "audit_entry_channel_known";`,
      `alter table "audit_entry" add constraint "audit_entry_channel_known" check (channel in ('GRAPHQL', 'SCIM', 'SIGN_IN', 'CLI', 'SYSTEM')) not valid;`,
    );
    await this.step(isValidated('session', 'audit_entry'), async (sql) => {
      await sql(`alter table "session" validate constraint "session_workspace_id_foreign";`);
      await sql(`alter table "session" validate constraint "session_method_known";`);
      await sql(`alter table "session" validate constraint "session_of_provider_has_workspace";`);
      await sql(`alter table "audit_entry" validate constraint "audit_entry_channel_known";`);
    });
    await this.step(exists('sign_in_link'), async (sql) => {
      const statements = [
        `update "session" set "expires_at" = least("expires_at", now() + interval '7 days') where "expires_at" > now() + interval '7 days';`,
        `create index "session_of_subject" on "session" ("workspace_id", "provider_subject") where workspace_id is not null and ended_at is null;`,
        `create index "session_of_sid" on "session" ("workspace_id", "provider_sid") where provider_sid is not null and ended_at is null;`,
        `create table "operator_session" ("id" uuid not null, "lookup" text not null, "hash" text not null, "created_at" timestamptz(3) not null, "expires_at" timestamptz(3) not null, "opened_from" text not null, "user_agent" text null, "ended_at" timestamptz(3) null, primary key ("id"));`,
        `alter table "operator_session" add constraint "operator_session_lookup_unique" unique ("lookup");`,
        `create table "sign_in_link" ("id" uuid not null, "account_id" uuid null, "email" text not null, "invitation_lookup" text null, "lookup" text not null, "hash" text not null, "browser_lookup" text not null, "browser_hash" text not null, "code_hash" text not null, "wrong_codes" int not null, "return_to" text not null, "asked_from" text not null, "user_agent" text null, "created_at" timestamptz(3) not null, "expires_at" timestamptz(3) not null, "used_at" timestamptz(3) null, primary key ("id"));`,
        `alter table "sign_in_link" add constraint "sign_in_link_lookup_unique" unique ("lookup");`,
        `alter table "sign_in_link" add constraint "sign_in_link_browser_lookup_unique" unique ("browser_lookup");`,
        `create index "sign_in_link_expiry" on "sign_in_link" ("expires_at");`,
        `alter table "sign_in_link" add constraint "sign_in_link_account_id_foreign" foreign key ("account_id") references "account" ("id") on delete cascade;`,
        `create unlogged table "rate_limit" ("key" varchar(255) not null, "points" int not null default 0, "expire" bigint null, primary key ("key"));`,
      ];
      for (const statement of statements) await sql(statement);
    });
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table "rate_limit";`);
    this.addSql(`drop table "sign_in_link";`);
    this.addSql(`drop table "operator_session";`);
    this.addSql(`drop index "session_of_sid";`);
    this.addSql(`drop index "session_of_subject";`);
    this.addSql(
      `alter table "session" drop column "method", drop column "workspace_id", drop column "provider_subject", drop column "provider_sid", drop column "sealed_id_token", drop column "last_used_at", drop column "last_used_from", drop column "user_agent";`,
    );
    this.addSql(`alter table "audit_entry" drop constraint "audit_entry_channel_known";`);
    // Entries are append-only, so those of the removed channel stay as they are.
    this.addSql(
      `alter table "audit_entry" add constraint "audit_entry_channel_known" check (channel in ('GRAPHQL', 'SCIM', 'CLI', 'SYSTEM')) not valid;`,
    );
  }
}
