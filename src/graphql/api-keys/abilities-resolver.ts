import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { ApiKey } from '../../model/api-key.js';
import * as abilities from '../../services/viewer/abilities.js';
import type { Context } from '../serving/context.js';
import { ApiKeyAbilities } from '../viewer/abilities.js';

@Resolver(() => ApiKey)
export class ApiKeyAbilitiesResolver {
  @FieldResolver(() => ApiKeyAbilities, { description: 'What the caller may do to the key.' })
  viewerCan(@Root() { workspaceId }: ApiKey, @Ctx() { services }: Context): Promise<ApiKeyAbilities> {
    return abilities.ofApiKey(services, workspaceId);
  }
}
