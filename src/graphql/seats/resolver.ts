import { FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { SeatAllocation } from '../../model/seat-allocation.js';

@Resolver(() => SeatAllocation)
export class SeatAllocationResolver {
  @FieldResolver(() => Int, { description: 'How many are free.' })
  available(@Root() { total, used }: SeatAllocation): number {
    return total - used;
  }
}
