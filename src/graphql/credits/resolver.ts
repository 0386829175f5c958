import { Arg, Args, Ctx, Extensions, FieldResolver, Int, Mutation, Resolver, Root } from 'type-graphql';
import { CreditConsumption } from '../../model/credits.js';
import { Member } from '../../model/member.js';
import { YearMonth } from '../../model/scalars.js';
import { Workspace } from '../../model/workspace.js';
import { consume as consumeCredits } from '../../services/credits/consume.js';
import {
  pool as getCreditPool,
  poolOf as poolOfConsumption,
  usageOfConsumption,
} from '../../services/credits/queries.js';
import {
  history as creditPoolHistory,
  consumptions as listConsumptions,
  usageByMonth,
} from '../../services/credits/reports.js';
import { getMember } from '../../services/members/queries.js';
import type { MemberRow } from '../../services/rows/members.js';
import { setCreditPool } from '../../services/workspaces/commands.js';
import { wellFormedId } from '../lists/ids.js';
import type { Context } from '../serving/context.js';
import {
  CreditConsumptionArguments,
  CreditConsumptionConnection,
  CreditDay,
  CreditPool,
  CreditPoolSetInput,
  CreditPoolSetPayload,
  CreditsConsumeInput,
  CreditsConsumePayload,
  MemberMonth,
  MemberUsage,
} from './types.js';

const DEFAULT_MONTHS = 12;

function requestedMonths({ months }: { readonly months?: unknown }): number {
  return typeof months === 'number' ? months : DEFAULT_MONTHS;
}

const CURRENT_MONTH = 'The month to read. The default is the current month.';

@Resolver(() => Workspace)
export class WorkspaceCreditsResolver {
  @FieldResolver(() => CreditPool, {
    nullable: true,
    description:
      'V2: the credit pool of a month. Null in V1 workspaces, for months before a pool was first set, and when the ' +
      'caller may not read it.',
  })
  creditPool(
    @Root() { id }: Workspace,
    @Ctx() { services }: Context,
    @Arg('month', () => YearMonth, { nullable: true, description: CURRENT_MONTH })
    month?: string | null,
  ): Promise<CreditPool | null> {
    return getCreditPool(services, id, month ?? null);
  }

  @Extensions({ listSize: requestedMonths })
  @FieldResolver(() => [CreditPool], {
    nullable: true,
    description:
      'V2: the credit pool by month, from the current month backwards. Months before a pool was first set have 0 ' +
      'credits. The list is empty in V1 workspaces, and null when the caller may not read the pool.',
  })
  creditPoolHistory(
    @Root() { id }: Workspace,
    @Ctx() { services }: Context,
    @Arg('months', () => Int, {
      defaultValue: DEFAULT_MONTHS,
      description: 'The number of months, from 1 to 60.',
    })
    months: number,
  ): Promise<CreditPool[]> {
    return creditPoolHistory(services, id, months);
  }

  @FieldResolver(() => CreditConsumptionConnection, {
    nullable: true,
    description:
      'V2: the uses of credits, newest first. Members can read their own. Null when the caller may not read those ' +
      'that were asked for.',
  })
  async creditConsumptions(
    @Root() { id }: Workspace,
    @Args(() => CreditConsumptionArguments) { memberId, month, ...page }: CreditConsumptionArguments,
    @Ctx() { services }: Context,
  ) {
    const filter = { memberId: wellFormedId(memberId ?? null, 'memberId'), month: month ?? null };
    return new CreditConsumptionConnection(await listConsumptions(services, id, filter, page));
  }
}

@Resolver()
export class CreditMutations {
  @Mutation(() => CreditPoolSetPayload, {
    nullable: true,
    description:
      'V2: sets the number of credits in the pool, from the current month on. The pools of past months do not ' +
      'change. When more credits are used already, no more can be used in this month. Null when refused.',
  })
  async creditPoolSet(
    @Arg('input', () => CreditPoolSetInput, { description: 'The pool to set.' }) input: CreditPoolSetInput,
    @Ctx() { services }: Context,
  ): Promise<CreditPoolSetPayload> {
    return { workspace: await setCreditPool(services, input) };
  }

  @Mutation(() => CreditsConsumePayload, {
    nullable: true,
    description:
      'V2: uses credits of the pool for a member, all or none. An error `CREDITS_EXHAUSTED` says in ' +
      '`extensions.credits` whether the role, the limit or the pool stands against it, with the numbers. For API ' +
      'keys with the scope CREDITS_CONSUME, for members themselves, and for operators. Null when refused.',
  })
  creditsConsume(
    @Arg('input', () => CreditsConsumeInput, { description: 'The credits to use.' })
    input: CreditsConsumeInput,
    @Ctx() { services }: Context,
  ): Promise<CreditsConsumePayload> {
    return consumeCredits(services, input);
  }
}

/** The resolver of `Member.usage`. */
export function usageOf(
  member: MemberRow,
  { month }: { readonly month?: string | null | undefined },
  { loaders }: Pick<Context, 'loaders'>,
): Promise<MemberUsage | null> {
  return loaders.usages(member.workspaceId, month ?? null).load(member);
}

@Resolver(() => Member)
export class MemberCreditsResolver {
  @FieldResolver(() => MemberUsage, {
    nullable: true,
    description:
      'V2: the credits that the member has used in a month. Null in V1 workspaces, and when the caller may not read it.',
  })
  usage(
    @Root() member: MemberRow,
    @Ctx() context: Context,
    @Arg('month', () => YearMonth, { nullable: true, description: CURRENT_MONTH })
    month?: string | null,
  ): Promise<MemberUsage | null> {
    return usageOf(member, { month }, context);
  }

  @Extensions({ listSize: requestedMonths })
  @FieldResolver(() => [MemberMonth], {
    nullable: true,
    description:
      'V2: the credits that the member has used by month, from the current month backwards, with the months without ' +
      'any. Null in V1 workspaces, and when the caller may not read it.',
  })
  usageByMonth(
    @Root() member: MemberRow,
    @Ctx() { services }: Context,
    @Arg('months', () => Int, {
      defaultValue: DEFAULT_MONTHS,
      description: 'The number of months, from 1 to 60.',
    })
    months: number,
  ): Promise<MemberMonth[] | null> {
    return usageByMonth(services, member, months);
  }
}

@Resolver(() => CreditPool)
export class CreditPoolResolver {
  @FieldResolver(() => [CreditDay], {
    description: 'The days of the month up to today, with the days on which nothing was used, for a chart.',
  })
  days(@Root() pool: CreditPool, @Ctx() { loaders }: Context): Promise<CreditDay[]> {
    return loaders.creditDays.load(pool);
  }
}

@Resolver(() => CreditConsumption)
export class CreditConsumptionResolver {
  @FieldResolver(() => Member, {
    nullable: true,
    description:
      'The member as it is now. Null when its record was deleted, and when the caller may not read members.',
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
      'The usage of the member in that month, as it is now. Null when the same key was sent again after the record ' +
      'of the member was deleted.',
  })
  usage(
    @Root() { consumption }: CreditsConsumePayload,
    @Ctx() { services }: Context,
  ): Promise<MemberUsage | null> {
    return usageOfConsumption(services, consumption);
  }

  @FieldResolver(() => CreditPool, {
    nullable: true,
    description: 'The pool of that month, as it is now. Null when it cannot be read at the moment.',
  })
  creditPool(
    @Root() { consumption }: CreditsConsumePayload,
    @Ctx() { services }: Context,
  ): Promise<CreditPool> {
    return poolOfConsumption(services, consumption);
  }

  @FieldResolver(() => Workspace, {
    nullable: true,
    description: 'The workspace of the pool. Null when it cannot be read at the moment.',
  })
  workspace(
    @Root() { consumption: { workspaceId } }: CreditsConsumePayload,
    @Ctx() { loaders }: Context,
  ): Promise<Workspace> {
    return loaders.workspaces.load(workspaceId);
  }
}
