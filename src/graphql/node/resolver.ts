import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { Node } from '../../model/node.js';
import { byIds as nodesByIds } from '../../services/viewer/nodes.js';
import { type Context } from '../serving/context.js';

@Resolver()
export class NodeResolver {
  @Query(() => Node, {
    nullable: true,
    description: 'Anything by its id. Null when there is none for the caller.',
  })
  async node(
    @Arg('id', () => ID, { description: 'The id.' }) id: string,
    @Ctx() { services }: Context,
  ): Promise<Node | null> {
    return (await nodesByIds(services, [id]))[0] ?? null;
  }

  @Query(() => [Node], {
    nullable: 'items',
    description: 'Things by their ids, in that order; null for what is not there.',
  })
  nodes(
    @Arg('ids', () => [ID], { description: 'At most 100 ids.' }) ids: string[],
    @Ctx() { services }: Context,
  ): Promise<(Node | null)[]> {
    return nodesByIds(services, ids);
  }
}
