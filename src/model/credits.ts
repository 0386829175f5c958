import {
  Check,
  Entity,
  Index,
  ManyToOne,
  PrimaryKey,
  Property,
  Trigger,
  Unique,
} from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';
import type { WorkspaceVersion } from '../domain/access.js';
import { LONGEST_IDEMPOTENCY_KEY } from '../domain/credits.js';
import { Account } from './account.js';
import { Node } from './node.js';
import { GraphQLDateTime, PositiveInt, YearMonth } from './scalars.js';
import { fitsWorkspaceVersion } from './sql.js';
import { Workspace } from './workspace.js';

const IS_MONTH = "month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'";

/**
 * The credits in a V2 workspace's pool in a month, and the credits used. A month has a row if the pool was set or
 * credits were used in it. A month without a row has the pool of the latest earlier row, and no credits used. So a new
 * month needs no job, and setting the pool does not change past months.
 */
@Entity({ tableName: 'credit_month' })
@Check({ name: 'credit_month_only_v2', expression: "workspace_version <> 'V1'" })
@Check({ name: 'credit_month_format', expression: IS_MONTH })
@Check({ name: 'credit_month_not_negative', expression: 'total >= 0 and used >= 0' })
@Trigger({
  name: 'credit_month_fits_workspace',
  timing: 'before',
  events: ['insert', 'update'],
  body: fitsWorkspaceVersion('credit_month'),
})
// There is no CHECK, because the pool may be lowered below the credits used; then no more can be used.
@Trigger({
  name: 'credit_month_used_within_total',
  timing: 'before',
  events: ['insert', 'update'],
  body:
    "if new.used > new.total and (tg_op = 'INSERT' or new.used > old.used) then " +
    "raise exception 'the pool does not hold that many credits' using errcode = 'check_violation', constraint = 'credit_month_used_within_total'; " +
    'end if; return new;',
})
export class CreditMonth {
  @ManyToOne(() => Workspace, {
    primary: true,
    mapToPk: true,
    fieldName: 'workspace_id',
    deleteRule: 'cascade',
  })
  workspaceId!: string;

  /** For example `2026-11`, in UTC. */
  @PrimaryKey({ type: 'text' })
  month!: string;

  @Property({ type: 'text' })
  workspaceVersion!: WorkspaceVersion;

  @Property({ type: 'integer' })
  total!: number;

  @Property({ type: 'integer' })
  used!: number;
}

/**
 * The credits that a person used in a workspace in a month. It outlives every membership and member record (rule 18).
 */
@Entity({ tableName: 'credit_usage' })
@Check({ name: 'credit_usage_month_format', expression: IS_MONTH })
@Check({ name: 'credit_usage_positive', expression: 'used > 0' })
export class CreditUsage {
  @ManyToOne(() => Workspace, {
    primary: true,
    mapToPk: true,
    fieldName: 'workspace_id',
    deleteRule: 'cascade',
  })
  workspaceId!: string;

  @ManyToOne(() => Account, { primary: true, mapToPk: true, fieldName: 'account_id' })
  accountId!: string;

  @PrimaryKey({ type: 'text' })
  month!: string;

  @Property({ type: 'integer' })
  used!: number;
}

/** There is no foreign key to the member, because consumption outlives a deleted record (rule 17). */
@ObjectType({
  implements: Node,
  description: 'A number of credits that a member used at one time. It never changes.',
})
@Entity({ tableName: 'credit_consumption' })
@Unique({ name: 'credit_consumption_key_unique', properties: ['workspaceId', 'idempotencyKey'] })
@Index({ name: 'credit_consumption_of_workspace', properties: ['workspaceId', 'id'] })
@Index({ name: 'credit_consumption_of_month', properties: ['workspaceId', 'month', 'id'] })
@Index({ name: 'credit_consumption_of_account', properties: ['workspaceId', 'accountId', 'id'] })
@Check({ name: 'credit_consumption_amount_positive', expression: 'amount > 0' })
@Check({
  name: 'credit_consumption_key_length',
  expression: `length(idempotency_key) >= 1 and length(idempotency_key) <= ${LONGEST_IDEMPOTENCY_KEY}`,
})
@Check({
  name: 'credit_consumption_month_of_its_time',
  expression: "month = to_char(at at time zone 'UTC', 'YYYY-MM')",
})
@Trigger({
  name: 'credit_consumption_is_fixed',
  timing: 'before',
  events: ['update'],
  body: "raise exception 'what was counted stays' using errcode = 'check_violation', constraint = 'credit_consumption_is_fixed';",
})
export class CreditConsumption implements Node {
  @Field(() => ID, { description: 'The id of the consumption, which never changes.' })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @ManyToOne(() => Workspace, { mapToPk: true, fieldName: 'workspace_id', deleteRule: 'cascade' })
  workspaceId!: string;

  /** The account that the member belonged to at that time. */
  @ManyToOne(() => Account, { mapToPk: true, fieldName: 'account_id' })
  accountId!: string;

  @Field(() => ID, { description: 'The id of the member, whose record may have been deleted since.' })
  @Property({ type: 'uuid' })
  memberId!: string;

  @Field(() => String, { description: 'The userName of the member at that time.' })
  @Property({ type: 'text' })
  userName!: string;

  @Field(() => GraphQLDateTime, { description: 'The time at which the credits were used.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  at!: Date;

  @Field(() => YearMonth, { description: 'The month (UTC) to whose pool the credits count.' })
  @Property({ type: 'text' })
  month!: string;

  @Field(() => PositiveInt, { description: 'The number of credits that were used.' })
  @Property({ type: 'integer' })
  amount!: number;

  @Field(() => String, { description: 'The idempotency key of the request: one key counts once.' })
  @Property({ type: 'text' })
  idempotencyKey!: string;

  @Field(() => String, {
    description: 'The name of the actor at that time: a person, an API key or an operator.',
  })
  @Property({ type: 'text' })
  consumedBy!: string;
}
