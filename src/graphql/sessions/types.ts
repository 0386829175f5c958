import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { SESSION_METHODS, type SessionMethod } from '../../domain/session.js';
import { enumOf } from '../../model/enums.js';
import { Node } from '../../model/node.js';
import { GraphQLDateTime } from '../../model/scalars.js';

export const SessionMethodEnum = enumOf(
  SESSION_METHODS,
  'SessionMethod',
  'The ways in which a person signs in.',
  {
    PROVIDER: 'Through the identity provider of a workspace: the session opens that workspace alone.',
    MAIL_LINK: 'By a link that was mailed. An invitation that was mailed opens its workspace alone.',
    OPERATOR: 'An operator, or the command line, created the session.',
    DEVELOPMENT: 'By a click, on a server for development.',
  },
);

@ObjectType({ implements: Node, description: 'An open session of a person.' })
export class Session implements Node {
  @Field(() => ID, { description: 'The id of the session.' })
  id!: string;

  @Field(() => SessionMethodEnum, { description: 'The way in which the person signed in.' })
  method!: SessionMethod;

  @Field(() => ID, {
    nullable: true,
    description:
      'The only workspace that the session opens. Null when it opens every workspace of the person that does not require single sign-on.',
  })
  workspaceId!: string | null;

  @Field(() => GraphQLDateTime, { description: 'The time at which the session was opened.' })
  startedAt!: Date;

  @Field(() => GraphQLDateTime, {
    description: 'The time at which the session ends at the latest. It ends sooner when it is not used.',
  })
  expiresAt!: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'The time of the last use, to the minute. Null for managers of a workspace when the session opens other workspaces too.',
  })
  lastUsedAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The network address of the last use. Null whenever `lastUsedAt` is, and before the first use.',
  })
  lastUsedFrom!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The browser that signed in, such as `Firefox on Windows`. Null whenever `lastUsedAt` is, and when it is not a browser.',
  })
  browser!: string | null;

  @Field(() => Boolean, { description: 'Whether it is the session of this request.' })
  current!: boolean;
}

@InputType({ description: 'The person for whom to create a session.' })
export class SessionCreateInput {
  @Field(() => String, { description: 'The e-mail address of the person.' })
  email!: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Whether to create an account when there is none with this address, for people who come with an invitation. Set ' +
      'it only when the address is known to be theirs.',
  })
  createAccount!: boolean;
}

@InputType({ description: 'The session to end.' })
export class SessionEndInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'The id of another session of the caller, or for operators of anybody. Without an id it is the session of the ' +
      'request itself.',
  })
  sessionId?: string | null;
}

@ObjectType({ description: 'The session that was created.' })
export class SessionCreatePayload {
  @Field(() => ID, { description: 'The id of the session.' })
  sessionId!: string;

  @Field(() => String, { description: 'The token, which is never shown again.' })
  token!: string;

  @Field(() => GraphQLDateTime, { description: 'The time at which the session expires.' })
  expiresAt!: Date;
}

@ObjectType({ description: 'The session that was ended.' })
export class SessionEndPayload {
  @Field(() => ID, { description: 'The id of the session, whose token no longer works.' })
  sessionId!: string;
}

@InputType({ description: "The caller's sessions to end." })
export class SessionsEndInput {
  @Field(() => Boolean, {
    defaultValue: true,
    description: 'Whether to keep the session of this request. False signs out everywhere.',
  })
  keepCurrent!: boolean;
}

@ObjectType({ description: "The caller's sessions that were ended." })
export class SessionsEndPayload {
  @Field(() => Int, { description: 'The number of sessions that were open.' })
  ended!: number;
}

@InputType({ description: 'The member whose sessions to end for a workspace.' })
export class MemberSessionsEndInput {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;

  @Field(() => ID, { description: 'The id of the member.' })
  memberId!: string;

  @Field(() => [ID], { nullable: true, description: 'The ids of the sessions to end. Without ids, all are.' })
  sessionIds?: string[] | null;
}

@ObjectType({ description: 'The sessions of a member, which do not open the workspace any more.' })
export class MemberSessionsEndPayload {
  @Field(() => ID, { description: 'The id of the member.' })
  memberId!: string;

  @Field(() => Int, { description: 'The number of sessions that opened the workspace.' })
  ended!: number;
}
