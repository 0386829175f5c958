import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Webhook, WebhookDelivery } from '../../model/webhook.js';
import { connectionOf } from '../lists/connection.js';

export const { Connection: WebhookConnection, Edge: WebhookEdge } = connectionOf(Webhook);
export const { Connection: WebhookDeliveryConnection } = connectionOf(WebhookDelivery);

@ObjectType({ description: 'A type of event that webhooks can subscribe to.' })
export class WebhookEvent {
  @Field(() => String, { description: 'The name of the type, such as `member.add`.' })
  name!: string;

  @Field(() => String, { description: 'The meaning of the type, for people.' })
  description!: string;
}

/** A webhook together with its secret. */
@ObjectType()
abstract class WebhookSecretPayload {
  @Field(() => Webhook, { description: 'The webhook as it is now.' })
  webhook!: Webhook;

  @Field(() => String, {
    description: 'The secret that verifies signatures (`whsec_…`), which is shown now and never again.',
  })
  secret!: string;
}

@ObjectType({ description: 'The webhook that was created.' })
export class WebhookCreatePayload extends WebhookSecretPayload {}

@ObjectType({ description: 'The webhook that got a new secret.' })
export class WebhookRotatePayload extends WebhookSecretPayload {}

@ObjectType({ description: 'The webhook that was changed.' })
export class WebhookUpdatePayload {
  @Field(() => Webhook, { description: 'The webhook as it is now.' })
  webhook!: Webhook;
}

@ObjectType({ description: 'The webhook that was deleted.' })
export class WebhookDeletePayload {
  @Field(() => ID, { description: 'The id of the deleted webhook, for clients that remove it from a cache.' })
  webhookId!: string;

  workspaceId!: string;
}

@ObjectType({ description: 'The test that was queued.' })
export class WebhookTestPayload {
  @Field(() => WebhookDelivery, { description: 'The delivery of the test, which is sent within a second.' })
  delivery!: WebhookDelivery;
}

@ObjectType({ description: 'The events that are sent again.' })
export class WebhookReplayPayload {
  @Field(() => Webhook, { description: 'The webhook as it is now.' })
  webhook!: Webhook;

  @Field(() => Int, {
    description:
      'The number of failed deliveries that are sent again. Changes without a delivery are added to them.',
  })
  replayed!: number;
}

@ObjectType({ description: 'The delivery that is sent again.' })
export class WebhookDeliveryReplayPayload {
  @Field(() => WebhookDelivery, { description: 'The delivery as it is now.' })
  delivery!: WebhookDelivery;
}
