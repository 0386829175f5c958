import { Arg, Ctx, Extensions, ID, Query, Resolver } from 'type-graphql';
import { Node } from '../../model/node.js';
import { byIds as nodesByIds } from '../../services/viewer/nodes.js';
import { wellFormedId } from '../lists/ids.js';
import type { Context } from '../serving/context.js';

@Resolver()
export class NodeResolver {
  @Query(() => Node, {
    nullable: true,
    description: 'One object by its id. Null when there is none that the caller may see.',
  })
  async node(
    @Arg('id', () => ID, { description: 'The id of the object.' }) id: string,
    @Ctx() { services }: Context,
  ): Promise<Node | null> {
    return (await nodesByIds(services, [wellFormedId(id, 'id')]))[0] ?? null;
  }

  @Extensions({ listSize: ({ ids }: { ids?: unknown }) => (Array.isArray(ids) ? ids.length : 1) })
  @Query(() => [Node], {
    nullable: 'items',
    description:
      'Objects by their ids, in the same order. An item is null when the caller may see no such object.',
  })
  nodes(
    @Arg('ids', () => [ID], { description: 'The ids of the objects, at most 100.' }) ids: string[],
    @Ctx() { services }: Context,
  ): Promise<(Node | null)[]> {
    for (const id of ids) wellFormedId(id, 'ids');
    return nodesByIds(services, ids);
  }
}
