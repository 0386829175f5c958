import { Field, ID, InputType, Int } from 'type-graphql';
import type { Profile } from '../../domain/profile.js';
import { PROVISION_MODES, type ProvisioningRequest, type ProvisionMode } from '../../domain/provisioning.js';
import { enumOf } from '../../model/enums.js';
import { GraphQLJSON, GraphQLJSONObject, PositiveInt } from '../../model/scalars.js';
import { MemberAccessInput } from './access.js';
import { MemberProfileInput } from './profile-input.js';

const ProvisionModeEnum = enumOf(PROVISION_MODES, 'ProvisionMode', 'The modes of a provisioning request.', {
  CREATE: 'Adds a person, or adds somebody again who was removed.',
  REPLACE: 'Replaces the whole record. The access and `active` keep their values when they are not sent.',
  PATCH: 'Changes only the fields that are sent. Null removes a value.',
});

const EXPECTED_VERSION =
  'The version that the member must have. If it has another, the request is refused with `STALE_VERSION`.';
const WORKSPACE_ID = 'The id of the workspace.';

/** The common fields of all inputs about one member. */
@InputType()
abstract class MemberTargetInput {
  @Field(() => ID, { description: WORKSPACE_ID })
  workspaceId!: string;

  @Field(() => ID, { description: 'The id of the member.' })
  memberId!: string;

  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  expectedVersion?: number | null;
}

@InputType({
  description:
    'A record as an identity provider sends it. A field counts as sent when its key is present, even with null. The ' +
    'values are checked by the rules of provisioning, which accept more forms than the types of this schema.',
})
export class MemberProvisionInput implements ProvisioningRequest {
  @Field(() => ID, { description: WORKSPACE_ID })
  workspaceId!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the member. It is required except with the mode CREATE, where it is refused.',
  })
  memberId?: string | null;

  @Field(() => ProvisionModeEnum, { description: 'The mode of the request.' })
  mode!: ProvisionMode;

  @Field(() => String, {
    nullable: true,
    description: 'The userName, normally the e-mail address, unique in the workspace regardless of case.',
  })
  userName?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The identity provider's id of the person. Null clears it.",
  })
  externalId?: string | null;

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description: "The attributes of the person under SCIM's names, as in `MemberProfile.attributes`.",
  })
  profile?: Profile | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the person is to be in the workspace.' })
  active?: boolean | null;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: 'V2: the role, one of `admin`, `editor` and `viewer`, regardless of case.',
  })
  role?: unknown;

  @Field(() => GraphQLJSON, { nullable: true, description: 'V1: the type of the seat, regardless of case.' })
  seatType?: unknown;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: 'V2: the credit limit, a whole number or a string of digits. Null and "" clear it.',
  })
  creditLimit?: unknown;

  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  expectedVersion?: number | null;
}

@InputType({ description: 'The person to add to the workspace.' })
export class MemberAddInput {
  @Field(() => ID, { description: WORKSPACE_ID })
  workspaceId!: string;

  @Field(() => String, { description: 'The e-mail address of the person.' })
  userName!: string;

  @Field(() => String, { nullable: true, description: "The identity provider's id of the person." })
  externalId?: string | null;

  @Field(() => MemberProfileInput, { nullable: true, description: 'The attributes of the person.' })
  profile?: MemberProfileInput | null;

  @Field(() => MemberAccessInput, {
    nullable: true,
    description: "The access of the member. Without one it is the workspace's default.",
  })
  access?: MemberAccessInput | null;
}

@InputType({ description: 'The changes of a member. Fields that are not sent keep their values.' })
export class MemberUpdateInput extends MemberTargetInput {
  @Field(() => String, {
    nullable: true,
    description: 'The new userName. With another e-mail address the member belongs to another account.',
  })
  userName?: string | null;

  @Field(() => String, { nullable: true, description: 'The new external id. Null clears it.' })
  externalId?: string | null;

  @Field(() => MemberProfileInput, {
    nullable: true,
    description: 'The changed attributes of the person. All others keep their values.',
  })
  profile?: MemberProfileInput | null;
}

@InputType({ description: 'The access to give to a member.' })
export class MemberSetAccessInput extends MemberTargetInput {
  @Field(() => MemberAccessInput, { description: 'The new access of the member.' })
  access!: MemberAccessInput;
}

@InputType({ description: 'The credit limit to set on a member.' })
export class MemberSetCreditLimitInput extends MemberTargetInput {
  @Field(() => PositiveInt, { description: 'The most credits in a calendar month (UTC).' })
  creditLimit!: number;
}

@InputType({ description: 'The member whose access shall follow its groups or the default again.' })
export class MemberClearAccessInput extends MemberTargetInput {}

@InputType({ description: 'The member whose credit limit to clear.' })
export class MemberClearCreditLimitInput extends MemberTargetInput {}

@InputType({ description: 'The member to remove from the workspace.' })
export class MemberRemoveInput extends MemberTargetInput {}

@InputType({ description: 'The member whose record to delete.' })
export class MemberDeleteInput extends MemberTargetInput {}

@InputType({ description: 'The member to promote to owner.' })
export class OwnerPromoteInput extends MemberTargetInput {}

@InputType({ description: 'The owner to demote.' })
export class OwnerDemoteInput extends MemberTargetInput {
  @Field(() => MemberAccessInput, { description: 'The access that the person has afterwards.' })
  access!: MemberAccessInput;
}
