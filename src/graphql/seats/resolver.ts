import { Arg, Ctx, FieldResolver, Int, Mutation, Resolver, Root } from 'type-graphql';
import { SeatAllocation } from '../../model/seat-allocation.js';
import { Workspace } from '../../model/workspace.js';
import { list as listSeats, set as setSeats } from '../../services/seats.js';
import type { Context } from '../serving/context.js';
import { SeatsSetInput, SeatsSetPayload } from './types.js';

@Resolver(() => SeatAllocation)
export class SeatAllocationResolver {
  @FieldResolver(() => Int, { description: 'The number of seats that are free.' })
  available(@Root() { total, used }: SeatAllocation): number {
    return total - used;
  }
}

@Resolver(() => Workspace)
export class WorkspaceSeatsResolver {
  @FieldResolver(() => [SeatAllocation], {
    nullable: true,
    description:
      'V1: the seats of the workspace by type. The list is empty in V2 workspaces, and null when the caller may not ' +
      'read it.',
  })
  seats(@Root() { id }: Workspace, @Ctx() { services }: Context): Promise<SeatAllocation[]> {
    return listSeats(services, id);
  }

  @Mutation(() => SeatsSetPayload, {
    nullable: true,
    description: 'V1: sets the numbers of seats of one or more types in one step. Null when refused.',
  })
  async seatsSet(
    @Arg('input', () => SeatsSetInput, { description: 'The numbers of seats.' }) input: SeatsSetInput,
    @Ctx() { services }: Context,
  ): Promise<SeatsSetPayload> {
    return { workspace: await setSeats(services, input) };
  }
}
