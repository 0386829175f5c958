import { Field, ID, ObjectType } from 'type-graphql';
import { ApiKey } from '../../model/api-key.js';
import { Member } from '../../model/member.js';
import { GraphQLDateTime } from '../../model/scalars.js';
import { SeatAllocation } from '../../model/seat-allocation.js';
import { Workspace } from '../../model/workspace.js';

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

@ObjectType({ description: 'A workspace that was created.' })
export class WorkspaceCreatePayload {
  @Field(() => Workspace, { description: 'The workspace.' })
  workspace!: Workspace;

  @Field(() => ID, { description: 'The member id of its first owner.' })
  ownerMemberId!: string;
}

/** What every command about a workspace tells. */
@ObjectType()
abstract class WorkspacePayload {
  @Field(() => Workspace, { description: 'The workspace as it is now.' })
  workspace!: Workspace;
}

@ObjectType({ description: 'A workspace whose settings were changed.' })
export class WorkspaceUpdatePayload extends WorkspacePayload {}

@ObjectType({ description: 'A workspace whose pool was set.' })
export class CreditPoolSetPayload extends WorkspacePayload {}

@ObjectType({ description: 'Seats that were set.' })
export class SeatsSetPayload {
  @Field(() => SeatAllocation, { description: 'The seats as they are now.' })
  seats!: SeatAllocation;

  @Field(() => Workspace, { description: 'The workspace with all its seats, as they are now.' })
  workspace!: Workspace;
}

/** A key with its secret. */
@ObjectType()
abstract class ApiKeySecretPayload {
  @Field(() => ApiKey, { description: 'The key.' })
  apiKey!: ApiKey;

  @Field(() => String, { description: 'The secret. Shown now and never again.' })
  secret!: string;
}

@ObjectType({ description: 'A key that was made.' })
export class ApiKeyCreatePayload extends ApiKeySecretPayload {}

@ObjectType({ description: 'A key with a new secret.' })
export class ApiKeyRotatePayload extends ApiKeySecretPayload {}

@ObjectType({ description: 'A key that was changed.' })
export class ApiKeyUpdatePayload {
  @Field(() => ApiKey, { description: 'The key as it is now.' })
  apiKey!: ApiKey;
}

@ObjectType({ description: 'A key that was deleted.' })
export class ApiKeyDeletePayload {
  @Field(() => ID, { description: 'Its id.' })
  apiKeyId!: string;
}

@ObjectType({ description: 'A session that was minted.' })
export class SessionCreatePayload {
  @Field(() => ID, { description: 'Its id.' })
  sessionId!: string;

  @Field(() => String, { description: 'The token. Shown now and never again.' })
  token!: string;

  @Field(() => GraphQLDateTime, { description: 'When it stops working.' })
  expiresAt!: Date;
}

@ObjectType({ description: 'A session that was ended.' })
export class SessionEndPayload {
  @Field(() => ID, { description: 'Its id. Its token does not work any more.' })
  sessionId!: string;
}
