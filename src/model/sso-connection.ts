import { Check, Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';
import { DOMAIN_PROOFS, type DomainProof, SSO_PROVIDERS, type SsoProvider } from '../domain/sso.js';
import { enumOf } from './enums.js';
import { Member } from './member.js';
import { Node } from './node.js';
import { GraphQLDateTime } from './scalars.js';
import { oneOf } from './sql.js';
import { Workspace } from './workspace.js';

export const SsoProviderEnum = enumOf(
  SSO_PROVIDERS,
  'SsoProvider',
  'Which identity provider people sign in with.',
  {
    OKTA: 'Okta, with an OIDC app.',
    MICROSOFT_ENTRA_ID: 'Microsoft Entra ID, formerly Azure AD.',
    GOOGLE_WORKSPACE: 'Google Workspace, for accounts of an organization.',
    OTHER_OIDC: 'Any other provider with OpenID Connect.',
  },
);

export const DomainProofEnum = enumOf(
  DOMAIN_PROOFS,
  'SsoDomainProof',
  'How a domain was, or is to be, verified.',
  {
    DNS: 'By a TXT record in the DNS of the domain.',
    OPERATOR: 'By an operator of the platform, who has checked it in another way.',
  },
);

/** GraphQL uses another name because Relay reserves names that end with `Connection` for pages of lists. */
@ObjectType('SsoSettings', {
  implements: Node,
  description: 'How people of a workspace sign in with their identity provider. A workspace has at most one.',
})
@Entity({ tableName: 'sso_connection' })
@Check({ name: 'sso_connection_provider_known', expression: oneOf('provider', SSO_PROVIDERS) })
@Check({
  name: 'sso_connection_required_after_manager',
  expression: 'not sso_required or manager_signed_in_at is not null',
})
export class SsoConnection implements Node {
  @Field(() => ID, { description: 'The id, which is opaque and stable.' })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @ManyToOne(() => Workspace, { mapToPk: true, fieldName: 'workspace_id', deleteRule: 'cascade' })
  @Unique({ name: 'sso_connection_one_a_workspace' })
  workspaceId!: string;

  @Field(() => SsoProviderEnum, { description: 'The identity provider that is connected.' })
  @Property({ type: 'text' })
  provider!: SsoProvider;

  @Field(() => String, { description: 'Where the provider describes itself (OpenID Connect Discovery).' })
  @Property({ type: 'text' })
  discoveryUrl!: string;

  @Field(() => String, { description: 'The client ID of the SSO app at the provider.' })
  @Property({ type: 'text' })
  clientId!: string;

  /** Encrypted; see `src/auth/encryption.ts`. */
  @Property({ type: 'text' })
  clientSecret!: string;

  @Field(() => GraphQLDateTime, {
    description: 'When the client secret was last set. The secret itself is never shown.',
  })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  clientSecretSetAt!: Date;

  @Field(() => Boolean, {
    description:
      'Whether members with an address in a verified domain must sign in through the provider. Owners keep the mail link.',
  })
  @Property({ type: 'boolean' })
  ssoRequired!: boolean;

  @Field(() => Boolean, {
    description:
      'Whether people of the verified domains become members when they first sign in. Without effect while SCIM is on.',
  })
  @Property({ type: 'boolean' })
  joinOnSignIn!: boolean;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When somebody last signed in with the provider as it is configured now. Null: nobody has.',
  })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  lastSignInAt!: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'When an owner or admin first signed in with the provider as it is configured now; `ssoRequired` can be switched on after that. Null: none has.',
  })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  managerSignedInAt!: Date | null;

  @Field(() => GraphQLDateTime, { description: 'When it was first set.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When its settings last changed.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  updatedAt!: Date;
}

@ObjectType({ implements: Node, description: 'A domain whose people sign in with the connection.' })
@Entity({ tableName: 'sso_domain' })
@Unique({ name: 'sso_domain_once_a_connection', properties: ['connectionId', 'domain'] })
@Index({
  name: 'sso_domain_verified_once',
  expression:
    'create unique index "sso_domain_verified_once" on "sso_domain" ("domain") where verified_at is not null',
})
@Check({
  name: 'sso_domain_proof_known',
  expression: `(verified_at is null) = (verified_by is null) and (verified_by is null or ${oneOf('verified_by', DOMAIN_PROOFS)})`,
})
export class SsoDomain implements Node {
  @Field(() => ID, { description: 'The id, which is opaque and stable.' })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @ManyToOne(() => SsoConnection, { mapToPk: true, fieldName: 'connection_id', deleteRule: 'cascade' })
  connectionId!: string;

  @Field(() => String, { description: 'The domain, in ASCII and lower case.' })
  @Property({ type: 'text' })
  domain!: string;

  /** The required value of the TXT record; public. */
  @Property({ type: 'text' })
  token!: string;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was verified. Null: not yet.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  verifiedAt!: Date | null;

  @Field(() => DomainProofEnum, { nullable: true, description: 'How it was verified. Null: not yet.' })
  @Property({ type: 'text', nullable: true })
  verifiedBy!: DomainProof | null;

  @Field(() => GraphQLDateTime, { description: 'When it was added.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  createdAt!: Date;
}

/** A person's identity at a provider, stored at the first sign-in (rule 40). */
@Entity({ tableName: 'sso_subject' })
@Index({ name: 'sso_subject_of_member', properties: ['memberId'] })
export class SsoSubject {
  @ManyToOne(() => Workspace, {
    primary: true,
    mapToPk: true,
    fieldName: 'workspace_id',
    deleteRule: 'cascade',
  })
  workspaceId!: string;

  @PrimaryKey({ type: 'text' })
  issuer!: string;

  @PrimaryKey({ type: 'text' })
  subject!: string;

  @ManyToOne(() => Member, { mapToPk: true, fieldName: 'member_id', deleteRule: 'cascade' })
  memberId!: string;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  firstSeenAt!: Date;
}

/**
 * A value that is accepted once, such as the state of a sign-in or the `jti` of a logout token. Kept until it expires.
 */
@Entity({ tableName: 'sso_used_value' })
@Index({ name: 'sso_used_value_expiry', properties: ['expiresAt'] })
export class SsoUsedValue {
  /** SHA-256 of kind and value, in hex. */
  @PrimaryKey({ type: 'text' })
  hash!: string;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  expiresAt!: Date;
}
