import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { MemberAccess } from '../../model/access.js';
import { Member } from '../../model/member.js';
import { GraphQLDateTime } from '../../model/scalars.js';
import { Workspace } from '../../model/workspace.js';
import { list as listAccessReview, type ReviewedAccess } from '../../services/members/access-review.js';
import { getMember } from '../../services/members/queries.js';
import { memberAccess } from '../../services/rows/members.js';
import { PageArguments } from '../lists/arguments.js';
import type { Context } from '../serving/context.js';
import { AccessReviewEntry, AccessReviewEntryConnection, AccessReviewFilter } from './types.js';

@Resolver(() => Workspace)
export class AccessReviewResolver {
  @FieldResolver(() => AccessReviewEntryConnection, {
    nullable: true,
    description:
      'Everybody who was active at a time of the past, with the access that they had, ordered by userName. People whose records were deleted since are included. Null when the caller may not read both members and the audit log.',
  })
  async accessReview(
    @Root() { id }: Workspace,
    @Arg('asOf', () => GraphQLDateTime, {
      description: 'The time, to the millisecond. It cannot lie in the future.',
    })
    asOf: Date,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
    @Arg('filter', () => AccessReviewFilter, {
      nullable: true,
      description: 'The conditions on the entries. Without a filter all are listed.',
    })
    filter?: AccessReviewFilter | null,
  ) {
    return new AccessReviewEntryConnection(await listAccessReview(services, id, asOf, filter ?? {}, page));
  }
}

@Resolver(() => AccessReviewEntry)
export class AccessReviewEntryResolver {
  @FieldResolver(() => MemberAccess, { description: 'The access of the member at that time.' })
  access(@Root() entry: ReviewedAccess) {
    return memberAccess(entry);
  }

  @FieldResolver(() => Member, {
    nullable: true,
    description: 'The member as it is now. Null when its record was deleted since.',
  })
  member(
    @Root() { workspaceId, memberId }: AccessReviewEntry,
    @Ctx() { services }: Context,
  ): Promise<Member | null> {
    return getMember(services, workspaceId, { id: memberId });
  }
}
