import { Field, ID, ObjectType } from 'type-graphql';
import { Member } from '../../model/member.js';

/** What every command about one member tells. Each has a type of its own, which can grow. */
@ObjectType()
abstract class MemberPayload {
  @Field(() => Member, { description: 'The member as it is now.' })
  member!: Member;

  @Field(() => Boolean, {
    description: 'Whether anything became different. Saying the same twice changes nothing.',
  })
  changed!: boolean;
}

@ObjectType({ description: 'A member who was provisioned.' })
export class MemberProvisionPayload extends MemberPayload {}

@ObjectType({ description: 'A member who was added.' })
export class MemberAddPayload extends MemberPayload {}

@ObjectType({ description: 'A member who was changed.' })
export class MemberUpdatePayload extends MemberPayload {}

@ObjectType({ description: 'A member whose access was set.' })
export class MemberSetAccessPayload extends MemberPayload {}

@ObjectType({ description: 'A member whose access follows groups and default again.' })
export class MemberClearAccessPayload extends MemberPayload {}

@ObjectType({ description: 'A member whose credits were capped.' })
export class MemberSetCreditLimitPayload extends MemberPayload {}

@ObjectType({ description: 'A member whose cap was cleared.' })
export class MemberClearCreditLimitPayload extends MemberPayload {}

@ObjectType({ description: 'A member whose stay was ended.' })
export class MemberRemovePayload extends MemberPayload {}

@ObjectType({ description: 'A member who was made an owner.' })
export class OwnerPromotePayload extends MemberPayload {}

@ObjectType({ description: 'A member who is no owner any more.' })
export class OwnerDemotePayload extends MemberPayload {}

@ObjectType({ description: 'A member whose record was deleted.' })
export class MemberDeletePayload {
  @Field(() => ID, { description: 'Its id, which is not found from now on.' })
  memberId!: string;
}
