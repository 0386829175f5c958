import { ArgsType, Field, Int } from 'type-graphql';

/** Relay's arguments for a page of a list. */
@ArgsType()
export class PageArguments {
  @Field(() => Int, {
    nullable: true,
    description:
      'The number of items from the start, at most 200. A page has 50 items when neither `first` nor `last` is sent.',
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'The cursor after which the page begins.' })
  after?: string | null;

  @Field(() => Int, { nullable: true, description: 'The number of items from the end, at most 200.' })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'The cursor before which the page ends.' })
  before?: string | null;
}

/** Relay's arguments, and an offset for clients that number their pages. */
@ArgsType()
export class OffsetPageArguments extends PageArguments {
  @Field(() => Int, {
    nullable: true,
    description:
      'The number of items to skip at the start. It can be combined with `first` only, not with cursors.',
  })
  offset?: number | null;
}
