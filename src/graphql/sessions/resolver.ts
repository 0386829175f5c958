import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { create as createSession } from '../../services/sessions/create.js';
import { end as endSession } from '../../services/sessions/end.js';
import type { Context } from '../serving/context.js';
import { SessionCreateInput, SessionCreatePayload, SessionEndInput, SessionEndPayload } from './types.js';

@Resolver()
export class SessionResolver {
  @Mutation(() => SessionCreatePayload, {
    nullable: true,
    description: 'Creates a session for a person and shows its token. For operators. Null when refused.',
  })
  sessionCreate(
    @Arg('input', () => SessionCreateInput, { description: 'The person for whom to create it.' })
    input: SessionCreateInput,
    @Ctx() { services }: Context,
  ): Promise<SessionCreatePayload> {
    return createSession(services, input);
  }

  @Mutation(() => SessionEndPayload, {
    nullable: true,
    description: 'Ends a session, whose token stops working at once. Null when refused.',
  })
  sessionEnd(
    @Arg('input', () => SessionEndInput, { description: 'The session to end.' }) input: SessionEndInput,
    @Ctx() { services }: Context,
  ): Promise<SessionEndPayload> {
    return endSession(services, input);
  }
}
