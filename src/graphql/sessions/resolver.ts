import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Member } from '../../model/member.js';
import { create as createSession } from '../../services/sessions/create.js';
import { endAll, endOfMember, end as endSession } from '../../services/sessions/end.js';
import { listOfMember, listOwn } from '../../services/sessions/list.js';
import { type Context } from '../serving/context.js';
import {
  MemberSessionsEndInput,
  MemberSessionsEndPayload,
  Session,
  SessionCreateInput,
  SessionCreatePayload,
  SessionEndInput,
  SessionEndPayload,
  SessionsEndInput,
  SessionsEndPayload,
} from './types.js';

@Resolver()
export class SessionResolver {
  @Query(() => [Session], {
    description:
      "The caller's open sessions, newest first. A session that opens one workspace alone shows those that open the same.",
  })
  mySessions(@Ctx() { services }: Context): Promise<Session[]> {
    return listOwn(services);
  }

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

  @Mutation(() => SessionsEndPayload, {
    description: 'Ends all sessions that `mySessions` shows, but not the one that asks unless told.',
  })
  sessionsEnd(
    @Arg('input', () => SessionsEndInput, { description: 'Which.' }) input: SessionsEndInput,
    @Ctx() { services }: Context,
  ): Promise<SessionsEndPayload> {
    return endAll(services, input);
  }

  @Mutation(() => MemberSessionsEndPayload, {
    description:
      "Ends a member's sessions for a workspace; the person can sign in again. For owners and admins in person.",
  })
  memberSessionsEnd(
    @Arg('input', () => MemberSessionsEndInput, { description: 'Whose.' }) input: MemberSessionsEndInput,
    @Ctx() { services }: Context,
  ): Promise<MemberSessionsEndPayload> {
    return endOfMember(services, input);
  }
}

@Resolver(() => Member)
export class MemberSessionsResolver {
  @FieldResolver(() => [Session], {
    description:
      "The person's open sessions that open the workspace, newest first. For owners and admins in person.",
  })
  sessions(
    @Root() member: Member & { readonly workspaceId: string },
    @Ctx() { services }: Context,
  ): Promise<Session[]> {
    return listOfMember(services, member);
  }
}
