import { Arg, Args, Ctx, FieldResolver, Int, Mutation, Resolver, Root } from 'type-graphql';
import { CreditConsumption } from '../../model/credits.js';
import { Member } from '../../model/member.js';
import { YearMonth } from '../../model/scalars.js';
import { Workspace } from '../../model/workspace.js';
import { consume as consumeCredits } from '../../services/credits/consume.js';
import {
  pool as getCreditPool,
  poolOf as poolOfConsumption,
  usage as usageOf,
  usageOfMember,
} from '../../services/credits/queries.js';
import {
  history as creditPoolHistory,
  consumptions as listConsumptions,
} from '../../services/credits/reports.js';
import { getMember } from '../../services/members/queries.js';
import { type MemberRow } from '../../services/rows/members.js';
import { setCreditPool } from '../../services/workspaces/commands.js';
import { type Context } from '../serving/context.js';
import {
  CreditConsumptionArguments,
  CreditConsumptionConnection,
  CreditDay,
  CreditPool,
  CreditPoolSetInput,
  CreditPoolSetPayload,
  CreditsConsumeInput,
  CreditsConsumePayload,
  MemberUsage,
} from './types.js';

@Resolver(() => Workspace)
export class WorkspaceCreditsResolver {
  @FieldResolver(() => CreditPool, {
    nullable: true,
    description:
      'V2: the credit pool of a month. Null on V1, and for months before a pool was first set: nobody can use credits then.',
  })
  creditPool(
    @Root() { id }: Workspace,
    @Ctx() { services }: Context,
    @Arg('month', () => YearMonth, { nullable: true, description: 'The current month unless told.' })
    month?: string | null,
  ): Promise<CreditPool | null> {
    return getCreditPool(services, id, month ?? null);
  }

  @FieldResolver(() => [CreditPool], {
    description:
      'V2: the credit pool month by month, newest first, from the current month back to the one in which it was first ' +
      'set. Empty on V1.',
  })
  creditPoolHistory(
    @Root() { id }: Workspace,
    @Ctx() { services }: Context,
    @Arg('months', () => Int, { defaultValue: 12, description: 'How many months at the most: 1 to 60.' })
    months: number,
  ): Promise<CreditPool[]> {
    return creditPoolHistory(services, id, months);
  }

  @FieldResolver(() => CreditConsumptionConnection, {
    description: 'V2: what was used of the pool, one by one, newest first. Members see their own in person.',
  })
  async creditConsumptions(
    @Root() { id }: Workspace,
    @Args(() => CreditConsumptionArguments) { memberId, month, ...page }: CreditConsumptionArguments,
    @Ctx() { services }: Context,
  ) {
    const filter = { memberId: memberId ?? null, month: month ?? null };
    return new CreditConsumptionConnection(await listConsumptions(services, id, filter, page));
  }

  @Mutation(() => CreditPoolSetPayload, {
    description:
      'V2: sets what the credit pool holds each month: from the current one on, at once; past months stay as they were. ' +
      'It may hold less than is used by now: then nothing more is used until the next month.',
  })
  async creditPoolSet(
    @Arg('input', () => CreditPoolSetInput, { description: 'How many credits.' }) input: CreditPoolSetInput,
    @Ctx() { services }: Context,
  ): Promise<CreditPoolSetPayload> {
    return { workspace: await setCreditPool(services, input) };
  }

  @Mutation(() => CreditsConsumePayload, {
    description:
      'V2: uses credits of the pool for a member, all of them or none. Refused with CREDITS_EXHAUSTED for viewers, ' +
      "over the member's limit and over the pool; `extensions.credits` tells which, and the counts. For API keys with " +
      'the scope CREDITS_CONSUME, for members in person, and for operators.',
  })
  creditsConsume(
    @Arg('input', () => CreditsConsumeInput, { description: 'Who, and how many.' })
    input: CreditsConsumeInput,
    @Ctx() { services }: Context,
  ): Promise<CreditsConsumePayload> {
    return consumeCredits(services, input);
  }
}

@Resolver(() => Member)
export class MemberCreditsResolver {
  @FieldResolver(() => MemberUsage, {
    nullable: true,
    description: 'V2: what the member has used of the pool in a month, active or not. Null on V1.',
  })
  usage(
    @Root() member: MemberRow,
    @Ctx() { services }: Context,
    @Arg('month', () => YearMonth, { nullable: true, description: 'The current month unless told.' })
    month?: string | null,
  ): Promise<MemberUsage | null> {
    return usageOf(services, member, month ?? null);
  }
}

@Resolver(() => CreditPool)
export class CreditPoolResolver {
  @FieldResolver(() => [CreditDay], {
    description: 'The month day by day, up to today, with the days on which nothing was used: for a chart.',
  })
  days(@Root() pool: CreditPool, @Ctx() { loaders }: Context): Promise<CreditDay[]> {
    return loaders.creditDays.load(pool);
  }
}

@Resolver(() => CreditConsumption)
export class CreditConsumptionResolver {
  @FieldResolver(() => Member, {
    nullable: true,
    description: 'The member as it is now. Null when its record has been deleted.',
  })
  member(
    @Root() { workspaceId, memberId }: CreditConsumption,
    @Ctx() { services }: Context,
  ): Promise<Member | null> {
    return getMember(services, workspaceId, { id: memberId });
  }
}

@Resolver(() => CreditsConsumePayload)
export class CreditsConsumePayloadResolver {
  @FieldResolver(() => MemberUsage, {
    nullable: true,
    description:
      "The member's usage of that month, as it is now. Null when the same key is sent again after the record was deleted.",
  })
  usage(
    @Root() { consumption }: CreditsConsumePayload,
    @Ctx() { services }: Context,
  ): Promise<MemberUsage | null> {
    return usageOfMember(services, consumption);
  }

  @FieldResolver(() => CreditPool, { description: 'The pool of that month, as it is now.' })
  creditPool(
    @Root() { consumption }: CreditsConsumePayload,
    @Ctx() { services }: Context,
  ): Promise<CreditPool> {
    return poolOfConsumption(services, consumption);
  }

  @FieldResolver(() => Workspace, { description: 'The workspace whose pool it is.' })
  workspace(@Root() { consumption }: CreditsConsumePayload, @Ctx() { loaders }: Context): Promise<Workspace> {
    return loaders.workspaces.load(consumption.workspaceId);
  }
}
