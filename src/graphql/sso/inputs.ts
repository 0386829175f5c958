import { Field, ID, InputType } from 'type-graphql';
import type { DomainProof, SsoProvider } from '../../domain/sso.js';
import { DomainProofEnum, SsoProviderEnum } from '../../model/sso-connection.js';

@InputType({
  description:
    'Settings of single sign-on. Absent or null fields keep their values. The first time, the provider, its location, the client ID and the client secret are required.',
})
export class SsoConnectionSetInput {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;

  @Field(() => SsoProviderEnum, { nullable: true, description: 'The identity provider to connect.' })
  provider?: SsoProvider | null;

  @Field(() => String, {
    nullable: true,
    description: 'OKTA: your Okta domain, such as `acme.okta.com`. The discovery URL follows from it.',
  })
  oktaDomain?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'MICROSOFT_ENTRA_ID: the Directory (tenant) ID. The discovery URL follows from it.',
  })
  entraTenantId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The discovery URL: the issuer of the provider, with or without `/.well-known/openid-configuration`. Not needed for Google.',
  })
  discoveryUrl?: string | null;

  @Field(() => String, { nullable: true, description: 'The client ID of the SSO app.' })
  clientId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The client secret of the SSO app. It is encrypted and never shown. Required with another discovery URL.',
  })
  clientSecret?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether members with an address in a verified domain must sign in through the provider.',
  })
  ssoRequired?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether people of the verified domains become members when they first sign in.',
  })
  joinOnSignIn?: boolean | null;
}

@InputType({ description: 'The configuration with which to rehearse a sign-in.' })
export class SsoConnectionTestInput {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;
}

@InputType({ description: 'The configuration of single sign-on to delete.' })
export class SsoConnectionDeleteInput {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;
}

@InputType({ description: 'The domain to add to a workspace.' })
export class SsoDomainAddInput {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;

  @Field(() => String, { description: 'The domain, such as `acme.com`.' })
  domain!: string;
}

@InputType({ description: 'The domain to verify, and the method.' })
export class SsoDomainVerifyInput {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;

  @Field(() => ID, { description: 'The id of the domain.' })
  domainId!: string;

  @Field(() => DomainProofEnum, {
    defaultValue: 'DNS',
    description: 'The method: the TXT record of the domain, or an operator who vouches for it.',
  })
  proof!: DomainProof;
}

@InputType({ description: 'The domain to remove from a workspace.' })
export class SsoDomainRemoveInput {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;

  @Field(() => ID, { description: 'The id of the domain.' })
  domainId!: string;
}
