import { Field, ID, InputType, Int } from 'type-graphql';
import { type ApiKeyScope, ApiKeyScopeEnum } from '../../model/enums.js';
import { GraphQLDateTime } from '../../model/scalars.js';

@InputType({ description: 'An API key to create.' })
export class ApiKeyCreateInput {
  @Field(() => ID, { description: 'The workspace.' })
  workspaceId!: string;

  @Field(() => String, { description: 'What it is for, in a word.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is for, in a sentence.' })
  description?: string | null;

  @Field(() => [ApiKeyScopeEnum], { description: 'What it may do.' })
  scopes!: ApiKeyScope[];

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it is to stop working. Absent: never.' })
  expiresAt?: Date | null;
}

@InputType()
abstract class ApiKeyTargetInput {
  @Field(() => ID, { description: 'The workspace.' })
  workspaceId!: string;

  @Field(() => ID, { description: 'The key.' })
  apiKeyId!: string;
}

@InputType({ description: 'What to change about a key. What is absent stays.' })
export class ApiKeyUpdateInput extends ApiKeyTargetInput {
  @Field(() => String, { nullable: true, description: 'A new name.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'A new description. Null clears it.' })
  description?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'False disables the key, true enables it again.' })
  enabled?: boolean | null;
}

@InputType({ description: 'Which key to give a new secret.' })
export class ApiKeyRotateInput extends ApiKeyTargetInput {
  @Field(() => Int, {
    defaultValue: 24,
    description: 'For how many hours the old secret goes on working: 0 to 168.',
  })
  overlapHours!: number;
}

@InputType({ description: 'Which key to delete.' })
export class ApiKeyDeleteInput extends ApiKeyTargetInput {}
