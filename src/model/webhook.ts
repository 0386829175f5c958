import { Check, Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import {
  DELIVERY_STATUSES,
  type DeliveryStatus,
  DISABLED_REASONS,
  type DisabledReason,
} from '../domain/webhooks.js';
import { enumOf } from './enums.js';
import { Node } from './node.js';
import { GraphQLDateTime } from './scalars.js';
import { oneOf } from './sql.js';
import { Workspace } from './workspace.js';

export const WebhookDeliveryStatusEnum = enumOf(
  DELIVERY_STATUSES,
  'WebhookDeliveryStatus',
  'The states of a delivery.',
  {
    PENDING: 'It waits for its first attempt, or for the next one.',
    DELIVERED: 'The receiver has answered with a status from 200 to 299.',
    FAILED: 'All attempts have failed, or the webhook was disabled. It can be replayed.',
  },
);

export const WebhookDisabledReasonEnum = enumOf(
  DISABLED_REASONS,
  'WebhookDisabledReason',
  'The reasons for which the platform disables a webhook.',
  {
    FAILING: 'All attempts have failed for five days.',
    GONE: 'The receiver has answered 410 Gone.',
  },
);

@ObjectType({
  implements: Node,
  description: 'A URL to which the events of a workspace are sent, signed as Standard Webhooks specifies.',
})
@Entity({ tableName: 'webhook' })
@Index({ name: 'webhook_of_workspace', properties: ['workspaceId', 'id'] })
@Check({ name: 'webhook_has_event_types', expression: 'cardinality(event_types) > 0' })
@Check({
  name: 'webhook_disabled_reason_known',
  expression: `disabled_reason is null or ${oneOf('disabled_reason', DISABLED_REASONS)} and disabled_at is not null`,
})
export class Webhook implements Node {
  @Field(() => ID, { description: 'The id of the webhook, which never changes.' })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @ManyToOne(() => Workspace, { mapToPk: true, fieldName: 'workspace_id', deleteRule: 'cascade' })
  workspaceId!: string;

  @Field(() => String, { description: 'The URL to which events are sent.' })
  @Property({ type: 'text' })
  url!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The purpose of the webhook in a sentence. Null when nobody wrote one.',
  })
  @Property({ type: 'text', nullable: true })
  description!: string | null;

  @Field(() => [String], {
    description: 'The types of its events, groups of them such as `member.*`, or `*` for all.',
  })
  @Property({ type: 'array', columnType: 'text[]' })
  eventTypes!: string[];

  /** Encrypted; see `src/auth/encryption.ts`. */
  @Property({ type: 'text' })
  secret!: string;

  /** The secrets before rotations that still overlap, encrypted together; requests are signed with them too. */
  @Property({ type: 'text', nullable: true })
  previousSecret!: string | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The time until which requests are signed with the old secret too. Null without one.',
  })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  previousSecretUntil!: Date | null;

  @Field(() => String, { description: 'The name of the creator at that time.' })
  @Property({ type: 'text' })
  createdBy!: string;

  @Field(() => GraphQLDateTime, { description: 'The time at which the webhook was created.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The time at which the webhook was disabled. Null while it is enabled.',
  })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  disabledAt!: Date | null;

  @Field(() => WebhookDisabledReasonEnum, {
    nullable: true,
    description: 'The reason for which the platform disabled it. Null when a person did, or nobody.',
  })
  @Property({ type: 'text', nullable: true })
  disabledReason!: DisabledReason | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'The time since which every attempt has failed. After five days the platform disables the webhook. Null when the last attempt succeeded.',
  })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  failingSince!: Date | null;

  /** Nothing is sent until then: the receiver has asked for it (`Retry-After`). */
  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  pausedUntil!: Date | null;

  /** The place in the workspace's audit log up to which deliveries exist, or before which it began: `logged_at` and id. */
  @Property({ type: 'datetime', columnType: 'timestamptz', defaultRaw: 'clock_timestamp()' })
  readTo?: Date;

  @Property({ type: 'uuid', defaultRaw: `'00000000-0000-0000-0000-000000000000'::uuid` })
  readToId?: string;
}

/** An event for a webhook. The table is the outbox: a delivery exists before anything is sent. */
@ObjectType({ implements: Node, description: 'An event that is, or was, sent to a webhook.' })
@Entity({ tableName: 'webhook_delivery' })
@Unique({ name: 'webhook_delivery_once', properties: ['webhookId', 'eventId'] })
@Index({ name: 'webhook_delivery_of_webhook', properties: ['webhookId', 'id'] })
@Index({
  name: 'webhook_delivery_due',
  expression:
    'create index "webhook_delivery_due" on "webhook_delivery" ("webhook_id", "next_attempt_at", "id") where next_attempt_at is not null',
})
@Index({
  name: 'webhook_delivery_claimed',
  expression:
    'create index "webhook_delivery_claimed" on "webhook_delivery" ("webhook_id", "claimed_until") where claimed_until is not null',
})
@Index({ name: 'webhook_delivery_created', properties: ['createdAt'] })
@Check({ name: 'webhook_delivery_status_known', expression: oneOf('status', DELIVERY_STATUSES) })
@Check({
  name: 'webhook_delivery_pending_has_time',
  expression: "(status = 'PENDING') = (next_attempt_at is not null)",
})
export class WebhookDelivery implements Node {
  @Field(() => ID, { description: 'The id of the delivery, which never changes.' })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @ManyToOne(() => Workspace, { mapToPk: true, fieldName: 'workspace_id', deleteRule: 'cascade' })
  workspaceId!: string;

  @ManyToOne(() => Webhook, { mapToPk: true, fieldName: 'webhook_id', deleteRule: 'cascade' })
  webhookId!: string;

  @Field(() => ID, {
    description:
      'The id of the event, which every attempt has in the header `webhook-id`: of an audit entry where the event is one.',
  })
  @Property({ type: 'uuid' })
  eventId!: string;

  @Field(() => String, { description: 'The type of the event, such as `member.add`.' })
  @Property({ type: 'text' })
  eventType!: string;

  @Field(() => String, { description: 'The body of the request, exactly as it is sent: JSON.' })
  @Property({ type: 'text' })
  body!: string;

  @Field(() => WebhookDeliveryStatusEnum, { description: 'Whether the event has arrived.' })
  @Property({ type: 'text' })
  status!: DeliveryStatus;

  /**
   * The number of attempts since the event was queued or replayed, from which the pause follows. -1 when it was replayed
   * during an attempt, which does not count.
   */
  @Property({ type: 'integer' })
  tries!: number;

  @Field(() => GraphQLDateTime, { description: 'The time at which the event was queued.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The time of the next attempt. Null when there is none.',
  })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  nextAttemptAt!: Date | null;

  /** A process sends it until then at the latest; afterwards another one may. */
  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  claimedUntil!: Date | null;
}

@ObjectType({ description: 'A request by which an event was sent, with its answer.', simpleResolvers: true })
@Entity({ tableName: 'webhook_attempt' })
@Index({ name: 'webhook_attempt_of_delivery', properties: ['deliveryId', 'id'] })
export class WebhookAttempt {
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @ManyToOne(() => WebhookDelivery, { mapToPk: true, fieldName: 'delivery_id', deleteRule: 'cascade' })
  deliveryId!: string;

  @Field(() => GraphQLDateTime, { description: 'The time at which the request was sent.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  at!: Date;

  @Field(() => Int, { description: 'The time until the answer or the failure, in milliseconds.' })
  @Property({ type: 'integer' })
  durationMs!: number;

  @Field(() => Int, { nullable: true, description: 'The status of the answer. Null when there was none.' })
  @Property({ type: 'integer', nullable: true })
  status!: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The reason for the failure. Null when the attempt succeeded.',
  })
  @Property({ type: 'text', nullable: true })
  error!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The first 1,000 characters of the answer. Null when there was none.',
  })
  @Property({ type: 'text', nullable: true })
  response!: string | null;
}
