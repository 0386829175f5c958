import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { ApiKey } from '../../model/api-key.js';
import * as apiKeys from '../../services/api-keys.js';
import {
  ApiKeyCreateInput,
  ApiKeyDeleteInput,
  ApiKeyRotateInput,
  ApiKeyUpdateInput,
} from '../members/inputs.js';
import {
  ApiKeyCreatePayload,
  ApiKeyDeletePayload,
  ApiKeyRotatePayload,
  ApiKeyUpdatePayload,
} from '../members/payloads.js';
import type { Context } from '../serving/context.js';
import { given } from '../serving/sent-fields.js';

@Resolver(() => ApiKey)
export class ApiKeyResolver {
  @FieldResolver(() => Boolean, { description: 'Whether it is enabled. An expired key may be.' })
  enabled(@Root() { disabledAt }: ApiKey): boolean {
    return disabledAt === null;
  }

  @Mutation(() => ApiKeyCreatePayload, { description: 'Makes a key and shows its secret, this once.' })
  apiKeyCreate(
    @Arg('input', () => ApiKeyCreateInput, { description: 'The key.' }) input: ApiKeyCreateInput,
    @Ctx() { services }: Context,
  ): Promise<ApiKeyCreatePayload> {
    return apiKeys.create(services, input);
  }

  @Mutation(() => ApiKeyUpdatePayload, { description: 'Renames, describes, disables or enables a key.' })
  async apiKeyUpdate(
    @Arg('input', () => ApiKeyUpdateInput, { description: 'What to change.' }) input: ApiKeyUpdateInput,
    @Ctx() { services }: Context,
  ): Promise<ApiKeyUpdatePayload> {
    return { apiKey: await apiKeys.update(services, given(input)) };
  }

  @Mutation(() => ApiKeyRotatePayload, {
    description: 'Gives a key a new secret; the old one works on for a while.',
  })
  apiKeyRotate(
    @Arg('input', () => ApiKeyRotateInput, { description: 'Which key.' }) input: ApiKeyRotateInput,
    @Ctx() { services }: Context,
  ): Promise<ApiKeyRotatePayload> {
    return apiKeys.rotate(services, input);
  }

  @Mutation(() => ApiKeyDeletePayload, { description: 'Deletes a key; its secrets stop working.' })
  apiKeyDelete(
    @Arg('input', () => ApiKeyDeleteInput, { description: 'Which key.' }) input: ApiKeyDeleteInput,
    @Ctx() { services }: Context,
  ): Promise<ApiKeyDeletePayload> {
    return apiKeys.remove(services, input);
  }
}
