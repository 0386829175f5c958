import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { ERROR_CODES, type ErrorCode } from '../../domain/errors.js';

export const ErrorCodeEnum = Object.fromEntries(ERROR_CODES.map((code) => [code, code])) as Record<
  ErrorCode,
  ErrorCode
>;
const MEANINGS: Readonly<Record<ErrorCode, string>> = {
  UNAUTHENTICATED: 'No credential, or a bad one.',
  FORBIDDEN: 'Known, but not allowed.',
  NOT_FOUND: 'There is no such thing in this workspace.',
  INVALID_INPUT: 'A malformed value.',
  WRONG_WORKSPACE_VERSION: "The other version's attribute was sent.",
  ROLE_NOT_ASSIGNABLE: 'The role cannot be given to anybody.',
  CREDIT_LIMIT_NOT_ALLOWED: 'The role has no credit limit.',
  ALREADY_A_MEMBER: 'Somebody with this address or userName is a member.',
  ALREADY_A_GROUP: 'A group with this name is there.',
  ALREADY_INVITED: 'An invitation to this address is pending.',
  INVITATION_CLOSED: 'The invitation has been accepted, revoked or used up, or has expired.',
  SEAT_UNAVAILABLE: 'No seat of this type is free.',
  OWNER_PROTECTED: 'Owners are not changed this way.',
  LAST_OWNER: 'A workspace keeps at least one owner.',
  STALE_VERSION: 'It has changed meanwhile.',
  CREDITS_EXHAUSTED: 'The member, or the pool, has no credits left.',
  RATE_LIMITED: 'Too many requests.',
};
registerEnumType(ErrorCodeEnum, {
  name: 'ErrorCode',
  description: 'Why something is refused: `extensions.code` of an error.',
  valuesConfig: Object.fromEntries(
    ERROR_CODES.map((code) => [code, { description: MEANINGS[code] }]),
  ) as Record<ErrorCode, { description: string }>,
});

@ObjectType({
  description: 'Whether the caller may do something, so that a disabled button can explain itself.',
})
export class Ability {
  @Field(() => Boolean, { description: 'Whether it would be allowed.' })
  allowed!: boolean;

  @Field(() => ErrorCodeEnum, { nullable: true, description: 'The code of the refusal. Null when allowed.' })
  code!: ErrorCode | null;

  @Field(() => String, { nullable: true, description: 'The reason, for people. Null when allowed.' })
  reason!: string | null;
}

@ObjectType({ description: 'What the caller may do in a workspace.' })
export class WorkspaceAbilities {
  @Field(() => Ability, { description: 'Change name and defaults.' }) update!: Ability;
  @Field(() => Ability, { description: 'Change the plan.' }) setPlan!: Ability;
  @Field(() => Ability, { description: 'Switch SCIM on or off.' }) setScim!: Ability;
  @Field(() => Ability, { description: 'Set how many seats there are.' }) setSeats!: Ability;
  @Field(() => Ability, { description: 'Set what the credit pool holds.' }) setCreditPool!: Ability;
  @Field(() => Ability, {
    description: 'See, search and export members; groups and counts too. Oneself is seen by everybody.',
  })
  readMembers!: Ability;

  @Field(() => Ability, { description: 'Read the credit pool, and what everybody has used of it.' })
  readCredits!: Ability;
  @Field(() => Ability, { description: 'Add members.' }) addMember!: Ability;
  @Field(() => Ability, { description: 'Change and remove members, one or many at once.' })
  changeMembers!: Ability;
  @Field(() => Ability, { description: 'See who had which access in the past.' }) reviewAccess!: Ability;
  @Field(() => Ability, { description: 'Invite people, and revoke and resend invitations.' })
  manageInvitations!: Ability;
  @Field(() => Ability, { description: 'Make groups.' }) createGroup!: Ability;
  @Field(() => Ability, { description: 'Create, rotate, disable and delete API keys.' })
  manageApiKeys!: Ability;
  @Field(() => Ability, { description: 'Read the audit log.' }) readAuditLog!: Ability;
  @Field(() => Ability, { description: 'Configure single sign-on, and verify its domains.' })
  manageSso!: Ability;

  @Field(() => Ability, { description: 'Read why sign-ins were refused.' }) readSignInLog!: Ability;
}

@ObjectType({ description: 'What the caller may do to a member.' })
export class MemberAbilities {
  @Field(() => Ability, { description: 'Change userName, external id and profile.' }) update!: Ability;
  @Field(() => Ability, { description: 'Change seat or role.' }) setAccess!: Ability;
  @Field(() => Ability, { description: 'Let the access follow groups and default again.' })
  clearAccess!: Ability;
  @Field(() => Ability, { description: 'Set or clear the credit limit.' }) setCreditLimit!: Ability;
  @Field(() => Ability, {
    description:
      'Use credits for the member, as far as its role goes. `Member.usage.blockedBy` tells of limit and pool.',
  })
  consumeCredits!: Ability;
  @Field(() => Ability, { description: 'End the stay.' }) remove!: Ability;
  @Field(() => Ability, { description: 'Delete the record.' }) delete!: Ability;
  @Field(() => Ability, { description: 'Make an owner.' }) promote!: Ability;
  @Field(() => Ability, { description: 'Make somebody else of an owner.' }) demote!: Ability;
  @Field(() => Ability, { description: 'Read what has been changed about the member.' })
  readHistory!: Ability;
}

@ObjectType({ description: 'What the caller may do to a group.' })
export class GroupAbilities {
  @Field(() => Ability, { description: 'Change name, external id and members.' }) update!: Ability;
  @Field(() => Ability, { description: 'Set or clear what it grants.' }) setGrant!: Ability;
  @Field(() => Ability, { description: 'Delete it.' }) delete!: Ability;
}

@ObjectType({ description: 'What the caller may do to an API key.' })
export class ApiKeyAbilities {
  @Field(() => Ability, { description: 'Rename, describe, disable and enable it.' }) update!: Ability;
  @Field(() => Ability, { description: 'Give it a new secret.' }) rotate!: Ability;
  @Field(() => Ability, { description: 'Delete it.' }) delete!: Ability;
}
