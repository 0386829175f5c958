import { Field, ID, InputType, Int } from 'type-graphql';
import { type AssignableRole, type SeatType, type WorkspaceVersion } from '../../domain/access.js';
import {
  AssignableRoleEnum,
  type Plan,
  PlanEnum,
  SeatTypeEnum,
  WorkspaceVersionEnum,
} from '../../model/enums.js';
import { PositiveInt } from '../../model/scalars.js';
import { SeatsInput } from '../seats/types.js';

@InputType({ description: 'A workspace to create.' })
export class WorkspaceCreateInput {
  @Field(() => String, { description: 'What people call it.' })
  name!: string;

  @Field(() => WorkspaceVersionEnum, { description: 'Its access model, for good.' })
  version!: WorkspaceVersion;

  @Field(() => PlanEnum, { defaultValue: 'ENTERPRISE', description: 'What the customer has bought.' })
  plan!: Plan;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether an identity provider may provision members.',
  })
  scimEnabled!: boolean;

  @Field(() => String, { description: 'The e-mail address of the first owner.' })
  ownerEmail!: string;

  @Field(() => [SeatsInput], { nullable: true, description: 'V1: the seats it has bought.' })
  seats?: SeatsInput[] | null;

  @Field(() => Int, { nullable: true, description: 'V2: the credits in its pool each month.' })
  monthlyCredits?: number | null;
}

@InputType({ description: 'What to change about a workspace. What is absent stays.' })
export class WorkspaceUpdateInput {
  @Field(() => ID, { description: 'The workspace.' })
  workspaceId!: string;

  @Field(() => String, { nullable: true, description: 'A new name.' })
  name?: string | null;

  @Field(() => PlanEnum, {
    nullable: true,
    description:
      'A new plan; for operators. Leaving ENTERPRISE switches SCIM off and makes editors (V1: members) of admins.',
  })
  plan?: Plan | null;

  @Field(() => Boolean, { nullable: true, description: 'SCIM on or off; for operators; on ENTERPRISE only.' })
  scimEnabled?: boolean | null;

  @Field(() => AssignableRoleEnum, {
    nullable: true,
    description: 'V2: the role of who is added without one.',
  })
  defaultRole?: AssignableRole | null;

  @Field(() => SeatTypeEnum, {
    nullable: true,
    description: 'V1: the seat of who is added without one. Null: none.',
  })
  defaultSeatType?: SeatType | null;

  @Field(() => PositiveInt, {
    nullable: true,
    description: 'V2: the limit of members without their own. Null: none.',
  })
  defaultCreditLimit?: number | null;
}
