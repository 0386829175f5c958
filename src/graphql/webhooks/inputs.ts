import { ArgsType, Field, ID, InputType, Int } from 'type-graphql';
import type { DeliveryStatus } from '../../domain/webhooks.js';
import { GraphQLDateTime } from '../../model/scalars.js';
import { WebhookDeliveryStatusEnum } from '../../model/webhook.js';
import type { DeliveryFilter } from '../../services/webhooks/queries.js';
import { PageArguments } from '../lists/arguments.js';

@InputType({ description: 'The webhook to create.' })
export class WebhookCreateInput {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;

  @Field(() => String, {
    description: 'The URL to which events are sent: `https://`, without a user, a password or a fragment.',
  })
  url!: string;

  @Field(() => String, { nullable: true, description: 'The purpose of the webhook in a sentence.' })
  description?: string | null;

  @Field(() => [String], {
    description:
      'The types of its events, groups of them such as `member.*`, or `*` for all. The query `webhookEventTypes` lists them.',
  })
  eventTypes!: string[];
}

/** The common fields of all inputs about one webhook. */
@InputType()
abstract class WebhookTargetInput {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;

  @Field(() => ID, { description: 'The id of the webhook.' })
  webhookId!: string;
}

@InputType({ description: 'The changes of a webhook. Fields that are not sent keep their values.' })
export class WebhookUpdateInput extends WebhookTargetInput {
  @Field(() => String, { nullable: true, description: 'The new URL of the webhook.' })
  url?: string | null;

  @Field(() => String, { nullable: true, description: 'The new description. Null clears it.' })
  description?: string | null;

  @Field(() => [String], { nullable: true, description: 'The new types of its events.' })
  eventTypes?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'True enables the webhook, false disables it. A webhook that is enabled again gets the events from then on; `webhookReplay` sends what it has missed.',
  })
  enabled?: boolean | null;
}

@InputType({ description: 'The webhook that gets a new secret.' })
export class WebhookRotateInput extends WebhookTargetInput {
  @Field(() => Int, {
    defaultValue: 24,
    description: 'The number of hours during which requests are signed with both secrets, from 0 to 168.',
  })
  overlapHours!: number;
}

@InputType({ description: 'The webhook to delete.' })
export class WebhookDeleteInput extends WebhookTargetInput {}

@InputType({ description: 'The webhook to test.' })
export class WebhookTestInput extends WebhookTargetInput {}

@InputType({ description: 'The events to send again.' })
export class WebhookReplayInput extends WebhookTargetInput {
  @Field(() => GraphQLDateTime, {
    description: 'Everything since this time that has not arrived is sent again. At most 14 days ago.',
  })
  since!: Date;
}

@InputType({ description: 'The delivery to send again.' })
export class WebhookDeliveryReplayInput {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;

  @Field(() => ID, { description: 'The id of the delivery.' })
  deliveryId!: string;
}

/** A page of deliveries, with conditions. */
@ArgsType()
export class WebhookDeliveryArguments extends PageArguments implements DeliveryFilter {
  @Field(() => [WebhookDeliveryStatusEnum], {
    nullable: true,
    description: 'The delivery is in one of these states.',
  })
  statuses?: DeliveryStatus[] | null;

  @Field(() => [String], { nullable: true, description: 'The event is of one of these types.' })
  eventTypes?: string[] | null;
}
