import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { create as createSession } from '../../services/sessions/create.js';
import { end as endSession } from '../../services/sessions/end.js';
import { type Context } from '../serving/context.js';
import { SessionCreateInput, SessionCreatePayload, SessionEndInput, SessionEndPayload } from './types.js';

@Resolver()
export class SessionResolver {
  @Mutation(() => SessionCreatePayload, { description: 'Mints a session for a person. For operators.' })
  sessionCreate(
    @Arg('input', () => SessionCreateInput, { description: 'For whom.' }) input: SessionCreateInput,
    @Ctx() { services }: Context,
  ): Promise<SessionCreatePayload> {
    return createSession(services, input);
  }

  @Mutation(() => SessionEndPayload, { description: "Ends a session: the caller's own, unless told." })
  sessionEnd(
    @Arg('input', () => SessionEndInput, { description: 'Which.' }) input: SessionEndInput,
    @Ctx() { services }: Context,
  ): Promise<SessionEndPayload> {
    return endSession(services, input);
  }
}
