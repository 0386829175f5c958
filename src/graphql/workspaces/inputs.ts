import { Field, ID, InputType, Int } from 'type-graphql';
import type { AssignableRole, SeatType, WorkspaceVersion } from '../../domain/access.js';
import { AccessModelEnum, AssignableRoleEnum, type Plan, PlanEnum, SeatTypeEnum } from '../../model/enums.js';
import { PositiveInt } from '../../model/scalars.js';
import type { WorkspaceFilter as WorkspaceFilterOf } from '../../services/workspaces/queries.js';
import { SeatsInput } from '../seats/types.js';

@InputType({ description: 'The workspace to create.' })
export class WorkspaceCreateInput {
  @Field(() => String, { description: 'The name of the workspace.' })
  name!: string;

  @Field(() => AccessModelEnum, { description: 'The access model, which cannot be changed later.' })
  accessModel!: WorkspaceVersion;

  @Field(() => PlanEnum, {
    defaultValue: 'ENTERPRISE',
    description: 'The plan that the customer has bought.',
  })
  plan!: Plan;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether an identity provider may provision members.',
  })
  scimEnabled!: boolean;

  @Field(() => String, { description: 'The e-mail address of the first owner.' })
  ownerEmail!: string;

  @Field(() => [SeatsInput], { nullable: true, description: 'V1: the numbers of seats by type.' })
  seats?: SeatsInput[] | null;

  @Field(() => Int, { nullable: true, description: 'V2: the number of credits in the pool each month.' })
  monthlyCredits?: number | null;
}

@InputType({ description: 'The changes of a workspace. Fields that are not sent keep their values.' })
export class WorkspaceUpdateInput {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'The version that the workspace must have. If it has another, the request is refused with `STALE_VERSION`.',
  })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: 'The new name of the workspace.' })
  name?: string | null;

  @Field(() => PlanEnum, {
    nullable: true,
    description:
      'The new plan, which operators set. Leaving ENTERPRISE switches SCIM off and turns admins into editors, in V1 ' +
      'workspaces into members.',
  })
  plan?: Plan | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether an identity provider may provision members, which operators set for the plan ENTERPRISE.',
  })
  scimEnabled?: boolean | null;

  @Field(() => AssignableRoleEnum, {
    nullable: true,
    description: 'V2: the role of members who are added without one.',
  })
  defaultRole?: AssignableRole | null;

  @Field(() => SeatTypeEnum, {
    nullable: true,
    description: 'V1: the type of seat of members who are added without one. Null gives them no seat.',
  })
  defaultSeatType?: SeatType | null;

  @Field(() => PositiveInt, {
    nullable: true,
    description: 'V2: the credit limit of members without a limit of their own. Null means no limit.',
  })
  defaultCreditLimit?: number | null;
}

@InputType({ description: 'Conditions on workspaces, all of which must hold.' })
export class WorkspaceFilter implements WorkspaceFilterOf {
  @Field(() => String, {
    nullable: true,
    description: 'The name of the workspace contains this text, regardless of case.',
  })
  search?: string | null;

  @Field(() => [PlanEnum], { nullable: true, description: 'The plan is one of these.' })
  plans?: Plan[] | null;

  @Field(() => AccessModelEnum, { nullable: true, description: 'The access model is this one.' })
  accessModel?: WorkspaceVersion | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether SCIM is switched on.' })
  scimEnabled?: boolean | null;
}
