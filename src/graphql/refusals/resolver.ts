import { FieldResolver, Resolver, Root } from 'type-graphql';
import type { Ability as AbilityOf } from '../../services/viewer/abilities.js';
import { Ability, Refusal, refusalOf } from './types.js';

@Resolver(() => Ability)
export class AbilityResolver {
  @FieldResolver(() => Refusal, {
    nullable: true,
    description: 'The reason for which the mutation would be refused. Null when it is allowed.',
  })
  refusal(@Root() { refusal }: AbilityOf): Refusal | null {
    return refusal === null ? null : refusalOf(refusal);
  }
}
