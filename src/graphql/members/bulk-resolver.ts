import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Member } from '../../model/member.js';
import { bulkUpdate } from '../../services/members/bulk.js';
import type { Context } from '../serving/context.js';
import { MemberRefusal, MembersBulkUpdateInput, MembersBulkUpdatePayload } from './bulk-types.js';

@Resolver(() => Member)
export class MembersBulkResolver {
  @Mutation(() => MembersBulkUpdatePayload, {
    description:
      'Does the same to many members. Each is judged on its own: who is refused is reported, all others are changed, in one transaction.',
  })
  async membersBulkUpdate(
    @Arg('input', () => MembersBulkUpdateInput, { description: 'Whom, and what.' })
    input: MembersBulkUpdateInput,
    @Ctx() { services }: Context,
  ): Promise<MembersBulkUpdatePayload> {
    const results = await bulkUpdate(services, input);
    return {
      results: results.map((result) => ({
        ...result,
        error: result.error === null ? null : new MemberRefusal(result.error),
      })),
      changedCount: results.filter(({ changed }) => changed).length,
      refusedCount: results.filter(({ error }) => error !== null).length,
      dryRun: input.dryRun,
    };
  }
}
