import { Entity, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { ScimClient, ScimCode, ScimOperation } from '../domain/provisioning-log.js';
import { Workspace } from './workspace.js';

export const SEVERITIES = ['REFUSAL', 'NOTICE'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The subject whose success ends a problem, over the table scim_problem. Subjects of notices and keys say more. */
export const PROBLEM_ENDED_BY =
  "case when severity = 'NOTICE' then left(subject, -1 - length(attribute))" +
  " when starts_with(subject, 'key:') then 'key:' || split_part(subject, ':', 2) else subject end";

/**
 * A present problem of one member, group, key or kind of request: its last refusal or notice, which no later success
 * has cleared (rule 56). A success of the provider deletes the row.
 */
@Entity({ tableName: 'scim_problem' })
@Index({ name: 'scim_problem_last', properties: ['lastAt'] })
@Index({
  name: 'scim_problem_ended_by',
  expression: `create index "scim_problem_ended_by" on "scim_problem" ("workspace_id", (${PROBLEM_ENDED_BY}))`,
})
export class ScimProblem {
  @ManyToOne(() => Workspace, {
    primary: true,
    mapToPk: true,
    fieldName: 'workspace_id',
    deleteRule: 'cascade',
  })
  workspaceId!: string;

  /** `member:<id>`, `name:<userName>`, `group:<id>`, `key:<id>` …: see `subjectsOf`. */
  @PrimaryKey({ type: 'text' })
  subject!: string;

  @PrimaryKey({ type: 'text' })
  severity!: Severity;

  /** The entry of the last refusal. */
  @Property({ type: 'uuid' })
  id!: string;

  @Property({ type: 'text' })
  code!: ScimCode;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  since!: Date;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  lastAt!: Date;

  @Property({ type: 'integer' })
  times!: number;

  @Property({ type: 'text' })
  client!: ScimClient;

  @Property({ type: 'text' })
  operation!: ScimOperation;

  @Property({ type: 'text', nullable: true })
  targetType!: 'member' | 'group' | null;

  @Property({ type: 'uuid', nullable: true })
  targetId!: string | null;

  @Property({ type: 'text', nullable: true })
  targetName!: string | null;

  @Property({ type: 'uuid', nullable: true })
  apiKeyId!: string | null;

  @Property({ type: 'text', nullable: true })
  apiKeyLabel!: string | null;

  @Property({ type: 'text', nullable: true })
  network!: string | null;

  @Property({ type: 'text', nullable: true })
  attribute!: string | null;

  @Property({ type: 'text', nullable: true })
  value!: string | null;

  /** For a notice: the closest valid name. */
  @Property({ type: 'text', nullable: true })
  closest!: string | null;

  @Property({ type: 'text', nullable: true })
  detail!: string | null;

  @Property({ type: 'uuid' })
  requestId!: string;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  dismissedAt!: Date | null;
}
