import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { ApiKey } from '../../model/api-key.js';
import { Workspace } from '../../model/workspace.js';
import {
  create as createApiKey,
  remove as deleteApiKey,
  list as listApiKeys,
  rotate as rotateApiKey,
  update as updateApiKey,
} from '../../services/api-keys.js';
import { ofApiKey as abilitiesOnApiKey } from '../../services/viewer/abilities.js';
import { PageArguments } from '../lists/arguments.js';
import { type Context } from '../serving/context.js';
import { sentFields } from '../serving/sent-fields.js';
import { ApiKeyCreateInput, ApiKeyDeleteInput, ApiKeyRotateInput, ApiKeyUpdateInput } from './inputs.js';
import {
  ApiKeyAbilities,
  ApiKeyConnection,
  ApiKeyCreatePayload,
  ApiKeyDeletePayload,
  ApiKeyRotatePayload,
  ApiKeyUpdatePayload,
} from './types.js';

@Resolver(() => ApiKey)
export class ApiKeyResolver {
  @FieldResolver(() => ApiKeyAbilities, { description: 'What the caller may do to the key.' })
  viewerCan(@Root() { workspaceId }: ApiKey, @Ctx() { services }: Context): Promise<ApiKeyAbilities> {
    return abilitiesOnApiKey(services, workspaceId);
  }

  @FieldResolver(() => Boolean, { description: 'Whether it is enabled. An expired key may be.' })
  enabled(@Root() { disabledAt }: ApiKey): boolean {
    return disabledAt === null;
  }

  @Mutation(() => ApiKeyCreatePayload, { description: 'Makes a key and shows its secret, this once.' })
  apiKeyCreate(
    @Arg('input', () => ApiKeyCreateInput, { description: 'The key.' }) input: ApiKeyCreateInput,
    @Ctx() { services }: Context,
  ): Promise<ApiKeyCreatePayload> {
    return createApiKey(services, input);
  }

  @Mutation(() => ApiKeyUpdatePayload, { description: 'Renames, describes, disables or enables a key.' })
  async apiKeyUpdate(
    @Arg('input', () => ApiKeyUpdateInput, { description: 'What to change.' }) input: ApiKeyUpdateInput,
    @Ctx() { services }: Context,
  ): Promise<ApiKeyUpdatePayload> {
    return { apiKey: await updateApiKey(services, sentFields(input)) };
  }

  @Mutation(() => ApiKeyRotatePayload, {
    description: 'Gives a key a new secret; the old one works on for a while.',
  })
  apiKeyRotate(
    @Arg('input', () => ApiKeyRotateInput, { description: 'Which key.' }) input: ApiKeyRotateInput,
    @Ctx() { services }: Context,
  ): Promise<ApiKeyRotatePayload> {
    return rotateApiKey(services, input);
  }

  @Mutation(() => ApiKeyDeletePayload, { description: 'Deletes a key; its secrets stop working.' })
  apiKeyDelete(
    @Arg('input', () => ApiKeyDeleteInput, { description: 'Which key.' }) input: ApiKeyDeleteInput,
    @Ctx() { services }: Context,
  ): Promise<ApiKeyDeletePayload> {
    return deleteApiKey(services, input);
  }
}

@Resolver(() => Workspace)
export class WorkspaceApiKeysResolver {
  @FieldResolver(() => ApiKeyConnection, { description: 'Its API keys, oldest first.' })
  async apiKeys(
    @Root() { id }: Workspace,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
  ) {
    return new ApiKeyConnection(await listApiKeys(services, id, page));
  }
}
