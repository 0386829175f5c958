import { FieldResolver, Resolver, Root } from 'type-graphql';
import { MemberAccess } from '../../model/access.js';
import { RoleEnum } from '../../model/enums.js';
import { Membership } from '../../model/membership.js';
import { memberAccess } from '../../services/rows/members.js';

@Resolver(() => Membership)
export class MembershipResolver {
  @FieldResolver(() => MemberAccess, {
    description: 'What the member may do in this stay, or could at its end.',
  })
  access(@Root() membership: Membership) {
    return memberAccess(membership);
  }

  @FieldResolver(() => RoleEnum, { description: 'What the member is in this stay, or was at its end.' })
  role(@Root() { role }: Membership) {
    return role;
  }
}
