import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { type Profile } from '../../domain/profile.js';
import { PROVISION_MODES, type ProvisioningRequest, type ProvisionMode } from '../../domain/provisioning.js';
import { GraphQLJSON, GraphQLJSONObject, PositiveInt } from '../../model/scalars.js';
import { MemberAccessInput } from './access.js';

const ProvisionModeEnum = Object.fromEntries(PROVISION_MODES.map((mode) => [mode, mode])) as Record<
  ProvisionMode,
  ProvisionMode
>;
registerEnumType(ProvisionModeEnum, {
  name: 'ProvisionMode',
  description: 'How a provisioning request is meant.',
  valuesConfig: {
    CREATE: { description: 'Add somebody, or add them again.' },
    REPLACE: { description: 'The whole record. Absent access and `active` stay as they are.' },
    PATCH: { description: 'Only what is sent. Null removes.' },
  },
});

const PROFILE = "Attributes of the person, under SCIM's names, as in `MemberProfile.attributes`.";
const EXPECTED_VERSION =
  'Refuse (`STALE_VERSION`) when the member has another version by now. Absent: whatever it is.';

/** What every input about one member starts with. */
@InputType()
abstract class MemberTargetInput {
  @Field(() => ID, { description: 'The workspace.' })
  workspaceId!: string;

  @Field(() => ID, { description: 'The member.' })
  memberId!: string;

  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  expectedVersion?: number | null;
}

@InputType({
  description: 'Somebody to provision. Values are judged by the rules: presence is the presence of the key.',
})
export class MemberProvisionInput implements ProvisioningRequest {
  @Field(() => ID, { description: 'The workspace.' })
  workspaceId!: string;

  @Field(() => ID, { nullable: true, description: 'The member. Absent with CREATE, and needed otherwise.' })
  memberId?: string | null;

  @Field(() => ProvisionModeEnum, { description: 'How it is meant.' })
  mode!: ProvisionMode;

  @Field(() => String, {
    nullable: true,
    description: 'Unique in the workspace; normally the e-mail address.',
  })
  userName?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The identity provider's id of the person. Null clears it.",
  })
  externalId?: string | null;

  @Field(() => GraphQLJSONObject, { nullable: true, description: PROFILE })
  profile?: Profile | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the person is to be an active member.' })
  active?: boolean | null;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: 'V2: `admin`, `editor` or `viewer`, in any case.',
  })
  role?: unknown;

  @Field(() => GraphQLJSON, { nullable: true, description: 'V1: a seat type, in any case.' })
  seatType?: unknown;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: 'V2: a whole number, or a string of digits; null or "" clears the limit.',
  })
  creditLimit?: unknown;

  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  expectedVersion?: number | null;
}

@InputType({ description: 'Somebody to add.' })
export class MemberAddInput {
  @Field(() => ID, { description: 'The workspace.' })
  workspaceId!: string;

  @Field(() => String, { description: 'The e-mail address.' })
  userName!: string;

  @Field(() => String, {
    nullable: true,
    description: "The identity provider's id of the person. Absent: none.",
  })
  externalId?: string | null;

  @Field(() => GraphQLJSONObject, { nullable: true, description: PROFILE })
  profile?: Profile | null;

  @Field(() => MemberAccessInput, {
    nullable: true,
    description: "What to allow. The workspace's default if absent.",
  })
  access?: MemberAccessInput | null;
}

@InputType({ description: 'What to change about who a member is. What is absent stays.' })
export class MemberUpdateInput extends MemberTargetInput {
  @Field(() => String, {
    nullable: true,
    description: 'A new userName. Another address means another account.',
  })
  userName?: string | null;

  @Field(() => String, { nullable: true, description: 'A new external id. Null clears it.' })
  externalId?: string | null;

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description: `${PROFILE} Replaces the profile as a whole.`,
  })
  profile?: Profile | null;
}

@InputType({ description: 'What to allow a member from now on.' })
export class MemberSetAccessInput extends MemberTargetInput {
  @Field(() => MemberAccessInput, { description: 'The access.' })
  access!: MemberAccessInput;
}

@InputType({ description: "A cap on a member's credits." })
export class MemberSetCreditLimitInput extends MemberTargetInput {
  @Field(() => PositiveInt, { description: 'The most credits in a calendar month (UTC).' })
  creditLimit!: number;
}

@InputType({ description: 'A member whose access is to follow groups and default again.' })
export class MemberClearAccessInput extends MemberTargetInput {}

@InputType({ description: 'Whose cap to clear.' })
export class MemberClearCreditLimitInput extends MemberTargetInput {}

@InputType({ description: 'Whose stay to end.' })
export class MemberRemoveInput extends MemberTargetInput {}

@InputType({ description: 'Whose record to delete.' })
export class MemberDeleteInput extends MemberTargetInput {}

@InputType({ description: 'Whom to make an owner.' })
export class OwnerPromoteInput extends MemberTargetInput {}

@InputType({ description: 'Which owner to make somebody else of.' })
export class OwnerDemoteInput extends MemberTargetInput {
  @Field(() => MemberAccessInput, { description: 'What the person may do afterwards.' })
  access!: MemberAccessInput;
}
