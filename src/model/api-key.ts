import { Check, Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';
import { API_KEY_SCOPES, type ApiKeyScope, ApiKeyScopeEnum } from './enums.js';
import { Node } from './node.js';
import { GraphQLDateTime } from './scalars.js';
import { Workspace } from './workspace.js';

@ObjectType({
  implements: Node,
  description: 'A credential that belongs to the workspace and keeps working when its creator leaves.',
})
@Entity({ tableName: 'api_key' })
@Index({ name: 'api_key_of_workspace', properties: ['workspaceId', 'id'] })
@Check({
  name: 'api_key_scopes_known',
  expression: `cardinality(scopes) > 0 and scopes <@ array[${API_KEY_SCOPES.map((scope) => `'${scope}'`).join(', ')}]`,
})
export class ApiKey implements Node {
  @Field(() => ID, { description: 'The id of the API key, which never changes.' })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @ManyToOne(() => Workspace, { mapToPk: true, fieldName: 'workspace_id', deleteRule: 'cascade' })
  workspaceId!: string;

  @Field(() => String, { description: 'The name of the key, such as the program that uses it.' })
  @Property({ type: 'text' })
  name!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The purpose of the key in a sentence. Null when nobody wrote one.',
  })
  @Property({ type: 'text', nullable: true })
  description!: string | null;

  @Field(() => [ApiKeyScopeEnum], { description: 'The permissions of the key.' })
  @Property({ type: 'array', columnType: 'text[]' })
  scopes!: ApiKeyScope[];

  @Field(() => String, { description: 'The first characters of the secret, by which people recognize it.' })
  @Property({ type: 'text' })
  prefix!: string;

  @Field(() => String, { description: 'The name of the creator at that time.' })
  @Property({ type: 'text' })
  createdBy!: string;

  @Field(() => GraphQLDateTime, { description: 'The time at which the key was created.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The time of the last use. Null while the key is unused.',
  })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  lastUsedAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'The network address of the last use. Null while the key is unused.',
  })
  @Property({ type: 'text', nullable: true })
  lastUsedFrom!: string | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The time at which the key expires. Null when it never does.',
  })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  expiresAt!: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The time at which the key was disabled. Null while it is enabled.',
  })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  disabledAt!: Date | null;
}

/** A hashed secret of a key. A key has two while a rotation overlaps (rule 25). */
@Entity({ tableName: 'api_key_secret' })
@Index({ name: 'api_key_secret_of_key', properties: ['apiKeyId'] })
export class ApiKeySecret {
  /** The part of the secret that identifies the row; it authenticates nobody by itself. */
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
