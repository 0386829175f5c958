import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { MemberAccess } from '../../model/access.js';
import { Member } from '../../model/member.js';
import { GraphQLDateTime } from '../../model/scalars.js';
import { Workspace } from '../../model/workspace.js';
import { list as listAccessReview, type ReviewedAccess } from '../../services/members/access-review.js';
import { getMember } from '../../services/members/queries.js';
import { memberAccess } from '../../services/rows/members.js';
import { PageArguments } from '../lists/arguments.js';
import { type Context } from '../serving/context.js';
import { AccessReviewEntry, AccessReviewEntryConnection, AccessReviewFilter } from './types.js';

@Resolver(() => Workspace)
export class AccessReviewResolver {
  @FieldResolver(() => AccessReviewEntryConnection, {
    description:
      'Who had which access at a moment of the past, by userName: everybody who was active then, also those whose records were deleted since. For who may read members and the audit log.',
  })
  async accessReview(
    @Root() { id }: Workspace,
    @Arg('asOf', () => GraphQLDateTime, {
      description: 'The moment, to the millisecond. It cannot lie in the future.',
    })
    asOf: Date,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
    @Arg('filter', () => AccessReviewFilter, { nullable: true, description: 'Whose. All unless told.' })
    filter?: AccessReviewFilter | null,
  ) {
    return new AccessReviewEntryConnection(await listAccessReview(services, id, asOf, filter ?? {}, page));
  }
}

@Resolver(() => AccessReviewEntry)
export class AccessReviewEntryResolver {
  @FieldResolver(() => MemberAccess, { description: 'What the member could do then.' })
  access(@Root() entry: ReviewedAccess) {
    return memberAccess(entry);
  }

  @FieldResolver(() => Member, {
    nullable: true,
    description: 'The member as it is now. Null where the record was deleted since.',
  })
  member(
    @Root() { workspaceId, memberId }: AccessReviewEntry,
    @Ctx() { services }: Context,
  ): Promise<Member | null> {
    return getMember(services, workspaceId, { id: memberId });
  }
}
