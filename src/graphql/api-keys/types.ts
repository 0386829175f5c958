import { Field, ID, ObjectType } from 'type-graphql';
import { ApiKey } from '../../model/api-key.js';
import { connectionOf } from '../lists/connection.js';
import { Ability } from '../refusals/types.js';

export const { Connection: ApiKeyConnection, Edge: ApiKeyEdge } = connectionOf(ApiKey);

@ObjectType({ description: 'What the caller may do to an API key.' })
export class ApiKeyAbilities {
  @Field(() => Ability, {
    description: 'Whether the caller may rename, describe, disable and enable the key.',
  })
  update!: Ability;

  @Field(() => Ability, { description: 'Whether the caller may give the key a new secret.' })
  rotate!: Ability;

  @Field(() => Ability, { description: 'Whether the caller may delete the key.' })
  delete!: Ability;
}

/** A key together with its secret. */
@ObjectType()
abstract class ApiKeySecretPayload {
  @Field(() => ApiKey, { description: 'The API key as it is now.' })
  apiKey!: ApiKey;

  @Field(() => String, { description: 'The secret, which is shown now and never again.' })
  secret!: string;
}

@ObjectType({ description: 'The API key that was created.' })
export class ApiKeyCreatePayload extends ApiKeySecretPayload {}

@ObjectType({ description: 'The API key that got a new secret.' })
export class ApiKeyRotatePayload extends ApiKeySecretPayload {}

@ObjectType({ description: 'The API key that was changed.' })
export class ApiKeyUpdatePayload {
  @Field(() => ApiKey, { description: 'The API key as it is now.' })
  apiKey!: ApiKey;
}

@ObjectType({ description: 'The API key that was deleted.' })
export class ApiKeyDeletePayload {
  @Field(() => ID, { description: 'The id of the deleted key, for clients that remove it from a cache.' })
  apiKeyId!: string;

  workspaceId!: string;
}
