import { Field, ID, ObjectType } from 'type-graphql';
import { type AssignableRole, type SeatType } from '../../domain/access.js';
import { AssignableRoleEnum, SeatTypeEnum } from '../../model/enums.js';
import { Group } from '../../model/group.js';
import { connectionOf } from '../lists/connection.js';
import { Ability } from '../refusals/types.js';

@ObjectType({ description: 'What the caller may do to a group.' })
export class GroupAbilities {
  @Field(() => Ability, { description: 'Change name, external id and members.' }) update!: Ability;
  @Field(() => Ability, { description: 'Set or clear what it grants.' }) setGrant!: Ability;
  @Field(() => Ability, { description: 'Delete it.' }) delete!: Ability;
}

@ObjectType({ description: 'What a group gives to whoever is in it: one of the two.' })
export class GroupGrant {
  @Field(() => AssignableRoleEnum, { nullable: true, description: 'V2: the role. Null on V1.' })
  role!: AssignableRole | null;

  @Field(() => SeatTypeEnum, { nullable: true, description: 'V1: the type of seat. Null on V2.' })
  seatType!: SeatType | null;
}

@ObjectType({
  description: 'A member of a group, as far as a list of thousands shows it.',
  simpleResolvers: true,
})
export class GroupMemberReference {
  @Field(() => ID, { description: 'The member id.' })
  id!: string;

  @Field(() => String, { description: 'The display name, or the userName of who has none.' })
  name!: string;
}

/** What every command about one group tells. */
@ObjectType()
abstract class GroupPayload {
  @Field(() => Group, { description: 'The group as it is now.' })
  group!: Group;

  @Field(() => Boolean, {
    description: 'Whether anything became different. Saying the same twice changes nothing.',
  })
  changed!: boolean;
}

@ObjectType({ description: 'A group that was made.' })
export class GroupCreatePayload extends GroupPayload {}

@ObjectType({ description: 'A group that was changed.' })
export class GroupUpdatePayload extends GroupPayload {}

@ObjectType({ description: 'A group whose grant was set.' })
export class GroupSetGrantPayload extends GroupPayload {}

@ObjectType({ description: 'A group that grants nothing any more.' })
export class GroupClearGrantPayload extends GroupPayload {}

@ObjectType({ description: 'A group that was deleted.' })
export class GroupDeletePayload {
  @Field(() => ID, { description: 'Its id, which is not found from now on.' })
  groupId!: string;
}

export const GroupConnection = connectionOf(Group);
