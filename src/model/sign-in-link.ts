import { Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Account } from './account.js';

/** A mailed link that signs a person in, once, in the browser that requested it (rule 46). */
@Entity({ tableName: 'sign_in_link' })
@Index({ name: 'sign_in_link_expiry', properties: ['expiresAt'] })
@Index({ name: 'sign_in_link_browser', properties: ['browserLookup'] })
export class SignInLink {
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  /**
   * Null when no account has the address. Then only an invitation was mailed, or the row makes both cases look alike.
   */
  @ManyToOne(() => Account, {
    mapToPk: true,
    fieldName: 'account_id',
    deleteRule: 'cascade',
    nullable: true,
  })
  accountId!: string | null;

  /** The address as the person typed it. */
  @Property({ type: 'text' })
  email!: string;

  /** The lookup part of the token of the invitation that the link accepts; null when the link only signs in. */
  @Property({ type: 'text', nullable: true })
  invitationLookup!: string | null;

  /** The part of the link's token that identifies the row. */
  @Property({ type: 'text' })
  @Unique({ name: 'sign_in_link_lookup_unique' })
  lookup!: string;

  /** SHA-256 of the token in the link. */
  @Property({ type: 'text' })
  hash!: string;

  /** The part of the browser's cookie that identifies it. */
  @Property({ type: 'text' })
  browserLookup!: string;

  /** SHA-256 of the cookie of the browser that requested the link. */
  @Property({ type: 'text' })
  browserHash!: string;

  /** SHA-256 of that cookie together with the code that another browser shows. */
  @Property({ type: 'text' })
  codeHash!: string;

  /** The number of wrong codes that were typed. */
  @Property({ type: 'integer' })
  wrongCodes!: number;

  /** The path on this server to open after signing in. */
  @Property({ type: 'text' })
  returnTo!: string;

  /** The network address of the request, which the mail and the other browser show. */
  @Property({ type: 'text', fieldName: 'asked_from' })
  requestedFrom!: string;

  @Property({ type: 'text', nullable: true })
  userAgent!: string | null;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  createdAt!: Date;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  expiresAt!: Date;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  usedAt!: Date | null;
}
