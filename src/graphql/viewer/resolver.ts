import { Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { Account } from '../../model/account.js';
import { type ShownAccount, shownAccount } from '../../services/members/account.js';
import { get as getViewer, type Viewer as ViewerRow } from '../../services/viewer/queries.js';
import { workspacesOf } from '../../services/viewer/workspaces.js';
import type { Context } from '../serving/context.js';
import { Viewer, ViewerWorkspace } from './types.js';

@Resolver(() => Viewer)
export class ViewerResolver {
  @Query(() => Viewer, { description: 'The caller: a person, an API key or an operator.' })
  viewer(@Ctx() { services }: Context): Viewer {
    return getViewer(services);
  }

  @FieldResolver(() => Account, {
    nullable: true,
    description: 'The account of a person. Null for API keys and operators.',
  })
  async account(
    @Root() { accountId }: ViewerRow,
    @Ctx() { loaders, services }: Context,
  ): Promise<ShownAccount | null> {
    return accountId === null ? null : shownAccount(services, await loaders.accounts.load(accountId));
  }

  @FieldResolver(() => [ViewerWorkspace], {
    description:
      "A person's workspaces by name, also those that the session does not open, as far as it may know of them. Empty for keys and operators.",
  })
  workspaces(@Ctx() { services }: Context): Promise<ViewerWorkspace[]> {
    return workspacesOf(services);
  }
}
