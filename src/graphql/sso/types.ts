import { Field, ID, ObjectType } from 'type-graphql';
import { GraphQLDateTime } from '../../model/scalars.js';
import { SignInLogEntry } from '../../model/sign-in-log.js';
import { SsoConnection, SsoDomain } from '../../model/sso-connection.js';
import { connectionOf } from '../lists/connection.js';

@ObjectType({ description: 'What an administrator enters at the identity provider for single sign-on.' })
export class SsoEndpoints {
  @Field(() => String, { description: 'The redirect URI (Okta: sign-in redirect URI).' })
  redirectUri!: string;

  @Field(() => String, { description: 'The initiate login URI, behind the tile of the app.' })
  initiateLoginUri!: string;

  @Field(() => String, { description: 'The back-channel logout URI.' })
  backchannelLogoutUri!: string;

  @Field(() => String, { description: 'The sign-out redirect URI (post-logout redirect URI).' })
  signOutRedirectUri!: string;
}

@ObjectType({ description: 'The TXT record that verifies a domain.' })
export class SsoDomainRecord {
  @Field(() => String, { description: 'The name of the record: the domain itself.' })
  name!: string;

  @Field(() => String, { description: 'The text that the record must hold.' })
  value!: string;
}

@ObjectType({ description: 'The configuration of single sign-on as it is now.' })
export class SsoConnectionSetPayload {
  @Field(() => SsoConnection, { description: 'The settings as they are now.' })
  connection!: Omit<SsoConnection, 'clientSecret'>;
}

@ObjectType({ description: 'A rehearsed sign-in, to be opened in a browser.' })
export class SsoConnectionTestPayload {
  @Field(() => String, {
    description:
      'The page to open. It signs the person in at the provider and shows the claims, without opening a session.',
  })
  url!: string;

  @Field(() => GraphQLDateTime, { description: 'The time until which the page can be opened.' })
  expiresAt!: Date;
}

@ObjectType({ description: 'A configuration of single sign-on that was deleted.' })
export class SsoConnectionDeletePayload {
  @Field(() => ID, { description: 'The id of the deleted configuration.' })
  ssoConnectionId!: string;
}

/** The common payload of all commands about one domain. */
@ObjectType()
abstract class SsoDomainPayload {
  @Field(() => SsoDomain, { description: 'The domain as it is now.' })
  domain!: SsoDomain;
}

@ObjectType({ description: 'The domain that was added.' })
export class SsoDomainAddPayload extends SsoDomainPayload {}

@ObjectType({ description: 'The domain that was verified.' })
export class SsoDomainVerifyPayload extends SsoDomainPayload {}

@ObjectType({ description: 'The domain that was removed.' })
export class SsoDomainRemovePayload {
  @Field(() => ID, { description: 'The id of the removed domain.' })
  ssoDomainId!: string;
}

export const { Connection: SignInLogEntryConnection } = connectionOf(SignInLogEntry);
