import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Member } from '../../model/member.js';
import { create as createSession } from '../../services/sessions/create.js';
import { endAll, endOfMember, end as endSession } from '../../services/sessions/end.js';
import { listOfMember, listOwn } from '../../services/sessions/list.js';
import type { Context } from '../serving/context.js';
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

  @Mutation(() => SessionCreatePayload, {
    nullable: true,
    description: 'Creates a session for a person and returns its token. For operators. Null when refused.',
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

  @Mutation(() => SessionsEndPayload, {
    nullable: true,
    description:
      "Ends the sessions of `mySessions`, except the caller's own unless `keepCurrent` is false. Null when refused.",
  })
  sessionsEnd(
    @Arg('input', () => SessionsEndInput, { description: 'The sessions to end.' }) input: SessionsEndInput,
    @Ctx() { services }: Context,
  ): Promise<SessionsEndPayload> {
    return endAll(services, input);
  }

  @Mutation(() => MemberSessionsEndPayload, {
    nullable: true,
    description:
      "Ends a member's sessions for a workspace; the person can sign in again. For owners, admins and operators. Null " +
      'when refused.',
  })
  memberSessionsEnd(
    @Arg('input', () => MemberSessionsEndInput, { description: 'The member whose sessions to end.' })
    input: MemberSessionsEndInput,
    @Ctx() { services }: Context,
  ): Promise<MemberSessionsEndPayload> {
    return endOfMember(services, input);
  }
}

@Resolver(() => Member)
export class MemberSessionsResolver {
  @FieldResolver(() => [Session], {
    nullable: true,
    description:
      "The person's open sessions that open the workspace, newest first. Null unless the caller is an owner or " +
      'admin with a session of their own.',
  })
  sessions(
    @Root() member: Member & { readonly workspaceId: string },
    @Ctx() { services }: Context,
  ): Promise<Session[]> {
    return listOfMember(services, member);
  }
}
