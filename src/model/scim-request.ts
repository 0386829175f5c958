import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type {
  NoticeCode,
  ScimClient,
  ScimCode,
  ScimNotice as ScimNoticeOf,
  ScimOperation,
} from '../domain/provisioning-log.js';
import { Node } from './node.js';
import { GraphQLDateTime } from './scalars.js';
import { ScimClientEnum, ScimCodeEnum, ScimNoticeCodeEnum, ScimOperationEnum } from './scim-enums.js';

@ObjectType({
  description: 'A notice about an accepted request, mostly about a part that had no effect.',
  simpleResolvers: true,
})
export class ScimNotice implements ScimNoticeOf {
  @Field(() => ScimNoticeCodeEnum, { description: 'What the notice is about.' })
  code!: NoticeCode;

  @Field(() => String, { description: 'The name under which it was sent.' })
  attribute!: string;

  @Field(() => String, {
    description:
      "The closest name that would have had an effect; for LOOKS_LIKE_A_MEMBER the other member's userName.",
  })
  closest!: string;
}

/**
 * The answered SCIM requests of a workspace that were written together and differ in time, target and request id alone.
 * As one row they cost a fraction of what a row for each would cost (rule 53). `scim_request` shows each request. The
 * table is partitioned by day. There are no foreign keys, because the log outlives members, groups and keys. No column can
 * hold a body or a credential (rule 50).
 */
@Entity({ tableName: 'scim_request_set' })
@Index({ name: 'scim_request_set_of_workspace', properties: ['workspaceId', 'batchId'] })
@Index({
  name: 'scim_request_set_targets',
  // Every search reads the whole list of pending entries, so the list is kept short.
  expression:
    'create index "scim_request_set_targets" on "scim_request_set" using gin ("target_ids") with (gin_pending_list_limit = 512)',
})
export class ScimRequestSet {
  @Property({ type: 'uuid' })
  workspaceId!: string;

  /** Ids of batches are in the order of their commits. */
  @PrimaryKey({ type: 'uuid' })
  batchId!: string;

  /** The place of the first request in the batch. */
  @PrimaryKey({ type: 'integer' })
  place!: number;

  /** The earliest time of the requests, which are all of the same day. */
  @PrimaryKey({ type: 'datetime', columnType: 'timestamptz(3)' })
  at!: Date;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  lastAt!: Date;

  @Property({ type: 'text' })
  client!: ScimClient;

  @Property({ type: 'uuid', nullable: true })
  apiKeyId!: string | null;

  @Property({ type: 'text', nullable: true })
  apiKeyLabel!: string | null;

  @Property({ type: 'text' })
  method!: string;

  @Property({ type: 'text' })
  operation!: ScimOperation;

  @Property({ type: 'text', nullable: true })
  targetType!: 'member' | 'group' | null;

  @Property({ type: 'integer' })
  status!: number;

  @Property({ type: 'text', nullable: true })
  code!: ScimCode | null;

  @Property({ type: 'text', nullable: true })
  scimType!: string | null;

  @Property({ type: 'text', nullable: true })
  detail!: string | null;

  @Property({ type: 'text', nullable: true })
  attribute!: string | null;

  @Property({ type: 'text', nullable: true })
  value!: string | null;

  @Property({ type: 'json', columnType: 'jsonb', nullable: true })
  notices!: readonly ScimNotice[] | null;

  @Property({ type: 'text', nullable: true })
  network!: string | null;

  @Property({ type: 'integer' })
  times!: number;

  @Property({ type: 'array', columnType: 'integer[]' })
  places!: readonly number[];

  @Property({ type: 'array', columnType: 'timestamptz[]' })
  ats!: readonly Date[];

  @Property({ type: 'array', columnType: 'double precision[]' })
  durationsMs!: readonly number[];

  @Property({ type: 'array', columnType: 'uuid[]' })
  targetIds!: readonly (string | null)[];

  @Property({ type: 'array', columnType: 'text[]' })
  targetNames!: readonly (string | null)[];

  @Property({ type: 'array', columnType: 'uuid[]' })
  requestIds!: readonly string[];
}

/**
 * An answered SCIM request, or one operation of a bulk request (rule 49): a view of the sets. By the columns of the set,
 * queries leave out whole sets before the requests in them are read.
 */
@ObjectType({
  implements: Node,
  description:
    'A SCIM request that was answered, or one operation of a bulk request. Requests that were not let in are counted ' +
    'by minute and network.',
  simpleResolvers: true,
})
@Entity({
  tableName: 'scim_request',
  view: true,
  expression: `
    select s.workspace_id, overlay(s.batch_id::text placing lpad(to_hex(r.place), 4, '0') from 33)::uuid as id, r.at,
      r.duration_ms, s.client, s.api_key_id, s.api_key_label, s.method, s.operation, s.target_type, r.target_id,
      r.target_name, s.status, s.code, s.scim_type, s.detail, s.attribute, s.value, r.request_id, s.notices, s.network,
      s.times, s.batch_id, s.at as set_at, s.last_at as set_last_at, s.target_ids as set_target_ids
    from scim_request_set s
    cross join lateral unnest(s.places, s.ats, s.durations_ms, s.target_ids, s.target_names, s.request_ids)
      r(place, at, duration_ms, target_id, target_name, request_id)`,
})
export class ScimRequest implements Node {
  @Property({ type: 'uuid' })
  workspaceId!: string;

  /** Ids are in the order in which the entries were committed. */
  @Field(() => ID, { description: 'The id of the entry, which never changes.' })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Field(() => GraphQLDateTime, { description: 'The time at which the request came.' })
  @Property({ type: 'datetime', columnType: 'timestamptz' })
  at!: Date;

  @Field(() => Float, { description: 'The time that the answer took, in milliseconds.' })
  @Property({ type: 'double', columnType: 'double precision' })
  durationMs!: number;

  @Field(() => ScimClientEnum, { description: 'The family of the client.' })
  @Property({ type: 'text' })
  client!: ScimClient;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the API key. Null when the key is unknown.',
  })
  @Property({ type: 'uuid', nullable: true })
  apiKeyId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the API key at that time. Null when the key is unknown.',
  })
  @Property({ type: 'text', nullable: true })
  apiKeyLabel!: string | null;

  @Field(() => String, { description: 'The method of the request.' })
  @Property({ type: 'text' })
  method!: string;

  @Field(() => ScimOperationEnum, { description: 'The operation of the request.' })
  @Property({ type: 'text' })
  operation!: ScimOperation;

  @Property({ type: 'text', nullable: true })
  targetType!: 'member' | 'group' | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the member or group. Null when the request concerned none, or none that exists.',
  })
  @Property({ type: 'uuid', nullable: true })
  targetId!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The name by which the provider named the member or group: a userName, externalId, displayName or the value ' +
      'of a filter. Null when it sent none.',
  })
  @Property({ type: 'text', nullable: true })
  targetName!: string | null;

  @Field(() => Int, { description: 'The HTTP status of the answer.' })
  @Property({ type: 'integer' })
  status!: number;

  @Field(() => ScimCodeEnum, {
    nullable: true,
    description: 'The reason of the refusal. Null when the request was accepted.',
  })
  @Property({ type: 'text', nullable: true })
  code!: ScimCode | null;

  @Field(() => String, {
    nullable: true,
    description: 'The `scimType` of the answer. Null when it had none.',
  })
  @Property({ type: 'text', nullable: true })
  scimType!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The text that the provider got, without its reference. Null when the request was accepted.',
  })
  @Property({ type: 'text', nullable: true })
  detail!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The attribute at fault. Null when no single attribute is.',
  })
  @Property({ type: 'text', nullable: true })
  attribute!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The value that was sent for the attribute, cut at 100 characters. Null when none was.',
  })
  @Property({ type: 'text', nullable: true })
  value!: string | null;

  @Field(() => String, {
    description: 'The id of the request, as in `AuditEntry.requestId` and in the log of the server.',
  })
  @Property({ type: 'uuid' })
  requestId!: string;

  @Property({ type: 'json', columnType: 'jsonb', nullable: true })
  notices!: readonly ScimNotice[] | null;

  @Field(() => String, {
    nullable: true,
    description: 'The network of requests that were not let in. Null for all other requests.',
  })
  @Property({ type: 'text', nullable: true })
  network!: string | null;

  @Field(() => Int, {
    description:
      'The number of requests: 1, except for requests that were not let in, and for the many reads of an import, which share entries.',
  })
  @Property({ type: 'integer' })
  times!: number;

  /** The batch of the set. */
  @Property({ type: 'uuid' })
  batchId?: string;

  /** The earliest and the latest time, and the targets, of the requests in the same set. */
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  setAt?: Date;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  setLastAt?: Date;

  @Property({ type: 'array', columnType: 'uuid[]' })
  setTargetIds?: readonly (string | null)[];
}
