import { Field, ID, ObjectType } from 'type-graphql';
import { Member } from '../../model/member.js';

/** The common payload of all commands about one member. Each command has its own type, so that fields can be added. */
@ObjectType()
abstract class MemberPayload {
  @Field(() => Member, { description: 'The member as it is now.' })
  member!: Member;

  @Field(() => Boolean, { description: 'Whether the request made a difference.' })
  changed!: boolean;
}

@ObjectType({ description: 'The member that was provisioned.' })
export class MemberProvisionPayload extends MemberPayload {
  @Field(() => Boolean, {
    description: 'Whether an active member got this userName: it was added, reactivated or renamed.',
  })
  tookUserName!: boolean;
}

@ObjectType({ description: 'The member that was added.' })
export class MemberAddPayload extends MemberPayload {}

@ObjectType({ description: 'The member that was changed.' })
export class MemberUpdatePayload extends MemberPayload {}

@ObjectType({ description: 'The member whose access was set.' })
export class MemberSetAccessPayload extends MemberPayload {}

@ObjectType({ description: 'The member whose access follows its groups or the default again.' })
export class MemberClearAccessPayload extends MemberPayload {}

@ObjectType({ description: 'The member whose credit limit was set.' })
export class MemberSetCreditLimitPayload extends MemberPayload {}

@ObjectType({ description: 'The member whose credit limit was cleared.' })
export class MemberClearCreditLimitPayload extends MemberPayload {}

@ObjectType({ description: 'The member that was removed from the workspace.' })
export class MemberRemovePayload extends MemberPayload {}

@ObjectType({ description: 'The member that was promoted to owner.' })
export class OwnerPromotePayload extends MemberPayload {}

@ObjectType({ description: 'The member that was demoted from owner.' })
export class OwnerDemotePayload extends MemberPayload {}

@ObjectType({ description: 'The member whose record was deleted.' })
export class MemberDeletePayload {
  @Field(() => ID, { description: 'The id of the deleted member, for clients that remove it from a cache.' })
  memberId!: string;

  workspaceId!: string;
}
