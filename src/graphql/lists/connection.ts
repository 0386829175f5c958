import { type ClassType, Field, Int, ObjectType } from 'type-graphql';

/** A page of a list, as services return it. */
interface PageOf<Item> {
  nodes(): Promise<Item[]>;
  edges(): Promise<{ cursor: string; node: Item }[]>;
  ends(): Promise<Pick<PageInfo, 'startCursor' | 'endCursor'>>;
  totalCount(): Promise<number>;
  hasNextPage(): Promise<boolean>;
  hasPreviousPage(): Promise<boolean>;
}

@ObjectType({ description: 'The position of a page in its list.', simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean, {
    description: 'Whether more items follow the page. When paging backward: whether `before` was sent.',
  })
  hasNextPage!: boolean;

  @Field(() => Boolean, {
    description:
      'Whether more items precede the page. When paging forward: whether the page is not the first.',
  })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the first edge. Null when the page is empty.',
  })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the last edge. Null when the page is empty.',
  })
  endCursor!: string | null;
}

interface Connection<Item> {
  readonly page: PageOf<Item>;
}

/** Returns the Relay connection and edge of a type: `edges` for clients that need cursors, `nodes` for others. */
export function connectionOf<Item extends object>(
  type: ClassType<Item>,
): {
  readonly Connection: new (page: PageOf<Item>) => Connection<Item>;
  readonly Edge: ClassType<{ cursor: string; node: Item }>;
} {
  @ObjectType(`${type.name}Edge`, {
    description: `An item of a list of the type ${type.name}.`,
    simpleResolvers: true,
  })
  class Edge {
    @Field(() => String, { description: 'The cursor of the item, for `after` and `before`.' })
    cursor!: string;

    @Field(() => type, { description: 'The object itself, without its cursor.' })
    node!: Item;
  }

  @ObjectType(`${type.name}Connection`, { description: `A page of a list of the type ${type.name}.` })
  class ConnectionType implements Connection<Item> {
    constructor(readonly page: PageOf<Item>) {}

    @Field(() => [type], { description: 'The objects of the page, without cursors.' })
    nodes(): Promise<Item[]> {
      return this.page.nodes();
    }

    @Field(() => [Edge], { description: 'The objects of the page, each with its cursor.' })
    edges(): Promise<Edge[]> {
      return this.page.edges();
    }

    @Field(() => PageInfo, { description: 'The position of the page in the list.' })
    async pageInfo(): Promise<PageInfo> {
      return {
        hasNextPage: await this.page.hasNextPage(),
        hasPreviousPage: await this.page.hasPreviousPage(),
        ...(await this.page.ends()),
      };
    }

    @Field(() => Int, {
      description: 'The number of items on all pages. They are counted only when this field is selected.',
    })
    totalCount(): Promise<number> {
      return this.page.totalCount();
    }
  }
  return { Connection: ConnectionType, Edge };
}
