import { type ClassType, Field, Int, ObjectType } from 'type-graphql';

/** A page of a list, as the services give it. */
interface PageOf<Item> {
  nodes(): Promise<Item[]>;
  edges(): Promise<{ cursor: string; node: Item }[]>;
  ends(): Promise<Pick<PageInfo, 'startCursor' | 'endCursor'>>;
  totalCount(): Promise<number>;
  hasNextPage(): Promise<boolean>;
  hasPreviousPage(): Promise<boolean>;
}

@ObjectType({ description: 'Where a page lies in its list.', simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean, {
    description: 'Whether there is more after the page, as far as paging forward tells.',
  })
  hasNextPage!: boolean;

  @Field(() => Boolean, {
    description: 'Whether there is more before the page, as far as paging backward tells.',
  })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first edge. Null for an empty page.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last edge. Null for an empty page.' })
  endCursor!: string | null;
}

interface Connection<Item> {
  readonly page: PageOf<Item>;
}

/** The Relay connection of a type: `edges` for cursors, `nodes` for everybody else. */
export function connectionOf<Item extends object>(
  type: ClassType<Item>,
): new (
  page: PageOf<Item>,
) => Connection<Item> {
  @ObjectType(`${type.name}Edge`, { description: `One ${type.name} in a list.`, simpleResolvers: true })
  class Edge {
    @Field(() => String, { description: 'Its place in the list, for `after` and `before`.' })
    cursor!: string;

    @Field(() => type, { description: 'The thing itself.' })
    node!: Item;
  }

  @ObjectType(`${type.name}Connection`, { description: `A page of a list of ${type.name}.` })
  class ConnectionType implements Connection<Item> {
    constructor(readonly page: PageOf<Item>) {}

    @Field(() => [type], { description: 'The page.' })
    nodes(): Promise<Item[]> {
      return this.page.nodes();
    }

    @Field(() => [Edge], { description: 'The page, with cursors.' })
    edges(): Promise<Edge[]> {
      return this.page.edges();
    }

    @Field(() => PageInfo, { description: 'Where the page lies.' })
    async pageInfo(): Promise<PageInfo> {
      return {
        hasNextPage: await this.page.hasNextPage(),
        hasPreviousPage: await this.page.hasPreviousPage(),
        ...(await this.page.ends()),
      };
    }

    @Field(() => Int, { description: 'How many there are altogether. Counted only when asked for.' })
    totalCount(): Promise<number> {
      return this.page.totalCount();
    }
  }
  return ConnectionType;
}
