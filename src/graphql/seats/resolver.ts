import { Arg, Ctx, FieldResolver, Int, Mutation, Resolver, Root } from 'type-graphql';
import { SeatAllocation } from '../../model/seat-allocation.js';
import { Workspace } from '../../model/workspace.js';
import { list as listSeats, set as setSeats } from '../../services/seats.js';
import { type Context } from '../serving/context.js';
import { SeatsSetInput, SeatsSetPayload } from './types.js';

@Resolver(() => SeatAllocation)
export class SeatAllocationResolver {
  @FieldResolver(() => Int, { description: 'How many are free.' })
  available(@Root() { total, used }: SeatAllocation): number {
    return total - used;
  }
}

@Resolver(() => Workspace)
export class WorkspaceSeatsResolver {
  @FieldResolver(() => [SeatAllocation], { description: 'V1: the seats it has bought. Empty on V2.' })
  seats(@Root() { id }: Workspace, @Ctx() { services }: Context): Promise<SeatAllocation[]> {
    return listSeats(services, id);
  }

  @Mutation(() => SeatsSetPayload, { description: 'V1: sets how many seats of a type there are.' })
  async seatsSet(
    @Arg('input', () => SeatsSetInput, { description: 'How many of which type.' }) input: SeatsSetInput,
    @Ctx() { services, loaders }: Context,
  ): Promise<SeatsSetPayload> {
    const set = await setSeats(services, input);
    return { seats: set, workspace: await loaders.workspaces.load(set.workspaceId) };
  }
}
