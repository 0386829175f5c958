import { Check, Entity, Index, PrimaryKey, Property, Trigger } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';
import { ACTOR_TYPES, type ActorType, ActorTypeEnum, CHANNELS, type Channel, ChannelEnum } from './enums.js';
import { Node } from './node.js';
import { GraphQLDateTime, GraphQLJSONObject } from './scalars.js';
import { oneOf } from './sql.js';

/** The values before and after the change, by attribute. */
export type AuditChanges = Readonly<Record<string, { readonly before: unknown; readonly after: unknown }>>;

/**
 * There are no foreign keys: an entry outlives its target, and its labels are snapshots (rule 28). The first migration
 * adds a trigger against TRUNCATE, which MikroORM's schema comparison ignores.
 */
@ObjectType({
  implements: Node,
  description: 'A change that was committed. Entries are never changed or deleted.',
  simpleResolvers: true,
})
@Entity({ tableName: 'audit_entry' })
@Index({ name: 'audit_entry_of_workspace', properties: ['workspaceId', 'id'] })
@Index({ name: 'audit_entry_of_target', properties: ['targetId', 'id'] })
@Index({ name: 'audit_entry_logged', properties: ['workspaceId', 'loggedAt', 'id'] })
@Index({ name: 'audit_entry_of_action', properties: ['workspaceId', 'action', 'id'] })
@Index({
  name: 'audit_entry_of_actor',
  expression:
    'create index "audit_entry_of_actor" on "audit_entry" ("workspace_id", "actor_id", "id") where actor_id is not null',
})
@Index({ name: 'audit_entry_of_request', properties: ['requestId'] })
@Check({ name: 'audit_entry_actor_type_known', expression: oneOf('actor_type', ACTOR_TYPES) })
@Check({ name: 'audit_entry_channel_known', expression: oneOf('channel', CHANNELS) })
@Trigger({
  name: 'audit_entry_brakes_removals',
  timing: 'after',
  events: ['insert'],
  forEach: 'statement',
  expression:
    'create trigger "audit_entry_brakes_removals" after insert on "audit_entry" referencing new table as inserted ' +
    'for each statement execute function brake_scim_removals()',
})
@Trigger({
  name: 'audit_entry_is_append_only',
  timing: 'before',
  events: ['update', 'delete'],
  body: "raise exception 'audit entries are append-only' using errcode = 'check_violation', constraint = 'audit_entry_is_append_only';",
})
export class AuditEntry implements Node {
  @Field(() => ID, { description: 'The id of the entry, which never changes.' })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Property({ type: 'uuid', nullable: true })
  workspaceId!: string | null;

  @Field(() => GraphQLDateTime, { description: 'The time at which the change was made.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  at!: Date;

  /** The time at which the row was written, by the database's clock; exports paginate by it. */
  @Property({ type: 'datetime', columnType: 'timestamptz', defaultRaw: 'clock_timestamp()' })
  loggedAt?: Date;

  @Field(() => ActorTypeEnum, { description: 'The kind of actor that made the change.' })
  @Property({ type: 'text' })
  actorType!: ActorType;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the account or API key that made the change. Null for operators and the system.',
  })
  @Property({ type: 'uuid', nullable: true })
  actorId!: string | null;

  @Field(() => String, { description: 'The name of the actor at the time of the change.' })
  @Property({ type: 'text' })
  actorLabel!: string;

  @Field(() => ChannelEnum, { description: 'The interface through which the change came.' })
  @Property({ type: 'text' })
  channel!: Channel;

  @Field(() => String, {
    description:
      'The action, such as `member.add` or `apiKey.rotate`. The query `auditActions` lists them all.',
  })
  @Property({ type: 'text' })
  action!: string;

  @Field(() => String, {
    description: 'The kind of object that was changed, such as `member`, `workspace` or `apiKey`.',
  })
  @Property({ type: 'text' })
  targetType!: string;

  @Field(() => ID, { description: 'The id of the object that was changed.' })
  @Property({ type: 'uuid' })
  targetId!: string;

  @Field(() => String, { description: 'The name of the changed object at the time of the change.' })
  @Property({ type: 'text' })
  targetLabel!: string;

  @Field(() => GraphQLJSONObject, {
    description: 'The changed attributes by name, each with its value `before` and `after`.',
  })
  @Property({ columnType: 'jsonb', type: 'json' })
  changes!: AuditChanges;

  @Field(() => String, {
    description: 'The id of the request that made the change, which is also in the server log.',
  })
  @Property({ type: 'text' })
  requestId!: string;
}
