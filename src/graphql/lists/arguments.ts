import { ArgsType, Field, Int } from 'type-graphql';

/** Relay's paging arguments. Without any, a list gives its first 50. */
@ArgsType()
export class PageArguments {
  @Field(() => Int, { nullable: true, description: 'How many from the start: at most 200; 50 unless told.' })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Start after the edge with this cursor.' })
  after?: string | null;

  @Field(() => Int, { nullable: true, description: 'How many from the end: at most 200.' })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'End before the edge with this cursor.' })
  before?: string | null;
}

/** The same, with a place by number for clients that count. */
@ArgsType()
export class OffsetPageArguments extends PageArguments {
  @Field(() => Int, { nullable: true, description: 'How many to leave out at the start; with `first` only.' })
  offset?: number | null;
}
