import { Field, ID, InputType, Int } from 'type-graphql';
import { type ApiKeyScope, ApiKeyScopeEnum } from '../../model/enums.js';
import { GraphQLDateTime } from '../../model/scalars.js';

@InputType({ description: 'The API key to create.' })
export class ApiKeyCreateInput {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;

  @Field(() => String, { description: 'The name of the key, such as the program that will use it.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'The purpose of the key in a sentence.' })
  description?: string | null;

  @Field(() => [ApiKeyScopeEnum], { description: 'The permissions of the key, at least one.' })
  scopes!: ApiKeyScope[];

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The time at which the key expires. Without a time it never expires.',
  })
  expiresAt?: Date | null;
}

/** The common fields of all inputs about one key. */
@InputType()
abstract class ApiKeyTargetInput {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;

  @Field(() => ID, { description: 'The id of the API key.' })
  apiKeyId!: string;
}

@InputType({ description: 'The changes of an API key. Fields that are not sent keep their values.' })
export class ApiKeyUpdateInput extends ApiKeyTargetInput {
  @Field(() => String, { nullable: true, description: 'The new name of the key.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'The new description. Null clears it.' })
  description?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True enables the key, false disables it.',
  })
  enabled?: boolean | null;
}

@InputType({ description: 'The API key that gets a new secret.' })
export class ApiKeyRotateInput extends ApiKeyTargetInput {
  @Field(() => Int, {
    defaultValue: 24,
    description: 'The number of hours during which the old secret keeps working, from 0 to 168.',
  })
  overlapHours!: number;
}

@InputType({ description: 'The API key to delete.' })
export class ApiKeyDeleteInput extends ApiKeyTargetInput {}
