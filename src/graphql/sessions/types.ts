import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { GraphQLDateTime } from '../../model/scalars.js';

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
