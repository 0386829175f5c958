// type-graphql needs this for decorator metadata; every decorated file imports this file or scalars.ts first.
import 'reflect-metadata';
import { Field, ID, InterfaceType } from 'type-graphql';

export function nodeType({ __typename }: { readonly __typename?: string }): string | undefined {
  return __typename;
}

/**
 * Relay's Node interface. Rows are plain objects, for which `instanceof` fails, so the resolver of a node sets its type
 * in `__typename`.
 */
@InterfaceType({
  description: 'An object that `node` finds by its id.',
  resolveType: nodeType,
})
export abstract class Node {
  @Field(() => ID, { description: 'The id of the object, unique among all objects.' })
  id!: string;
}
