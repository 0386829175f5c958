import { Field, ID, ObjectType } from 'type-graphql';
import { ApiKey } from '../../model/api-key.js';
import { connectionOf } from '../lists/connection.js';
import { Ability } from '../refusals/types.js';

@ObjectType({ description: 'What the caller may do to an API key.' })
export class ApiKeyAbilities {
  @Field(() => Ability, { description: 'Rename, describe, disable and enable it.' }) update!: Ability;
  @Field(() => Ability, { description: 'Give it a new secret.' }) rotate!: Ability;
  @Field(() => Ability, { description: 'Delete it.' }) delete!: Ability;
}

/** A key with its secret. */
@ObjectType()
abstract class ApiKeySecretPayload {
  @Field(() => ApiKey, { description: 'The key.' })
  apiKey!: ApiKey;

  @Field(() => String, { description: 'The secret. Shown now and never again.' })
  secret!: string;
}

@ObjectType({ description: 'A key that was made.' })
export class ApiKeyCreatePayload extends ApiKeySecretPayload {}

@ObjectType({ description: 'A key with a new secret.' })
export class ApiKeyRotatePayload extends ApiKeySecretPayload {}

@ObjectType({ description: 'A key that was changed.' })
export class ApiKeyUpdatePayload {
  @Field(() => ApiKey, { description: 'The key as it is now.' })
  apiKey!: ApiKey;
}

@ObjectType({ description: 'A key that was deleted.' })
export class ApiKeyDeletePayload {
  @Field(() => ID, { description: 'Its id.' })
  apiKeyId!: string;
}

export const ApiKeyConnection = connectionOf(ApiKey);
