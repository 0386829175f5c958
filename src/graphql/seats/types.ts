import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { SeatType } from '../../domain/access.js';
import { SeatTypeEnum } from '../../model/enums.js';
import { Workspace } from '../../model/workspace.js';

@InputType({ description: 'The number of seats of one type.' })
export class SeatsInput {
  @Field(() => SeatTypeEnum, { description: 'The type of these seats.' })
  seatType!: SeatType;

  @Field(() => Int, { description: 'The number of seats of this type.' })
  total!: number;
}

@InputType({ description: 'The numbers of seats of a V1 workspace.' })
export class SeatsSetInput {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;

  @Field(() => [SeatsInput], {
    description: 'The numbers of seats by type, each type once. Types that are not sent keep their numbers.',
  })
  seats!: SeatsInput[];
}

@ObjectType({ description: 'The workspace whose seats were set.' })
export class SeatsSetPayload {
  @Field(() => Workspace, { description: 'The workspace with its seats as they are now.' })
  workspace!: Workspace;
}
