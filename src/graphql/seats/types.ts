import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { type SeatType } from '../../domain/access.js';
import { SeatTypeEnum } from '../../model/enums.js';
import { SeatAllocation } from '../../model/seat-allocation.js';
import { Workspace } from '../../model/workspace.js';

@InputType({ description: 'Seats of one type.' })
export class SeatsInput {
  @Field(() => SeatTypeEnum, { description: 'The type.' })
  seatType!: SeatType;

  @Field(() => Int, { description: 'How many.' })
  total!: number;
}

@InputType({ description: 'How many seats of a type a V1 workspace has.' })
export class SeatsSetInput extends SeatsInput {
  @Field(() => ID, { description: 'The workspace.' })
  workspaceId!: string;
}

@ObjectType({ description: 'Seats that were set.' })
export class SeatsSetPayload {
  @Field(() => SeatAllocation, { description: 'The seats as they are now.' })
  seats!: SeatAllocation;

  @Field(() => Workspace, { description: 'The workspace with all its seats, as they are now.' })
  workspace!: Workspace;
}
