import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { fixOf } from '../../domain/provisioning-fixes.js';
import { referenceOf } from '../../domain/provisioning-log.js';
import { AuditEntry } from '../../model/audit-entry.js';
import { Group } from '../../model/group.js';
import { Member } from '../../model/member.js';
import { ScimNotice, ScimRequest } from '../../model/scim-request.js';
import { type CountPeriod, counts as countRequests } from '../../services/provisioning-log/counts.js';
import { health as healthOf } from '../../services/provisioning-log/health.js';
import type { MemberProblem } from '../../services/provisioning-log/member-problems.js';
import {
  dismiss as dismissProblem,
  list as listProblems,
  type ProblemSubject,
  type ScimProblemGroup,
  subjects as subjectsOfProblem,
} from '../../services/provisioning-log/problems.js';
import {
  auditEntryOf,
  get as getRequest,
  list as listRequests,
  ofAuditEntry,
} from '../../services/provisioning-log/requests.js';
import { PageArguments } from '../lists/arguments.js';
import { wellFormedId } from '../lists/ids.js';
import type { Context } from '../serving/context.js';
import { ScimEndpoint } from '../workspaces/types.js';
import {
  ScimCountPeriodEnum,
  ScimCounts,
  ScimFix,
  ScimHealth,
  ScimMemberProblem,
  ScimProblem,
  ScimProblemDismissInput,
  ScimProblemDismissPayload,
  ScimProblemSubject,
  ScimRequestConnection,
  ScimRequestFilter,
  SubjectArguments,
} from './types.js';

const NULL_WITHOUT_PERMISSION = 'Null when the caller may not read the provisioning log.';

@Resolver(() => ScimEndpoint)
export class ScimEndpointResolver {
  @FieldResolver(() => ScimHealth, {
    nullable: true,
    description: `The state of provisioning, with its reason. ${NULL_WITHOUT_PERMISSION}`,
  })
  health(@Root() { workspaceId }: ScimEndpoint, @Ctx() { services }: Context): Promise<ScimHealth> {
    return healthOf(services, workspaceId);
  }

  @FieldResolver(() => ScimCounts, {
    nullable: true,
    description: `The numbers of requests by time and outcome, for a chart. ${NULL_WITHOUT_PERMISSION}`,
  })
  counts(
    @Root() { workspaceId }: ScimEndpoint,
    @Arg('last', () => ScimCountPeriodEnum, { description: 'The period to count over.' }) last: CountPeriod,
    @Ctx() { services }: Context,
  ): Promise<ScimCounts> {
    return countRequests(services, workspaceId, last) as Promise<ScimCounts>;
  }

  @FieldResolver(() => [ScimProblem], {
    nullable: true,
    description:
      'The present problems: refusals first, then notices, and among them those that affect most people first. A problem ends when the ' +
      `provider succeeds. ${NULL_WITHOUT_PERMISSION}`,
  })
  problems(
    @Root() { workspaceId }: ScimEndpoint,
    @Ctx() { services }: Context,
    @Arg('includeDismissed', () => Boolean, {
      defaultValue: false,
      description: 'Whether to list dismissed problems too.',
    })
    includeDismissed: boolean,
  ): Promise<ScimProblemGroup[]> {
    return listProblems(services, workspaceId, { includeDismissed });
  }

  @FieldResolver(() => ScimRequestConnection, {
    nullable: true,
    description: `The requests of the identity provider, newest first. ${NULL_WITHOUT_PERMISSION}`,
  })
  async requests(
    @Root() { workspaceId }: ScimEndpoint,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
    @Arg('filter', () => ScimRequestFilter, {
      nullable: true,
      description: 'The conditions on the requests. Without a filter all are listed.',
    })
    filter?: ScimRequestFilter | null,
  ) {
    wellFormedId(filter?.targetId, 'filter.targetId');
    wellFormedId(filter?.apiKeyId, 'filter.apiKeyId');
    return new ScimRequestConnection(await listRequests(services, workspaceId, filter ?? {}, page));
  }
}

@Resolver(() => ScimProblem)
export class ScimProblemResolver {
  @FieldResolver(() => [ScimProblemSubject], {
    description: 'The people, groups or keys with the problem, the latest first.',
  })
  subjects(
    @Root() problem: ScimProblemGroup,
    @Args(() => SubjectArguments) page: SubjectArguments,
    @Ctx() { services }: Context,
  ): Promise<ProblemSubject[]> {
    return subjectsOfProblem(services, problem, page);
  }

  @Mutation(() => ScimProblemDismissPayload, {
    nullable: true,
    description: 'Hides a problem of provisioning until it occurs again. Null when refused.',
  })
  async scimProblemDismiss(
    @Arg('input', () => ScimProblemDismissInput, { description: 'The problem to hide.' })
    input: ScimProblemDismissInput,
    @Ctx() { services, loaders }: Context,
  ): Promise<ScimProblemDismissPayload> {
    const { problemId } = await dismissProblem(services, input);
    return { problemId, workspace: await loaders.workspaces.load(input.workspaceId) };
  }
}

@Resolver(() => ScimProblemSubject)
export class ScimProblemSubjectResolver {
  @FieldResolver(() => Member, {
    nullable: true,
    description:
      'The member as it is now. Null when the problem is not about a member, when the member does not exist, and when the caller may not see it.',
  })
  member(@Root() target: ProblemSubject, @Ctx() { loaders }: Context): Promise<object | null> {
    return targetOf(loaders, 'member', target);
  }

  @FieldResolver(() => ScimRequest, {
    nullable: true,
    description: 'The last request that was refused. Null when its entry has expired.',
  })
  request(
    @Root() { workspaceId, requestEntryId }: ProblemSubject,
    @Ctx() { services }: Context,
  ): Promise<ScimRequest | null> {
    return getRequest(services, workspaceId, requestEntryId);
  }
}

@Resolver(() => ScimRequest)
export class ScimRequestResolver {
  @FieldResolver(() => String, {
    description: 'The reference of the request, which ends the text of a refusal.',
  })
  reference(@Root() { requestId }: ScimRequest): string {
    return referenceOf(requestId);
  }

  @FieldResolver(() => [ScimNotice], { description: 'The parts of the request that had no effect.' })
  notices(@Root() { notices }: ScimRequest): readonly ScimNotice[] {
    return notices ?? [];
  }

  @FieldResolver(() => ScimFix, {
    nullable: true,
    description: 'How to fix the refusal. Null when the request was accepted.',
  })
  fix(@Root() { code, client, attribute }: ScimRequest): ScimFix | null {
    return code === null ? null : (fixOf(code, client, { attribute }) as ScimFix);
  }

  @FieldResolver(() => Member, {
    nullable: true,
    description:
      'The member that it concerned, as it is now. Null when there is none, and when the caller may not see it.',
  })
  member(@Root() target: ScimRequest, @Ctx() { loaders }: Context): Promise<object | null> {
    return targetOf(loaders, 'member', target);
  }

  @FieldResolver(() => Group, {
    nullable: true,
    description:
      'The group that it concerned, as it is now. Null when there is none, and when the caller may not see it.',
  })
  group(@Root() target: ScimRequest, @Ctx() { loaders }: Context): Promise<object | null> {
    return targetOf(loaders, 'group', target);
  }

  @FieldResolver(() => AuditEntry, {
    nullable: true,
    description:
      'The audit entry of the change that the request made. Null when it changed nothing, or several objects.',
  })
  auditEntry(@Root() request: ScimRequest, @Ctx() { services }: Context): Promise<AuditEntry | null> {
    return auditEntryOf(services, request);
  }
}

/** Returns null for a caller who may read the log but not the members. */
function targetOf(
  loaders: Context['loaders'],
  type: 'member' | 'group',
  { targetType, targetId }: { readonly targetType: string | null; readonly targetId: string | null },
): Promise<object | null> {
  if (targetType !== type || targetId === null) return Promise.resolve(null);
  return loaders.nodes.load(targetId);
}

@Resolver(() => Member)
export class MemberScimRequestsResolver {
  @FieldResolver(() => [ScimMemberProblem], {
    nullable: true,
    description: `The problems of provisioning with the member, which nobody has dismissed: refusals first, then notices. ${NULL_WITHOUT_PERMISSION}`,
  })
  scimProblems(@Root() member: Member, @Ctx() { loaders }: Context): Promise<MemberProblem[]> {
    return loaders.memberProblems.load(member);
  }

  @FieldResolver(() => ScimRequestConnection, {
    nullable: true,
    description: `The requests of the identity provider about the member, newest first. ${NULL_WITHOUT_PERMISSION}`,
  })
  async scimRequests(
    @Root() { id, workspaceId }: Member,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
  ) {
    return new ScimRequestConnection(await listRequests(services, workspaceId, { targetId: id }, page));
  }
}

@Resolver(() => AuditEntry)
export class AuditEntryScimRequestResolver {
  @FieldResolver(() => ScimRequest, {
    nullable: true,
    description:
      'The SCIM request that made the change. Null when the change came through another interface, or the entry has expired.',
  })
  scimRequest(@Root() entry: AuditEntry, @Ctx() { services }: Context): Promise<ScimRequest | null> {
    return ofAuditEntry(services, entry);
  }
}
