import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Account } from '../../model/account.js';
import { Node } from '../../model/node.js';
import { create as createSession } from '../../services/sessions/create.js';
import { end as endSession } from '../../services/sessions/end.js';
import * as nodes from '../../services/viewer/nodes.js';
import * as viewers from '../../services/viewer/viewer.js';
import { SessionCreateInput, SessionEndInput } from '../members/inputs.js';
import { SessionCreatePayload, SessionEndPayload } from '../members/payloads.js';
import type { Context } from '../serving/context.js';
import { Viewer } from '../workspaces/types.js';

@Resolver(() => Viewer)
export class ViewerResolver {
  @Query(() => Viewer, { description: 'Who is asking.' })
  viewer(@Ctx() { services }: Context): Viewer {
    return viewers.get(services);
  }

  @FieldResolver(() => Account, {
    nullable: true,
    description: "A person's account. Null for keys and operators.",
  })
  account(@Root() { accountId }: viewers.Viewer, @Ctx() { loaders }: Context): Promise<Account> | null {
    return accountId === null ? null : loaders.accounts.load(accountId);
  }

  @Query(() => Node, {
    nullable: true,
    description: 'Anything by its id. Null when there is none for the caller.',
  })
  async node(
    @Arg('id', () => ID, { description: 'The id.' }) id: string,
    @Ctx() { services }: Context,
  ): Promise<Node | null> {
    return (await nodes.byIds(services, [id]))[0] ?? null;
  }

  @Query(() => [Node], {
    nullable: 'items',
    description: 'Things by their ids, in that order; null for what is not there.',
  })
  nodes(
    @Arg('ids', () => [ID], { description: 'At most 100 ids.' }) ids: string[],
    @Ctx() { services }: Context,
  ): Promise<(Node | null)[]> {
    return nodes.byIds(services, ids);
  }

  @Mutation(() => SessionCreatePayload, { description: 'Mints a session for a person. For operators.' })
  sessionCreate(
    @Arg('input', () => SessionCreateInput, { description: 'For whom.' }) input: SessionCreateInput,
    @Ctx() { services }: Context,
  ): Promise<SessionCreatePayload> {
    return createSession(services, input);
  }

  @Mutation(() => SessionEndPayload, { description: "Ends a session: the caller's own, unless told." })
  sessionEnd(
    @Arg('input', () => SessionEndInput, { description: 'Which.' }) input: SessionEndInput,
    @Ctx() { services }: Context,
  ): Promise<SessionEndPayload> {
    return endSession(services, input);
  }
}
