import { Entity, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';
import { Node } from './node.js';
import { GraphQLDateTime } from './scalars.js';

@ObjectType({
  implements: Node,
  description: 'A person across all workspaces, known by an e-mail address.',
})
@Entity({ tableName: 'account' })
export class Account implements Node {
  /** A random UUID: one with a time would tell every workspace since when another one has known the person. */
  @Field(() => ID, { description: 'The id of the account, which never changes.' })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Field(() => String, {
    description:
      "The e-mail address: in the spelling of the member's workspace, and for operators and the person in the spelling in which it first came.",
  })
  @Property({ type: 'text' })
  email!: string;

  /** The `canonicalUserName` of the address (rule 15a). Reads omit it. */
  @Property({ type: 'text', collation: 'C' })
  @Unique({ name: 'account_email_unique' })
  canonicalEmail?: string;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'The time at which the account was created. Null except for operators and the person, because it may be another workspace that created it.',
  })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  createdAt!: Date;
}
