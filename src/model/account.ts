import { Entity, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';
import { Node } from './node.js';
import { GraphQLDateTime } from './scalars.js';

@ObjectType({
  implements: Node,
  description: 'A person across the whole platform, known by e-mail address. Outlives every membership.',
})
@Entity({ tableName: 'account' })
export class Account implements Node {
  @Field(() => ID, { description: 'Opaque and stable.' })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Field(() => String, { description: 'The address, in the spelling in which it was first seen.' })
  @Property({ type: 'text' })
  email!: string;

  /** `canonicalUserName` of it (rule 15a). Rows that are read leave it out. */
  @Property({ type: 'text', collation: 'C' })
  @Unique({ name: 'account_email_unique' })
  canonicalEmail?: string;

  @Field(() => GraphQLDateTime, { description: 'When the platform first knew the person.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  createdAt!: Date;
}
