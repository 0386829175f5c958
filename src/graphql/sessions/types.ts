import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { SESSION_METHODS, type SessionMethod } from '../../domain/session.js';
import { enumOf } from '../../model/enums.js';
import { GraphQLDateTime } from '../../model/scalars.js';

export const SessionMethodEnum = enumOf(
  SESSION_METHODS,
  'SessionMethod',
  'How the person proved who they are when the session was opened.',
  {
    PROVIDER: 'Through the identity provider of a workspace: the session opens that workspace alone.',
    MAIL_LINK: 'By a link that was mailed. An invitation that was mailed opens its workspace alone.',
    OPERATOR: 'An operator, or the command line, minted the session.',
    DEVELOPMENT: 'By a click, on a server for development.',
  },
);

@ObjectType({ description: 'An open session of a person.' })
export class Session {
  @Field(() => ID, { description: 'Opaque and stable.' })
  id!: string;

  @Field(() => SessionMethodEnum, { description: 'How the person signed in.' })
  method!: SessionMethod;

  @Field(() => ID, {
    nullable: true,
    description:
      'The only workspace that it opens. Null: every workspace of the person that does not require single sign-on.',
  })
  workspaceId!: string | null;

  @Field(() => GraphQLDateTime, { description: 'When it was opened.' })
  startedAt!: Date;

  @Field(() => GraphQLDateTime, {
    description: 'When it ends at the latest. It ends sooner when it is not used.',
  })
  expiresAt!: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'When it was last used, to the minute. Null for managers of a workspace, where the session opens others too.',
  })
  lastUsedAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'The network address of the last use. Null as `lastUsedAt` is, and before the first use.',
  })
  lastUsedFrom!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The browser that signed in: `Firefox on Windows`. Null as `lastUsedAt` is, and for what is no browser.',
  })
  browser!: string | null;

  @Field(() => Boolean, { description: 'Whether it is the session that asks.' })
  current!: boolean;
}

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

@InputType({ description: "Which of the caller's sessions to end." })
export class SessionsEndInput {
  @Field(() => Boolean, {
    defaultValue: true,
    description: 'Whether the session that asks goes on. False: sign out everywhere.',
  })
  keepCurrent!: boolean;
}

@ObjectType({ description: "The caller's sessions that were ended." })
export class SessionsEndPayload {
  @Field(() => Int, { description: 'How many were open.' })
  ended!: number;
}

@InputType({ description: 'Whose sessions to end for a workspace.' })
export class MemberSessionsEndInput {
  @Field(() => ID, { description: 'The workspace.' })
  workspaceId!: string;

  @Field(() => ID, { description: 'The member.' })
  memberId!: string;
}

@ObjectType({ description: 'The sessions of a member, which do not open the workspace any more.' })
export class MemberSessionsEndPayload {
  @Field(() => ID, { description: 'The id of the member.' })
  memberId!: string;

  @Field(() => Int, { description: 'How many opened the workspace.' })
  ended!: number;
}
