import { Migration } from '@mikro-orm/migrations';

/** Connections to identity providers, their domains and subjects, and the sign-in log. */
export class Migration20261129110000_SingleSignOn extends Migration {
  override name = 'Migration20261129110000_SingleSignOn';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "sso_used_value" ("hash" text not null, "expires_at" timestamptz(3) not null, primary key ("hash"));`,
    );
    this.addSql(`create index "sso_used_value_expiry" on "sso_used_value" ("expires_at");`);

    this.addSql(
      `create table "sso_connection" ("id" uuid not null, "workspace_id" uuid not null, "provider" text not null, "discovery_url" text not null, "client_id" text not null, "client_secret" text not null, "client_secret_set_at" timestamptz(3) not null, "sso_required" boolean not null, "join_on_sign_in" boolean not null, "last_sign_in_at" timestamptz(3) null, "manager_signed_in_at" timestamptz(3) null, "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(
      `alter table "sso_connection" add constraint "sso_connection_one_a_workspace" unique ("workspace_id");`,
    );

    this.addSql(
      `create table "sso_domain" ("id" uuid not null, "connection_id" uuid not null, "domain" text not null, "token" text not null, "verified_at" timestamptz(3) null, "verified_by" text null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(
      `create unique index "sso_domain_verified_once" on "sso_domain" ("domain") where verified_at is not null;`,
    );
    this.addSql(
      `alter table "sso_domain" add constraint "sso_domain_once_a_connection" unique ("connection_id", "domain");`,
    );

    this.addSql(
      `create table "sign_in_log_entry" ("id" uuid not null, "workspace_id" uuid not null, "reference" text not null, "at" timestamptz(3) not null, "reason" text not null, "address" text null, "subject" text null, "detail" text null, "network_address" text not null, primary key ("id"));`,
    );
    this.addSql(
      `alter table "sign_in_log_entry" add constraint "sign_in_log_entry_reference_unique" unique ("reference");`,
    );
    this.addSql(
      `create index "sign_in_log_entry_of_workspace" on "sign_in_log_entry" ("workspace_id", "id");`,
    );

    this.addSql(
      `create table "sso_subject" ("workspace_id" uuid not null, "issuer" text not null, "subject" text not null, "member_id" uuid not null, "first_seen_at" timestamptz(3) not null, primary key ("workspace_id", "issuer", "subject"));`,
    );
    this.addSql(`create index "sso_subject_of_member" on "sso_subject" ("member_id");`);

    this.addSql(
      `alter table "sso_connection" add constraint "sso_connection_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "sso_connection" add constraint "sso_connection_required_after_manager" check (not sso_required or manager_signed_in_at is not null);`,
    );
    this.addSql(
      `alter table "sso_connection" add constraint "sso_connection_provider_known" check (provider in ('OKTA', 'MICROSOFT_ENTRA_ID', 'GOOGLE_WORKSPACE', 'OTHER_OIDC'));`,
    );

    this.addSql(
      `alter table "sso_domain" add constraint "sso_domain_connection_id_foreign" foreign key ("connection_id") references "sso_connection" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "sso_domain" add constraint "sso_domain_proof_known" check ((verified_at is null) = (verified_by is null) and (verified_by is null or verified_by in ('DNS', 'OPERATOR')));`,
    );

    this.addSql(
      `alter table "sign_in_log_entry" add constraint "sign_in_log_entry_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "sign_in_log_entry" add constraint "sign_in_log_entry_reason_known" check (reason in ('NOT_CONFIGURED', 'NOT_ENTERPRISE', 'SECRET_UNREADABLE', 'PROVIDER_UNREACHABLE', 'PROVIDER_MISCONFIGURED', 'REQUEST_REJECTED', 'WRONG_ISSUER', 'STATE_LOST', 'STATE_REPLAYED', 'ACCESS_DENIED', 'PROVIDER_ERROR', 'CLIENT_REJECTED', 'CODE_REJECTED', 'TOKEN_INVALID', 'CLOCK_SKEW', 'OUTSIDE_ORGANIZATION', 'ADDRESS_MISSING', 'ADDRESS_NOT_VERIFIED', 'NOT_A_MEMBER', 'NOT_PROVISIONED', 'INACTIVE', 'SEAT_UNAVAILABLE', 'SSO_REQUIRED'));`,
    );

    this.addSql(
      `alter table "sso_subject" add constraint "sso_subject_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "sso_subject" add constraint "sso_subject_member_id_foreign" foreign key ("member_id") references "member" ("id") on delete cascade;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "sso_domain" drop constraint "sso_domain_connection_id_foreign";`);

    this.addSql(`drop table if exists "sso_used_value" cascade;`);
    this.addSql(`drop table if exists "sso_connection" cascade;`);
    this.addSql(`drop table if exists "sso_domain" cascade;`);
    this.addSql(`drop table if exists "sign_in_log_entry" cascade;`);
    this.addSql(`drop table if exists "sso_subject" cascade;`);
  }
}
