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
