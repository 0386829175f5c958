import { Check, Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { SESSION_METHODS, type SessionMethod } from '../domain/session.js';
import { Account } from './account.js';
import { oneOf } from './sql.js';
import { Workspace } from './workspace.js';

/** A person's credential: an opaque token that expires, stored as a hash. */
@Entity({ tableName: 'session' })
@Index({ name: 'session_of_account', properties: ['accountId'] })
@Index({
  name: 'session_of_subject',
  expression:
    'create index "session_of_subject" on "session" ("workspace_id", "provider_subject") where workspace_id is not null and ended_at is null',
})
@Index({
  name: 'session_of_sid',
  expression:
    'create index "session_of_sid" on "session" ("workspace_id", "provider_sid") where provider_sid is not null and ended_at is null',
})
@Check({ name: 'session_method_known', expression: oneOf('method', SESSION_METHODS) })
@Check({
  name: 'session_of_provider_has_workspace',
  expression:
    "(method = 'PROVIDER') = (provider_subject is not null) and (method <> 'PROVIDER' or workspace_id is not null)" +
    ' and (provider_subject is not null or (provider_sid is null and sealed_id_token is null))',
})
export class Session {
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @ManyToOne(() => Account, { mapToPk: true, fieldName: 'account_id', deleteRule: 'cascade' })
  accountId!: string;

  @Property({ type: 'text' })
  method!: SessionMethod;

  /**
   * The only workspace that the session opens. Null: all of the person's workspaces that do not require SSO (rule 32).
   */
  @ManyToOne(() => Workspace, {
    mapToPk: true,
    fieldName: 'workspace_id',
    deleteRule: 'cascade',
    nullable: true,
  })
  workspaceId!: string | null;

  /** The `sub` and `sid` of the ID token, for back-channel logout. */
  @Property({ type: 'text', nullable: true })
  providerSubject!: string | null;

  @Property({ type: 'text', nullable: true })
  providerSid!: string | null;

  /** The encrypted ID token: the provider expects it at sign-out (RP-Initiated Logout 1.0 §2, `id_token_hint`). */
  @Property({ type: 'text', nullable: true })
  sealedIdToken!: string | null;

  /** The part of the token that identifies the row. */
  @Property({ type: 'text' })
  @Unique({ name: 'session_lookup_unique' })
  lookup!: string;

  /** SHA-256 of the whole token, in hex. */
  @Property({ type: 'text' })
  hash!: string;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  createdAt!: Date;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  expiresAt!: Date;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  lastUsedAt!: Date;

  /** The network address of the last use; null before the first use. */
  @Property({ type: 'text', nullable: true })
  lastUsedFrom!: string | null;

  /** The `User-Agent` of the sign-in. */
  @Property({ type: 'text', nullable: true })
  userAgent!: string | null;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  endedAt!: Date | null;
}

/**
 * A session that a removal ended for one workspace (rule 16). It remains valid for other workspaces, and stays ended
 * for this one even when the person is added again.
 */
@Entity({ tableName: 'session_end' })
export class SessionEnd {
  @ManyToOne(() => Session, { primary: true, mapToPk: true, fieldName: 'session_id', deleteRule: 'cascade' })
  sessionId!: string;

  @ManyToOne(() => Workspace, {
    primary: true,
    mapToPk: true,
    fieldName: 'workspace_id',
    deleteRule: 'cascade',
  })
  workspaceId!: string;
}

/** An operator's session in the browser (rule 47). The command line and scripts send the operator token. */
@Entity({ tableName: 'operator_session' })
export class OperatorSession {
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Property({ type: 'text' })
  @Unique({ name: 'operator_session_lookup_unique' })
  lookup!: string;

  /** SHA-256 of the token and the operator token that opened the session: a new operator token ends it. */
  @Property({ type: 'text' })
  hash!: string;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  createdAt!: Date;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  expiresAt!: Date;

  @Property({ type: 'text' })
  openedFrom!: string;

  @Property({ type: 'text', nullable: true })
  userAgent!: string | null;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  endedAt!: Date | null;
}
