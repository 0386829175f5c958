import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { ApiKey } from '../../model/api-key.js';
import { GraphQLDateTime } from '../../model/scalars.js';
import { Workspace } from '../../model/workspace.js';
import {
  apiKeysOf,
  create as createApiKey,
  remove as deleteApiKey,
  list as listApiKeys,
  oldSecretWorksUntil,
  rotate as rotateApiKey,
  update as updateApiKey,
} from '../../services/api-keys.js';
import { edgeIn } from '../../services/lists/page.js';
import { ofApiKey as abilitiesOnApiKey } from '../../services/viewer/abilities.js';
import { PageArguments } from '../lists/arguments.js';
import type { Context } from '../serving/context.js';
import { sentFields } from '../serving/sent-fields.js';
import { ApiKeyCreateInput, ApiKeyDeleteInput, ApiKeyRotateInput, ApiKeyUpdateInput } from './inputs.js';
import {
  ApiKeyAbilities,
  ApiKeyConnection,
  ApiKeyCreatePayload,
  ApiKeyDeletePayload,
  ApiKeyEdge,
  ApiKeyRotatePayload,
  ApiKeyUpdatePayload,
} from './types.js';

@Resolver(() => ApiKey)
export class ApiKeyResolver {
  @FieldResolver(() => Boolean, {
    description: 'Whether the key is enabled. An enabled key may still have expired.',
  })
  enabled(@Root() { disabledAt }: ApiKey): boolean {
    return disabledAt === null;
  }

  @FieldResolver(() => GraphQLDateTime, {
    nullable: true,
    description:
      'The time until which the old secret keeps working after a rotation. Null when only the newest one works.',
  })
  oldSecretWorksUntil(@Root() apiKey: ApiKey, @Ctx() { services }: Context): Promise<Date | null> {
    return oldSecretWorksUntil(services, apiKey);
  }

  @FieldResolver(() => Workspace, { description: 'The workspace to which the key belongs.' })
  workspace(@Root() { workspaceId }: ApiKey, @Ctx() { loaders }: Context): Promise<Workspace> {
    return loaders.workspaces.load(workspaceId);
  }

  @FieldResolver(() => ApiKeyAbilities, { description: 'What the caller may do to the key.' })
  viewerCan(@Root() { workspaceId }: ApiKey, @Ctx() { services }: Context): Promise<ApiKeyAbilities> {
    return abilitiesOnApiKey(services, workspaceId);
  }
}

@Resolver(() => Workspace)
export class WorkspaceApiKeysResolver {
  @FieldResolver(() => ApiKeyConnection, {
    nullable: true,
    description: 'The API keys of the workspace, oldest first. Null when the caller may not manage them.',
  })
  async apiKeys(
    @Root() { id }: Workspace,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
  ) {
    return new ApiKeyConnection(await listApiKeys(services, id, page));
  }
}

@Resolver(() => ApiKeyCreatePayload)
export class ApiKeyCreatePayloadResolver {
  @FieldResolver(() => ApiKeyEdge, { description: 'The new key as an item of `Workspace.apiKeys`.' })
  apiKeyEdge(@Root() { apiKey }: ApiKeyCreatePayload) {
    return edgeIn(apiKeysOf(apiKey.workspaceId), apiKey);
  }
}

@Resolver(() => ApiKeyDeletePayload)
export class ApiKeyDeletePayloadResolver {
  @FieldResolver(() => Workspace, {
    nullable: true,
    description: 'The workspace that had the key. Null when it was deleted in the meantime.',
  })
  workspace(@Root() { workspaceId }: ApiKeyDeletePayload, @Ctx() { loaders }: Context): Promise<Workspace> {
    return loaders.workspaces.load(workspaceId);
  }
}

@Resolver()
export class ApiKeyMutations {
  @Mutation(() => ApiKeyCreatePayload, {
    nullable: true,
    description: 'Creates an API key and returns its secret, which is never shown again. Null when refused.',
  })
  apiKeyCreate(
    @Arg('input', () => ApiKeyCreateInput, { description: 'The key to create.' }) input: ApiKeyCreateInput,
    @Ctx() { services }: Context,
  ): Promise<ApiKeyCreatePayload> {
    return createApiKey(services, input);
  }

  @Mutation(() => ApiKeyUpdatePayload, {
    nullable: true,
    description: 'Renames, describes, disables or enables an API key. Null when refused.',
  })
  async apiKeyUpdate(
    @Arg('input', () => ApiKeyUpdateInput, { description: 'The changes to make.' }) input: ApiKeyUpdateInput,
    @Ctx() { services }: Context,
  ): Promise<ApiKeyUpdatePayload> {
    return { apiKey: await updateApiKey(services, sentFields(input)) };
  }

  @Mutation(() => ApiKeyRotatePayload, {
    nullable: true,
    description: 'Gives an API key a new secret. The old one keeps working for a while. Null when refused.',
  })
  apiKeyRotate(
    @Arg('input', () => ApiKeyRotateInput, { description: 'The key to rotate.' }) input: ApiKeyRotateInput,
    @Ctx() { services }: Context,
  ): Promise<ApiKeyRotatePayload> {
    return rotateApiKey(services, input);
  }

  @Mutation(() => ApiKeyDeletePayload, {
    nullable: true,
    description: 'Deletes an API key, whose secrets stop working at once. Null when refused.',
  })
  async apiKeyDelete(
    @Arg('input', () => ApiKeyDeleteInput, { description: 'The key to delete.' }) input: ApiKeyDeleteInput,
    @Ctx() { services }: Context,
  ): Promise<ApiKeyDeletePayload> {
    const { apiKeyId } = await deleteApiKey(services, input);
    return { apiKeyId, workspaceId: input.workspaceId };
  }
}
