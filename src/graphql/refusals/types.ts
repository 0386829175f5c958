import { Field, Int, ObjectType } from 'type-graphql';
import type { SeatType } from '../../domain/access.js';
import {
  type DomainError,
  ERROR_CODES,
  type ErrorCode,
  type SeatCount as SeatFacts,
} from '../../domain/errors.js';
import { enumOf, SeatTypeEnum } from '../../model/enums.js';
import { pathIn } from './path.js';

export const ErrorCodeEnum = enumOf(
  ERROR_CODES,
  'ErrorCode',
  'The reasons for which a request is refused: `Refusal.code`, and `extensions.code` of an error. Errors about the ' +
    'request itself have codes of their own: `GRAPHQL_PARSE_FAILED`, `GRAPHQL_VALIDATION_FAILED`, `BAD_REQUEST`, ' +
    '`OPERATION_RESOLUTION_FAILURE` (the document has no operation with the name that was sent, or several and no ' +
    'name was sent), `PERSISTED_QUERY_NOT_FOUND`, `PERSISTED_QUERY_NOT_SUPPORTED`, `QUERY_TOO_EXPENSIVE` and ' +
    '`INTERNAL_SERVER_ERROR`.',
  {
    UNAUTHENTICATED: 'The credential is missing, wrong, expired or revoked.',
    FORBIDDEN: 'The caller is known, but may not do this.',
    NOT_FOUND: 'No such object exists in the workspace, or the caller may not see it.',
    INVALID_INPUT: 'A value is malformed or out of range.',
    WRONG_WORKSPACE_VERSION:
      'The attribute belongs to the other access model, that is, to the other version of workspaces.',
    ROLE_NOT_ASSIGNABLE: 'The role exists, but cannot be assigned.',
    CREDIT_LIMIT_NOT_ALLOWED: 'Members with this role have no credit limit.',
    ALREADY_A_MEMBER: 'A member of the workspace has this address, userName or externalId already.',
    ALREADY_A_GROUP: 'A group of the workspace has this display name already.',
    ALREADY_INVITED: 'An invitation to this address is pending already.',
    INVITATION_CLOSED: 'The invitation was accepted, revoked or used up, or has expired.',
    SEAT_UNAVAILABLE: 'All seats of this type are taken.',
    OWNER_PROTECTED: 'An owner cannot be changed in this way.',
    LAST_OWNER: 'The workspace would be left without an owner.',
    STALE_VERSION: 'The record, or the number of records, has changed since the client read it.',
    CREDITS_EXHAUSTED: 'The member or the pool does not have that many credits left.',
    RATE_LIMITED: 'The caller has sent too many requests.',
    REMOVALS_PAUSED: 'The identity provider has removed too many members, and further removals are paused.',
    UNAVAILABLE: 'The database cannot be reached or is too busy: try again after `retryAfterSeconds`.',
  },
);

@ObjectType({ description: 'The number of seats of one type when a request was refused.' })
export class SeatCount implements SeatFacts {
  @Field(() => SeatTypeEnum, { description: 'The type of these seats.' })
  seatType!: SeatType;

  @Field(() => Int, { description: 'The number of seats that the workspace has bought.' })
  total!: number;

  @Field(() => Int, { description: 'The number of seats that were taken.' })
  used!: number;
}

@ObjectType({
  description:
    'The reason for which something is refused, with the same content as `extensions` of an error.',
})
export class Refusal {
  @Field(() => ErrorCodeEnum, { description: 'The code of the refusal, for programs.' })
  code!: ErrorCode;

  @Field(() => String, { description: 'The reason in a sentence, for people.' })
  message!: string;

  @Field(() => String, {
    nullable: true,
    description: 'What to do, in a sentence. Null when the message says it already.',
  })
  hint!: string | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'The place of the value at fault, as names and positions from the outside in, relative to `input`; for a row ' +
      'of a CSV file, the name of the column. Null when no single value is at fault.',
  })
  path!: string[] | null;

  @Field(() => SeatCount, {
    nullable: true,
    description: 'The seats of the type, with `SEAT_UNAVAILABLE`. Null with every other code.',
  })
  seat!: SeatFacts | null;
}

/** @param sent the `input` that contains the invalid value; omitted where the client sent nothing */
export function refusalOf({ code, message, details }: DomainError, sent?: object): Refusal {
  const { attribute, hint = null, seat = null } = details;
  const path = attribute === undefined || sent === undefined ? null : pathIn(sent, attribute);
  return { code, message, hint, path, seat };
}

@ObjectType({
  description: 'Whether the caller may do something, and if not, why, so that a client can disable a button.',
})
export class Ability {
  @Field(() => Boolean, { description: 'Whether the mutation would be allowed.' })
  allowed!: boolean;
}
