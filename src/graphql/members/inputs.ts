import { Extensions, Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import type { AssignableRole, SeatType, V1AssignableRole, WorkspaceVersion } from '../../domain/access.js';
import type { Profile } from '../../domain/profile.js';
import { PROVISION_MODES, type ProvisioningRequest, type ProvisionMode } from '../../domain/provisioning.js';
import {
  type ApiKeyScope,
  ApiKeyScopeEnum,
  AssignableRoleEnum,
  type Plan,
  PlanEnum,
  SeatHolderRoleEnum,
  SeatTypeEnum,
  WorkspaceVersionEnum,
} from '../../model/enums.js';
import { GraphQLDateTime, GraphQLJSON, GraphQLJSONObject, PositiveInt } from '../../model/scalars.js';

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

@InputType({ description: 'A seat to give.' })
export class SeatAccessInput {
  @Field(() => SeatTypeEnum, { nullable: true, description: 'The type of seat; none if absent or null.' })
  seatType?: SeatType | null;

  @Field(() => SeatHolderRoleEnum, { defaultValue: 'MEMBER', description: 'The role beside the seat.' })
  role!: V1AssignableRole;
}

@InputType({ description: 'A role to give.' })
export class RoleAccessInput {
  @Field(() => AssignableRoleEnum, { description: 'The role.' })
  role!: AssignableRole;

  @Field(() => PositiveInt, {
    nullable: true,
    description:
      'A limit to set with it. If absent or null, a limit that the member has stays where the role allows it.',
  })
  creditLimit?: number | null;
}

@Extensions({ isOneOf: true })
@InputType({ description: 'What to allow a member: `seat` on V1, `role` on V2.' })
export class MemberAccessInput {
  @Field(() => SeatAccessInput, { nullable: true, description: 'V1: a seat, or none.' })
  seat?: SeatAccessInput | null;

  @Field(() => RoleAccessInput, {
    nullable: true,
    description: 'V2: a role, with a credit limit if there is to be one.',
  })
  role?: RoleAccessInput | null;
}

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

@InputType({ description: 'Seats of one type.' })
export class SeatsInput {
  @Field(() => SeatTypeEnum, { description: 'The type.' })
  seatType!: SeatType;

  @Field(() => Int, { description: 'How many.' })
  total!: number;
}

@InputType({ description: 'A workspace to create.' })
export class WorkspaceCreateInput {
  @Field(() => String, { description: 'What people call it.' })
  name!: string;

  @Field(() => WorkspaceVersionEnum, { description: 'Its access model, for good.' })
  version!: WorkspaceVersion;

  @Field(() => PlanEnum, { defaultValue: 'ENTERPRISE', description: 'What the customer has bought.' })
  plan!: Plan;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether an identity provider may provision members.',
  })
  scimEnabled!: boolean;

  @Field(() => String, { description: 'The e-mail address of the first owner.' })
  ownerEmail!: string;

  @Field(() => [SeatsInput], { nullable: true, description: 'V1: the seats it has bought.' })
  seats?: SeatsInput[] | null;

  @Field(() => Int, { nullable: true, description: 'V2: the credits in its pool each month.' })
  monthlyCredits?: number | null;
}

@InputType({ description: 'What to change about a workspace. What is absent stays.' })
export class WorkspaceUpdateInput {
  @Field(() => ID, { description: 'The workspace.' })
  workspaceId!: string;

  @Field(() => String, { nullable: true, description: 'A new name.' })
  name?: string | null;

  @Field(() => PlanEnum, {
    nullable: true,
    description:
      'A new plan; for operators. Leaving ENTERPRISE switches SCIM off and makes editors (V1: members) of admins.',
  })
  plan?: Plan | null;

  @Field(() => Boolean, { nullable: true, description: 'SCIM on or off; for operators; on ENTERPRISE only.' })
  scimEnabled?: boolean | null;

  @Field(() => AssignableRoleEnum, {
    nullable: true,
    description: 'V2: the role of who is added without one.',
  })
  defaultRole?: AssignableRole | null;

  @Field(() => SeatTypeEnum, {
    nullable: true,
    description: 'V1: the seat of who is added without one. Null: none.',
  })
  defaultSeatType?: SeatType | null;

  @Field(() => PositiveInt, {
    nullable: true,
    description: 'V2: the limit of members without their own. Null: none.',
  })
  defaultCreditLimit?: number | null;
}

@InputType({ description: 'How many seats of a type a V1 workspace has.' })
export class SeatsSetInput extends SeatsInput {
  @Field(() => ID, { description: 'The workspace.' })
  workspaceId!: string;
}

@InputType({ description: "What a V2 workspace's pool holds each month." })
export class CreditPoolSetInput {
  @Field(() => ID, { description: 'The workspace.' })
  workspaceId!: string;

  @Field(() => Int, { description: 'Credits a month.' })
  monthlyCredits!: number;
}

@InputType({ description: 'An API key to create.' })
export class ApiKeyCreateInput {
  @Field(() => ID, { description: 'The workspace.' })
  workspaceId!: string;

  @Field(() => String, { description: 'What it is for, in a word.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is for, in a sentence.' })
  description?: string | null;

  @Field(() => [ApiKeyScopeEnum], { description: 'What it may do.' })
  scopes!: ApiKeyScope[];

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it is to stop working. Absent: never.' })
  expiresAt?: Date | null;
}

@InputType()
abstract class ApiKeyTargetInput {
  @Field(() => ID, { description: 'The workspace.' })
  workspaceId!: string;

  @Field(() => ID, { description: 'The key.' })
  apiKeyId!: string;
}

@InputType({ description: 'What to change about a key. What is absent stays.' })
export class ApiKeyUpdateInput extends ApiKeyTargetInput {
  @Field(() => String, { nullable: true, description: 'A new name.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'A new description. Null clears it.' })
  description?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'False disables the key, true enables it again.' })
  enabled?: boolean | null;
}

@InputType({ description: 'Which key to give a new secret.' })
export class ApiKeyRotateInput extends ApiKeyTargetInput {
  @Field(() => Int, {
    defaultValue: 24,
    description: 'For how many hours the old secret goes on working: 0 to 168.',
  })
  overlapHours!: number;
}

@InputType({ description: 'Which key to delete.' })
export class ApiKeyDeleteInput extends ApiKeyTargetInput {}

@InputType({ description: 'For whom to mint a session.' })
export class SessionCreateInput {
  @Field(() => String, {
    description: 'The e-mail address of somebody whom the platform knows, unless `createAccount` is set.',
  })
  email!: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Whether the platform is to know somebody who is new to it: set it for people who come with an invitation, once it is certain that the address is theirs.',
  })
  createAccount!: boolean;
}

@InputType({ description: 'Which session to end.' })
export class SessionEndInput {
  @Field(() => ID, {
    nullable: true,
    description: "Another session of the caller's; for operators anybody's. Absent: the one that asks.",
  })
  sessionId?: string | null;
}
