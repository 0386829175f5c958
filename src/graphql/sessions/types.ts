import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { GraphQLDateTime } from '../../model/scalars.js';

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

  @Field(() => String, { description: 'The token, which is shown now and never again.' })
  token!: string;

  @Field(() => GraphQLDateTime, { description: 'The time at which the session expires.' })
  expiresAt!: Date;
}

@ObjectType({ description: 'The session that was ended.' })
export class SessionEndPayload {
  @Field(() => ID, { description: 'The id of the session, whose token no longer works.' })
  sessionId!: string;
}
