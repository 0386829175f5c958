import { Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { Account } from '../../model/account.js';
import { get as getViewer, type Viewer as ViewerRow } from '../../services/viewer/viewer.js';
import { type Context } from '../serving/context.js';
import { Viewer } from './types.js';

@Resolver(() => Viewer)
export class ViewerResolver {
  @Query(() => Viewer, { description: 'Who is asking.' })
  viewer(@Ctx() { services }: Context): Viewer {
    return getViewer(services);
  }

  @FieldResolver(() => Account, {
    nullable: true,
    description: "A person's account. Null for keys and operators.",
  })
  account(@Root() { accountId }: ViewerRow, @Ctx() { loaders }: Context): Promise<Account> | null {
    return accountId === null ? null : loaders.accounts.load(accountId);
  }
}
