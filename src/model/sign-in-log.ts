import { Check, Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';
import {
  SIGN_IN_REFUSAL_REASONS,
  SIGN_IN_REFUSALS,
  type SignInRefusalReason,
} from '../domain/sign-in-refusal.js';
import { enumOf } from './enums.js';
import { Node } from './node.js';
import { GraphQLDateTime } from './scalars.js';
import { oneOf } from './sql.js';
import { Workspace } from './workspace.js';

const MEANINGS = Object.fromEntries(
  SIGN_IN_REFUSAL_REASONS.map((reason) => [reason, SIGN_IN_REFUSALS[reason].what]),
) as Record<SignInRefusalReason, string>;

export const SignInRefusalReasonEnum = enumOf(
  SIGN_IN_REFUSAL_REASONS,
  'SignInRefusalReason',
  'Why somebody was not signed in.',
  MEANINGS,
);

@ObjectType({ implements: Node, description: 'A sign-in that was refused.' })
@Entity({ tableName: 'sign_in_log_entry' })
@Index({ name: 'sign_in_log_entry_of_workspace', properties: ['workspaceId', 'id'] })
@Check({ name: 'sign_in_log_entry_reason_known', expression: oneOf('reason', SIGN_IN_REFUSAL_REASONS) })
export class SignInLogEntry implements Node {
  @Field(() => ID, { description: 'The id, which is opaque and stable.' })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @ManyToOne(() => Workspace, { mapToPk: true, fieldName: 'workspace_id', deleteRule: 'cascade' })
  workspaceId!: string;

  @Field(() => String, { description: 'What the person was shown, and tells you: such as `4KD7Q-M2XHP`.' })
  @Property({ type: 'text' })
  @Unique({ name: 'sign_in_log_entry_reference_unique' })
  reference!: string;

  @Field(() => GraphQLDateTime, { description: 'When the sign-in was refused.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  at!: Date;

  @Field(() => SignInRefusalReasonEnum, { description: 'Why it was refused.' })
  @Property({ type: 'text' })
  reason!: SignInRefusalReason;

  @Field(() => String, {
    nullable: true,
    description: 'The e-mail address in question. Null where none is known.',
  })
  @Property({ type: 'text', nullable: true })
  address!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The subject that the provider named. Null where none is known.',
  })
  @Property({ type: 'text', nullable: true })
  subject!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What else is known: the error of the provider, the claim that was wrong. Null: nothing.',
  })
  @Property({ type: 'text', nullable: true })
  detail!: string | null;

  @Field(() => String, { description: 'The network address from which the person came.' })
  @Property({ type: 'text' })
  networkAddress!: string;
}
