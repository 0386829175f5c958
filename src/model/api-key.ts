import { Check, Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';
import { API_KEY_SCOPES, type ApiKeyScope, ApiKeyScopeEnum } from './enums.js';
import { Node } from './node.js';
import { GraphQLDateTime } from './scalars.js';
import { Workspace } from './workspace.js';

@ObjectType({
  implements: Node,
  description: 'A credential of the workspace, not of the person who made it.',
})
@Entity({ tableName: 'api_key' })
@Index({ name: 'api_key_of_workspace', properties: ['workspaceId', 'id'] })
@Check({
  name: 'api_key_scopes_known',
  expression: `cardinality(scopes) > 0 and scopes <@ array[${API_KEY_SCOPES.map((scope) => `'${scope}'`).join(', ')}]`,
})
export class ApiKey implements Node {
  @Field(() => ID, { description: 'Opaque and stable.' })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @ManyToOne(() => Workspace, { mapToPk: true, fieldName: 'workspace_id', deleteRule: 'cascade' })
  workspaceId!: string;

  @Field(() => String, { description: 'What it is for, in a word.' })
  @Property({ type: 'text' })
  name!: string;

  @Field(() => String, {
    nullable: true,
    description: 'What it is for, in a sentence. Null when nobody wrote one.',
  })
  @Property({ type: 'text', nullable: true })
  description!: string | null;

  @Field(() => [ApiKeyScopeEnum], { description: 'What it may do.' })
  @Property({ type: 'array', columnType: 'text[]' })
  scopes!: ApiKeyScope[];

  @Field(() => String, { description: 'The first characters of the secret, to recognise it by.' })
  @Property({ type: 'text' })
  prefix!: string;

  @Field(() => String, { description: 'Who made it, as they were called then.' })
  @Property({ type: 'text' })
  createdBy!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was made.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was last used. Null: never.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  lastUsedAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'The network address of its last use. Null: never used.',
  })
  @Property({ type: 'text', nullable: true })
  lastUsedFrom!: string | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it stops working by itself. Null: never.',
  })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  expiresAt!: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it was disabled. Null while it is enabled.',
  })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  disabledAt!: Date | null;
}

/** A secret of a key, hashed. A key has two for as long as a rotation overlaps (rule 25). */
@Entity({ tableName: 'api_key_secret' })
@Index({ name: 'api_key_secret_of_key', properties: ['apiKeyId'] })
export class ApiKeySecret {
  /** The part of the secret that finds the row; it gives nothing away by itself. */
  @PrimaryKey({ type: 'text' })
  lookup!: string;

  @ManyToOne(() => ApiKey, { mapToPk: true, fieldName: 'api_key_id', deleteRule: 'cascade' })
  apiKeyId!: string;

  /** SHA-256 of the whole secret, in hex. */
  @Property({ type: 'text' })
  @Unique({ name: 'api_key_secret_hash_unique' })
  hash!: string;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  expiresAt!: Date | null;
}
