import { Check, Entity, Index, PrimaryKey, Property, Trigger } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';
import { ACTOR_TYPES, type ActorType, ActorTypeEnum, CHANNELS, type Channel, ChannelEnum } from './enums.js';
import { Node } from './node.js';
import { GraphQLDateTime, GraphQLJSONObject } from './scalars.js';
import { oneOf } from './sql.js';

/** Attribute → what it was and what it became. */
export type AuditChanges = Readonly<Record<string, { readonly before: unknown; readonly after: unknown }>>;

/**
 * No foreign keys: an entry outlives what it speaks of, and its labels are snapshots (rule 28). The first migration
 * also keeps the table from being emptied: MikroORM's comparison does not see triggers of TRUNCATE.
 */
@ObjectType({ implements: Node, description: 'One committed change. Entries are never changed or deleted.' })
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
  name: 'audit_entry_is_append_only',
  timing: 'before',
  events: ['update', 'delete'],
  body: "raise exception 'audit entries are append-only' using errcode = 'check_violation', constraint = 'audit_entry_is_append_only';",
})
export class AuditEntry implements Node {
  @Field(() => ID, { description: 'Opaque and stable.' })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Property({ type: 'uuid', nullable: true })
  workspaceId!: string | null;

  @Field(() => GraphQLDateTime, { description: 'When it happened.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  at!: Date;

  /** When the database wrote it, by its own clock: orders the export, and is read by nothing else. */
  @Property({ type: 'datetime', columnType: 'timestamptz', defaultRaw: 'clock_timestamp()' })
  loggedAt?: Date;

  @Field(() => ActorTypeEnum, { description: 'What kind of actor made the change.' })
  @Property({ type: 'text' })
  actorType!: ActorType;

  @Field(() => ID, { nullable: true, description: "The actor's id. Null for operators and the system." })
  @Property({ type: 'uuid', nullable: true })
  actorId!: string | null;

  @Field(() => String, { description: 'Who the actor was, as they were called then.' })
  @Property({ type: 'text' })
  actorLabel!: string;

  @Field(() => ChannelEnum, { description: 'The door through which the change came.' })
  @Property({ type: 'text' })
  channel!: Channel;

  @Field(() => String, { description: 'What was done, noun first: `member.add`, `apiKey.rotate`.' })
  @Property({ type: 'text' })
  action!: string;

  @Field(() => String, { description: 'What kind of thing was changed: `member`, `workspace`, `apiKey`.' })
  @Property({ type: 'text' })
  targetType!: string;

  @Field(() => ID, { description: 'The id of what was changed.' })
  @Property({ type: 'uuid' })
  targetId!: string;

  @Field(() => String, { description: 'What was changed, as it was called then.' })
  @Property({ type: 'text' })
  targetLabel!: string;

  @Field(() => GraphQLJSONObject, { description: 'Attribute → `{before, after}`.' })
  @Property({ columnType: 'jsonb', type: 'json' })
  changes!: AuditChanges;

  @Field(() => String, { description: 'The request that made the change, as in the log.' })
  @Property({ type: 'text' })
  requestId!: string;
}
