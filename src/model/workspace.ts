import { Check, Entity, PrimaryKey, Property, Trigger } from '@mikro-orm/decorators/legacy';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { AssignableRole, SeatType, WorkspaceVersion } from '../domain/access.js';
import { ASSIGNABLE_ROLES, SEAT_TYPES, WORKSPACE_VERSIONS } from '../domain/access.js';
import { AccessModelEnum, PLANS, type Plan, PlanEnum } from './enums.js';
import { Node } from './node.js';
import { GraphQLDateTime, PositiveInt } from './scalars.js';
import { oneOf } from './sql.js';

@ObjectType({
  implements: Node,
  description: 'The space of a customer, with its members, settings and API keys.',
})
@Entity({ tableName: 'workspace' })
@Check({ name: 'workspace_version_known', expression: oneOf('version', WORKSPACE_VERSIONS) })
@Check({ name: 'workspace_plan_known', expression: oneOf('plan', PLANS) })
@Check({ name: 'workspace_scim_is_enterprise', expression: "not scim_enabled or plan = 'ENTERPRISE'" })
@Check({
  name: 'workspace_defaults_fit_version',
  expression:
    "(version = 'V1' and default_role is null and default_credit_limit is null and monthly_credits is null)" +
    " or (version = 'V2' and default_role is not null and default_seat_type is null)",
})
@Check({
  name: 'workspace_default_role_assignable',
  expression: `default_role is null or ${oneOf('default_role', ASSIGNABLE_ROLES)}`,
})
@Check({
  name: 'workspace_default_seat_type_known',
  expression: `default_seat_type is null or ${oneOf('default_seat_type', SEAT_TYPES)}`,
})
@Check({ name: 'workspace_default_credit_limit_positive', expression: 'default_credit_limit > 0' })
@Check({ name: 'workspace_monthly_credits_not_negative', expression: 'monthly_credits >= 0' })
@Trigger({
  name: 'workspace_version_is_fixed',
  timing: 'before',
  events: ['update'],
  body: "if old.version <> new.version then raise exception 'a workspace keeps its version' using errcode = 'check_violation', constraint = 'workspace_version_is_fixed'; end if; return new;",
})
export class Workspace implements Node {
  @Field(() => ID, {
    description: 'The id of the workspace, which never changes and is part of the SCIM base URL.',
  })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Field(() => String, { description: 'The name of the workspace.' })
  @Property({ type: 'text' })
  name!: string;

  @Field(() => AccessModelEnum, {
    name: 'accessModel',
    description: 'The access model of the workspace: seats (V1), or roles and credits (V2).',
  })
  @Property({ type: 'text' })
  version!: WorkspaceVersion;

  @Field(() => PlanEnum, { description: 'The plan that the customer has bought.' })
  @Property({ type: 'text' })
  plan!: Plan;

  @Property({ type: 'boolean' })
  scimEnabled!: boolean;

  @Property({ type: 'text', nullable: true })
  defaultRole!: AssignableRole | null;

  @Property({ type: 'text', nullable: true })
  defaultSeatType!: SeatType | null;

  @Field(() => PositiveInt, {
    nullable: true,
    description:
      'V2: the most credits a month for members without a limit of their own. Null when there is no such limit.',
  })
  @Property({ type: 'integer', nullable: true })
  defaultCreditLimit!: number | null;

  /** V2: the credits in the pool each month; null until somebody sets them. */
  @Property({ type: 'integer', nullable: true })
  monthlyCredits!: number | null;

  @Field(() => Int, {
    name: 'version',
    description: 'A number that grows with every change of the settings.',
  })
  @Property({ type: 'integer' })
  revision!: number;

  @Field(() => GraphQLDateTime, { description: 'The time at which the workspace was created.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'The time at which the settings last changed.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  updatedAt!: Date;
}
