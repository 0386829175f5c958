import { ArgsType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { Fix as FixOf, FixStep as FixStepOf } from '../../domain/provisioning-fixes.js';
import type { ScimClient, ScimCode, ScimOperation } from '../../domain/provisioning-log.js';
import { enumOf } from '../../model/enums.js';
import { GraphQLDateTime } from '../../model/scalars.js';
import { ScimClientEnum, ScimCodeEnum, ScimOperationEnum } from '../../model/scim-enums.js';
import { SEVERITIES, type Severity } from '../../model/scim-problem.js';
import { ScimRequest } from '../../model/scim-request.js';
import { Workspace } from '../../model/workspace.js';
import {
  COUNT_PERIODS,
  type CodeCount,
  type CountStep,
  type ScimCounts as ScimCountsOf,
} from '../../services/provisioning-log/counts.js';
import {
  HEALTH_STATUSES,
  type HealthStatus,
  type ScimHealth as ScimHealthOf,
} from '../../services/provisioning-log/health.js';
import type { MemberProblem } from '../../services/provisioning-log/member-problems.js';
import type { ProblemSubject, ScimProblemGroup } from '../../services/provisioning-log/problems.js';
import {
  REQUEST_OUTCOMES,
  type RequestOutcome,
  type ScimRequestFilter as ScimRequestFilterOf,
} from '../../services/provisioning-log/requests.js';
import { connectionOf } from '../lists/connection.js';

export const { Connection: ScimRequestConnection } = connectionOf(ScimRequest);

export const ScimHealthStatusEnum = enumOf(
  HEALTH_STATUSES,
  'ScimHealthStatus',
  'How provisioning through the identity provider fares.',
  {
    NOT_CONNECTED: 'No identity provider has sent a request yet.',
    HEALTHY: 'Requests of the identity provider are accepted.',
    DEGRADED: 'Some people were refused in the last 24 hours.',
    FAILING: 'The last requests were all refused, or no key is accepted.',
    IDLE: 'The identity provider has sent nothing for seven days.',
  },
);

export const ScimCountPeriodEnum = enumOf(
  COUNT_PERIODS,
  'ScimCountPeriod',
  'The periods over which requests are counted.',
  {
    HOUR: 'The last hour, in steps of five minutes.',
    DAY: 'The last 24 hours, in steps of an hour.',
    WEEK: 'The last seven days, in steps of an hour.',
  },
);

export const ScimProblemSeverityEnum = enumOf(
  SEVERITIES,
  'ScimProblemSeverity',
  'The severities of a problem of provisioning.',
  {
    REFUSAL: 'Requests of the identity provider are refused.',
    NOTICE: 'Requests are accepted, but a part of them has no effect.',
  },
);

export const ScimRequestOutcomeEnum = enumOf(
  REQUEST_OUTCOMES,
  'ScimRequestOutcome',
  'The outcomes of SCIM requests.',
  {
    ACCEPTED: 'The request was accepted.',
    REFUSED: 'The request was refused.',
    NOTICED: 'It was accepted, but a part of it had no effect.',
  },
);

@ObjectType({ description: 'How provisioning through the identity provider fares.', simpleResolvers: true })
export class ScimHealth implements ScimHealthOf {
  @Field(() => ScimHealthStatusEnum, { description: 'The state of provisioning.' })
  status!: HealthStatus;

  @Field(() => String, { description: 'The reason for this state in a sentence.' })
  reason!: string;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The time of the last request. Null when there was none.',
  })
  lastRequestAt!: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The time of the last request that was accepted. Null when there was none.',
  })
  lastSuccessAt!: Date | null;
}

@ObjectType({ description: 'A number of refused requests with one reason.', simpleResolvers: true })
export class ScimCodeCount implements CodeCount {
  @Field(() => ScimCodeEnum, { description: 'The reason of the refusals.' })
  code!: ScimCode;

  @Field(() => Int, { description: 'The number of requests.' })
  requests!: number;
}

@ObjectType({ description: 'The requests of one step of a chart.', simpleResolvers: true })
export class ScimCountStep implements CountStep {
  @Field(() => GraphQLDateTime, { description: 'The start of the step.' })
  start!: Date;

  @Field(() => Int, { description: 'The number of requests that were accepted.' })
  accepted!: number;

  @Field(() => Int, { description: 'The number of requests that were refused.' })
  refused!: number;
}

@ObjectType({ description: 'The numbers of SCIM requests in a period.', simpleResolvers: true })
export class ScimCounts implements ScimCountsOf {
  @Field(() => GraphQLDateTime, { description: 'The start of the period.' })
  since!: Date;

  @Field(() => Int, { description: 'The number of requests that were accepted.' })
  accepted!: number;

  @Field(() => Int, { description: 'The number of requests that were refused.' })
  refused!: number;

  @Field(() => Int, {
    description: 'The number of requests that were not recorded, because the log was overloaded.',
  })
  dropped!: number;

  @Field(() => [ScimCodeCount], { description: 'The refused requests by reason, most frequent first.' })
  byCode!: ScimCodeCount[];

  @Field(() => [ScimCountStep], {
    description: 'The requests by time, oldest first, including steps without requests.',
  })
  steps!: ScimCountStep[];
}

@ObjectType({ description: 'A step of a fix.', simpleResolvers: true })
export class ScimFixStep implements FixStepOf {
  @Field(() => String, { description: 'The screen of the identity provider or of Rollcall.' })
  screen!: string;

  @Field(() => String, { name: 'do', description: 'What to do there.' })
  do!: string;
}

@ObjectType({ description: 'The fix of a problem.', simpleResolvers: true })
export class ScimFix implements FixOf {
  @Field(() => String, { description: 'The fix in a sentence.' })
  summary!: string;

  @Field(() => [ScimFixStep], { description: 'The steps, in order.' })
  steps!: ScimFixStep[];
}

@ObjectType({ description: 'A present problem of provisioning, with everybody whom it affects.' })
export class ScimProblem implements Omit<ScimProblemGroup, 'workspaceId' | 'value'> {
  @Field(() => ID, { name: 'problemId', description: 'The id of the problem, for `scimProblemDismiss`.' })
  id!: string;

  @Field(() => ScimProblemSeverityEnum, { description: 'The severity of the problem.' })
  severity!: Severity;

  @Field(() => ScimCodeEnum, { description: 'The reason, for programs.' })
  code!: ScimCode;

  @Field(() => String, { description: 'The cause in a sentence, for people.' })
  cause!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The text of the refusals. Null for notices and for problems with keys, and when the texts differ: `subjects` ' +
      'have their own.',
  })
  detail!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The attribute that is at fault or was ignored. Null when no single attribute is.',
  })
  attribute!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The closest name that would have an effect, or the userName of the member who looks alike. Null except for notices.',
  })
  closest!: string | null;

  @Field(() => ScimClientEnum, { description: 'The family of the client that sent the last request.' })
  client!: ScimClient;

  @Field(() => GraphQLDateTime, { description: 'The time at which the problem began.' })
  since!: Date;

  @Field(() => GraphQLDateTime, { description: 'The time at which it last occurred.' })
  lastAt!: Date;

  @Field(() => Int, { description: 'The number of requests with the problem.' })
  times!: number;

  @Field(() => Int, { description: 'The number of people, groups or keys with the problem.' })
  subjectCount!: number;

  @Field(() => ScimFix, { description: 'The fix, on the screens of the client.' })
  fix!: ScimFix;
}

@ObjectType({ description: 'A problem of provisioning, as it concerns one member.' })
export class ScimMemberProblem implements MemberProblem {
  @Field(() => ID, { name: 'problemId', description: 'The id of the problem, as in `ScimProblem`.' })
  id!: string;

  @Field(() => ScimProblemSeverityEnum, { description: 'How much the problem matters.' })
  severity!: Severity;

  @Field(() => ScimCodeEnum, { description: 'The reason, for programs.' })
  code!: ScimCode;

  @Field(() => String, { description: 'The cause in a sentence, for people.' })
  cause!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The text that the provider got the last time. Null with notices.',
  })
  detail!: string | null;

  @Field(() => ScimFix, { description: 'How to mend it, on the screens of the client.' })
  fix!: ScimFix;

  @Field(() => GraphQLDateTime, { description: 'The time at which the problem began.' })
  since!: Date;

  @Field(() => GraphQLDateTime, { description: 'The time at which it last occurred.' })
  lastAt!: Date;

  @Field(() => Int, { description: 'The number of requests about the member that it concerned.' })
  times!: number;
}

@ObjectType({ description: 'A person, a group, a key or a kind of request with a problem.' })
export class ScimProblemSubject
  implements
    Pick<ProblemSubject, 'name' | 'apiKeyLabel' | 'network' | 'operation' | 'since' | 'lastAt' | 'times'>
{
  @Field(() => String, {
    nullable: true,
    description:
      'The name of the member or group as the provider sent it. Null when the problem is about neither.',
  })
  name!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the API key. Null when the key is unknown.',
  })
  apiKeyLabel!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The network from which the requests came. Null except for problems with keys.',
  })
  network!: string | null;

  @Field(() => ScimOperationEnum, { description: 'The operation that was refused.' })
  operation!: ScimOperation;

  @Field(() => String, {
    nullable: true,
    description: 'The text of the refusal. Null for notices and for problems with keys.',
  })
  detail!: string | null;

  @Field(() => GraphQLDateTime, { description: 'The time of the first refusal since the last success.' })
  since!: Date;

  @Field(() => GraphQLDateTime, { description: 'The time of the last refusal.' })
  lastAt!: Date;

  @Field(() => Int, { description: 'The number of refusals since the last success.' })
  times!: number;
}

@ArgsType()
export class SubjectArguments {
  @Field(() => Int, { defaultValue: 50, description: 'The number of items, at most 200.' })
  first!: number;

  @Field(() => Int, { defaultValue: 0, description: 'The number of items to skip.' })
  offset!: number;
}

@InputType({ description: 'Conditions on SCIM requests, all of which must hold.' })
export class ScimRequestFilter implements ScimRequestFilterOf {
  @Field(() => String, {
    nullable: true,
    description: 'The reference at the end of a refusal, such as `7F3K-Q2M9`, or the id of a request.',
  })
  reference?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the member or group contains this text, regardless of case.',
  })
  search?: string | null;

  @Field(() => ID, { nullable: true, description: 'The request concerned the member or group with this id.' })
  targetId?: string | null;

  @Field(() => ID, { nullable: true, description: 'The request came with the API key that has this id.' })
  apiKeyId?: string | null;

  @Field(() => ScimRequestOutcomeEnum, { nullable: true, description: 'The outcome of the request.' })
  outcome?: RequestOutcome | null;

  @Field(() => [ScimCodeEnum], {
    nullable: true,
    description: 'The request was refused for one of these reasons.',
  })
  codes?: ScimCode[] | null;

  @Field(() => [Int], { nullable: true, description: 'The status of the answer is one of these.' })
  statuses?: number[] | null;

  @Field(() => [ScimOperationEnum], { nullable: true, description: 'The operation is one of these.' })
  operations?: ScimOperation[] | null;

  @Field(() => [ScimClientEnum], { nullable: true, description: 'The client is of one of these families.' })
  clients?: ScimClient[] | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'The request came at this time or later.' })
  since?: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'The request came before this time.' })
  until?: Date | null;
}

@InputType({ description: 'The problem to hide.' })
export class ScimProblemDismissInput {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;

  @Field(() => ID, { description: 'The id of the problem.' })
  problemId!: string;
}

@ObjectType({ description: 'The problem that was hidden.' })
export class ScimProblemDismissPayload {
  @Field(() => ID, { description: 'The id of the problem, for clients that remove it from a cache.' })
  problemId!: string;

  @Field(() => Workspace, { description: 'The workspace with the problem.' })
  workspace!: Workspace;
}
