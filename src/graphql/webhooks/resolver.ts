import { Arg, Args, Ctx, Extensions, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { WEBHOOK_EVENTS } from '../../domain/webhooks.js';
import { Webhook, WebhookAttempt, WebhookDelivery } from '../../model/webhook.js';
import { Workspace } from '../../model/workspace.js';
import { edgeIn } from '../../services/lists/page.js';
import {
  create as createWebhook,
  remove as deleteWebhook,
  rotate as rotateWebhook,
  update as updateWebhook,
} from '../../services/webhooks/commands.js';
import {
  attempts as attemptsOf,
  get as getWebhook,
  deliveries as listDeliveries,
  list as listWebhooks,
  MOST_ATTEMPTS,
  webhooksOf,
} from '../../services/webhooks/queries.js';
import { replayDelivery, replaySince, test as testWebhook } from '../../services/webhooks/replay.js';
import { PageArguments } from '../lists/arguments.js';
import type { Context } from '../serving/context.js';
import { sentFields } from '../serving/sent-fields.js';
import {
  WebhookCreateInput,
  WebhookDeleteInput,
  WebhookDeliveryArguments,
  WebhookDeliveryReplayInput,
  WebhookReplayInput,
  WebhookRotateInput,
  WebhookTestInput,
  WebhookUpdateInput,
} from './inputs.js';
import {
  WebhookConnection,
  WebhookCreatePayload,
  WebhookDeletePayload,
  WebhookDeliveryConnection,
  WebhookDeliveryReplayPayload,
  WebhookEdge,
  WebhookEvent,
  WebhookReplayPayload,
  WebhookRotatePayload,
  WebhookTestPayload,
  WebhookUpdatePayload,
} from './types.js';

@Resolver(() => Webhook)
export class WebhookResolver {
  @FieldResolver(() => Boolean, { description: 'Whether the webhook is enabled.' })
  enabled(@Root() { disabledAt }: Webhook): boolean {
    return disabledAt === null;
  }

  @FieldResolver(() => Workspace, { description: 'The workspace to which the webhook belongs.' })
  workspace(@Root() { workspaceId }: Webhook, @Ctx() { loaders }: Context): Promise<Workspace> {
    return loaders.workspaces.load(workspaceId);
  }

  @FieldResolver(() => WebhookDeliveryConnection, {
    description: 'The events that are, or were, sent to it in the last 30 days, newest first.',
  })
  async deliveries(
    @Root() webhook: Webhook,
    @Args(() => WebhookDeliveryArguments) { statuses, eventTypes, ...page }: WebhookDeliveryArguments,
    @Ctx() { services }: Context,
  ) {
    return new WebhookDeliveryConnection(
      await listDeliveries(
        services,
        webhook,
        { statuses: statuses ?? null, eventTypes: eventTypes ?? null },
        page,
      ),
    );
  }
}

@Resolver(() => WebhookDelivery)
export class WebhookDeliveryResolver {
  @Extensions({ listSize: () => MOST_ATTEMPTS })
  @FieldResolver(() => [WebhookAttempt], { description: 'The last 20 attempts, newest first.' })
  attempts(@Root() { id }: WebhookDelivery, @Ctx() { services }: Context): Promise<WebhookAttempt[]> {
    return attemptsOf(services, id);
  }
}

@Resolver(() => Workspace)
export class WorkspaceWebhooksResolver {
  @Query(() => [WebhookEvent], { description: 'All types of events that webhooks can subscribe to.' })
  webhookEventTypes(): WebhookEvent[] {
    return Object.entries(WEBHOOK_EVENTS).map(([name, description]) => ({ name, description }));
  }

  @FieldResolver(() => WebhookConnection, {
    nullable: true,
    description: 'The webhooks of the workspace, oldest first. Null when the caller may not manage them.',
  })
  async webhooks(
    @Root() { id }: Workspace,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
  ) {
    return new WebhookConnection(await listWebhooks(services, id, page));
  }

  @FieldResolver(() => Webhook, {
    nullable: true,
    description: 'A webhook of the workspace. Null when there is none with this id.',
  })
  webhook(
    @Root() { id: workspaceId }: Workspace,
    @Arg('id', () => ID, { description: 'The id of the webhook.' }) id: string,
    @Ctx() { services }: Context,
  ): Promise<Webhook | null> {
    return getWebhook(services, { workspaceId, webhookId: id });
  }
}

@Resolver(() => WebhookCreatePayload)
export class WebhookCreatePayloadResolver {
  @FieldResolver(() => WebhookEdge, { description: 'The new webhook as an item of `Workspace.webhooks`.' })
  webhookEdge(@Root() { webhook }: WebhookCreatePayload) {
    return edgeIn(webhooksOf(webhook.workspaceId), webhook);
  }
}

@Resolver(() => WebhookDeletePayload)
export class WebhookDeletePayloadResolver {
  @FieldResolver(() => Workspace, {
    nullable: true,
    description: 'The workspace that had the webhook. Null when it was deleted in between.',
  })
  workspace(@Root() { workspaceId }: WebhookDeletePayload, @Ctx() { loaders }: Context): Promise<Workspace> {
    return loaders.workspaces.load(workspaceId);
  }
}

@Resolver()
export class WebhookMutations {
  @Mutation(() => WebhookCreatePayload, {
    nullable: true,
    description: 'Creates a webhook and shows its secret, this one time. Null when refused.',
  })
  webhookCreate(
    @Arg('input', () => WebhookCreateInput, { description: 'The webhook to create.' })
    input: WebhookCreateInput,
    @Ctx() { services }: Context,
  ): Promise<WebhookCreatePayload> {
    return createWebhook(services, input);
  }

  @Mutation(() => WebhookUpdatePayload, {
    nullable: true,
    description: 'Changes, disables or enables a webhook. Null when refused.',
  })
  async webhookUpdate(
    @Arg('input', () => WebhookUpdateInput, { description: 'The changes to make.' })
    input: WebhookUpdateInput,
    @Ctx() { services }: Context,
  ): Promise<WebhookUpdatePayload> {
    return { webhook: await updateWebhook(services, sentFields(input)) };
  }

  @Mutation(() => WebhookRotatePayload, {
    nullable: true,
    description:
      'Gives a webhook a new secret. Requests are signed with the old one too for a while. Null when refused.',
  })
  webhookRotate(
    @Arg('input', () => WebhookRotateInput, { description: 'The webhook to rotate.' })
    input: WebhookRotateInput,
    @Ctx() { services }: Context,
  ): Promise<WebhookRotatePayload> {
    return rotateWebhook(services, input);
  }

  @Mutation(() => WebhookDeletePayload, {
    nullable: true,
    description: 'Deletes a webhook, with the log of its deliveries. Null when refused.',
  })
  async webhookDelete(
    @Arg('input', () => WebhookDeleteInput, { description: 'The webhook to delete.' })
    input: WebhookDeleteInput,
    @Ctx() { services }: Context,
  ): Promise<WebhookDeletePayload> {
    await deleteWebhook(services, input);
    return input;
  }

  @Mutation(() => WebhookTestPayload, {
    nullable: true,
    description: 'Sends an event of the type `webhook.test`. Null when refused.',
  })
  async webhookTest(
    @Arg('input', () => WebhookTestInput, { description: 'The webhook to test.' }) input: WebhookTestInput,
    @Ctx() { services }: Context,
  ): Promise<WebhookTestPayload> {
    return { delivery: await testWebhook(services, input) };
  }

  @Mutation(() => WebhookReplayPayload, {
    nullable: true,
    description:
      'Sends everything again that has not arrived since a time: failed deliveries, and changes that the webhook has missed while it was disabled. Null when refused.',
  })
  webhookReplay(
    @Arg('input', () => WebhookReplayInput, { description: 'The events to send again.' })
    input: WebhookReplayInput,
    @Ctx() { services }: Context,
  ): Promise<WebhookReplayPayload> {
    return replaySince(services, input);
  }

  @Mutation(() => WebhookDeliveryReplayPayload, {
    nullable: true,
    description: 'Sends one event again, whether it has arrived or not. Null when refused.',
  })
  async webhookDeliveryReplay(
    @Arg('input', () => WebhookDeliveryReplayInput, { description: 'The delivery to send again.' })
    input: WebhookDeliveryReplayInput,
    @Ctx() { services }: Context,
  ): Promise<WebhookDeliveryReplayPayload> {
    return { delivery: await replayDelivery(services, input) };
  }
}
