import { Entity, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import {
  NOTICE_CODES,
  type NoticeCode,
  SCIM_CLIENTS,
  SCIM_CODES,
  SCIM_OPERATIONS,
  type ScimClient,
  type ScimCode,
  type ScimNotice as ScimNoticeOf,
  type ScimOperation,
} from '../domain/provisioning-log.js';
import { enumOf } from './enums.js';
import { Node } from './node.js';
import { GraphQLDateTime } from './scalars.js';
import { Workspace } from './workspace.js';

export const ScimClientEnum = enumOf(
  SCIM_CLIENTS,
  'ScimClient',
  'The identity providers that the provisioning log tells apart.',
  {
    OKTA: 'The client is Okta.',
    ENTRA: 'The client is Microsoft Entra ID.',
    ONELOGIN: 'The client is OneLogin.',
    JUMPCLOUD: 'The client is JumpCloud.',
    GOOGLE: 'The client is Google Workspace.',
    PING: 'The client is Ping Identity.',
    OTHER: 'The client is not one of these.',
  },
);

export const ScimOperationEnum = enumOf(
  SCIM_OPERATIONS,
  'ScimOperation',
  'The operations of SCIM requests.',
  {
    USER_CREATE: 'Adds a member to the workspace.',
    USER_UPDATE: 'Changes a member of the workspace.',
    USER_DEACTIVATE: 'Removes a member from the workspace and keeps its record.',
    USER_REACTIVATE: 'Adds a former member again.',
    USER_DELETE: 'Deletes the record of a member.',
    USER_READ: 'Reads one member of the workspace.',
    USER_SEARCH: 'Lists or searches members.',
    GROUP_CREATE: 'Creates a group with its members.',
    GROUP_UPDATE: 'Changes a group or its members.',
    GROUP_DELETE: 'Deletes a group of the workspace.',
    GROUP_READ: 'Reads one group of the workspace.',
    GROUP_SEARCH: 'Lists or searches groups.',
    BULK: 'Contains several operations, each with an entry of its own.',
    DISCOVERY: 'Reads what the server supports.',
    AUTHENTICATE: 'Was refused, because the key or the workspace does not allow SCIM.',
    OTHER: 'Was sent to a URL that is not an endpoint.',
  },
);

const CODE_MEANINGS: Readonly<Record<ScimCode, string>> = {
  UNAUTHENTICATED: 'The credential is missing or wrong.',
  FORBIDDEN: 'The key may not do this.',
  NOT_FOUND: 'The workspace has no member or group with this id.',
  INVALID_INPUT: 'A value is malformed or out of range.',
  WRONG_WORKSPACE_VERSION: 'The attribute belongs to the other version of workspaces.',
  ROLE_NOT_ASSIGNABLE: 'The role exists, but SCIM cannot assign it.',
  CREDIT_LIMIT_NOT_ALLOWED: 'Members with this role have no credit limit.',
  ALREADY_A_MEMBER: 'A member has this address, userName or externalId already.',
  ALREADY_A_GROUP: 'A group has this name already.',
  ALREADY_INVITED: 'An invitation to this address is pending.',
  INVITATION_CLOSED: 'The invitation can no longer be used.',
  SEAT_UNAVAILABLE: 'All seats of this type are taken.',
  OWNER_PROTECTED: 'SCIM does not change owners.',
  LAST_OWNER: 'The workspace would be left without an owner.',
  STALE_VERSION: 'The record has changed since the provider read it.',
  CREDITS_EXHAUSTED: 'There are not that many credits left.',
  RATE_LIMITED: 'The provider has sent too many requests.',
  REMOVALS_PAUSED: 'The provider has removed too many members, and further removals are paused.',
  UNAVAILABLE: 'The database could not be reached or was too busy; the provider tries again.',
  INVALID_FILTER: 'The filter of a search is malformed or not supported.',
  TOO_MANY: 'The search has too many results.',
  UNIQUENESS: 'A value that must be unique is taken.',
  MUTABILITY: 'The attribute cannot be changed.',
  INVALID_SYNTAX: 'The body is not valid SCIM.',
  INVALID_PATH: 'The path of a PATCH names no attribute that can be changed.',
  NO_TARGET: 'The path of a PATCH selects nothing.',
  INVALID_VALUE: 'A value has the wrong type.',
  INVALID_VERS: 'The version of SCIM is not supported.',
  SENSITIVE: 'The request would put personal data into a URL.',
  INVALID_CURSOR: 'The cursor belongs to another list, or is damaged.',
  EXPIRED_CURSOR: 'The cursor has expired.',
  INVALID_COUNT: 'The number of results is out of range.',
  UNKNOWN_ENDPOINT: 'The URL is not a SCIM endpoint.',
  METHOD_NOT_ALLOWED: 'The URL does not support the method.',
  NOT_ACCEPTABLE: 'The client does not accept JSON.',
  CONFLICT: 'Operations of a bulk request refer to each other.',
  TOO_LARGE: 'The body is too large.',
  UNSUPPORTED_MEDIA_TYPE: 'The body is not sent as JSON in UTF-8.',
  NOT_IMPLEMENTED: 'The server does not support this part of SCIM.',
  TIMED_OUT: 'The request took too long.',
  INTERNAL: 'An unexpected error occurred in the server.',
  KEY_UNKNOWN: 'The key is missing or unknown.',
  KEY_DISABLED: 'The key is disabled.',
  KEY_EXPIRED: 'The key has expired.',
  KEY_DELETED: 'The key was deleted.',
  KEY_OF_OTHER_WORKSPACE: 'The key of this workspace was used with the base URL of another one.',
  KEY_WITHOUT_SCOPE: 'The key lacks the scope SCIM.',
  SCIM_DISABLED: 'SCIM is switched off for the workspace.',
  EXTENSION_IGNORED: 'An unknown extension was ignored.',
  ATTRIBUTE_IGNORED: 'An unknown attribute with a name similar to a known one was ignored.',
  EMPTY_VALUE_IGNORED: 'A role or seat type was sent empty, so the default of the workspace applied.',
  ROLES_IGNORED: 'The attribute roles was sent, which does not set the role.',
  INACTIVE_ACCESS_IGNORED:
    'A role, seat type or limit was sent for a member who is not active, and was not kept.',
  LOOKS_LIKE_A_MEMBER:
    'A userName looks like that of another active member, but has other characters (Unicode TR39).',
};

export const ScimCodeEnum = enumOf(
  SCIM_CODES,
  'ScimCode',
  'The reasons for which SCIM requests are refused, and the notices about accepted ones.',
  CODE_MEANINGS,
);

export const ScimNoticeCodeEnum = enumOf(
  NOTICE_CODES,
  'ScimNoticeCode',
  'What an administrator should know about accepted requests: mostly which parts were ignored.',
  {
    EXTENSION_IGNORED: CODE_MEANINGS.EXTENSION_IGNORED,
    ATTRIBUTE_IGNORED: CODE_MEANINGS.ATTRIBUTE_IGNORED,
    EMPTY_VALUE_IGNORED: CODE_MEANINGS.EMPTY_VALUE_IGNORED,
    ROLES_IGNORED: CODE_MEANINGS.ROLES_IGNORED,
    INACTIVE_ACCESS_IGNORED: CODE_MEANINGS.INACTIVE_ACCESS_IGNORED,
    LOOKS_LIKE_A_MEMBER: CODE_MEANINGS.LOOKS_LIKE_A_MEMBER,
  },
);

@ObjectType({
  description: 'A notice about an accepted request, mostly about a part that had no effect.',
  simpleResolvers: true,
})
export class ScimNotice implements ScimNoticeOf {
  @Field(() => ScimNoticeCodeEnum, { description: 'What the notice is about.' })
  code!: NoticeCode;

  @Field(() => String, { description: 'The name under which it was sent.' })
  attribute!: string;

  @Field(() => String, {
    description:
      "The closest name that would have had an effect; for LOOKS_LIKE_A_MEMBER the other member's userName.",
  })
  closest!: string;
}

/**
 * The answered SCIM requests of a workspace that were written together and differ in time, target and request id alone.
 * As one row they cost a fraction of what a row for each would cost (rule 53). `scim_request` shows each request. The
 * table is partitioned by day. There are no foreign keys, because the log outlives members, groups and keys. No column can
 * hold a body or a credential (rule 50).
 */
@Entity({ tableName: 'scim_request_set' })
@Index({ name: 'scim_request_set_of_workspace', properties: ['workspaceId', 'batchId'] })
@Index({
  name: 'scim_request_set_targets',
  // Every search reads the whole list of pending entries, so the list is kept short.
  expression:
    'create index "scim_request_set_targets" on "scim_request_set" using gin ("target_ids") with (gin_pending_list_limit = 512)',
})
export class ScimRequestSet {
  @Property({ type: 'uuid' })
  workspaceId!: string;

  /** Ids of batches are in the order of their commits. */
  @PrimaryKey({ type: 'uuid' })
  batchId!: string;

  /** The place of the first request in the batch. */
  @PrimaryKey({ type: 'integer' })
  place!: number;

  /** The earliest time of the requests, which are all of the same day. */
  @PrimaryKey({ type: 'datetime', columnType: 'timestamptz(3)' })
  at!: Date;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  lastAt!: Date;

  @Property({ type: 'text' })
  client!: ScimClient;

  @Property({ type: 'uuid', nullable: true })
  apiKeyId!: string | null;

  @Property({ type: 'text', nullable: true })
  apiKeyLabel!: string | null;

  @Property({ type: 'text' })
  method!: string;

  @Property({ type: 'text' })
  operation!: ScimOperation;

  @Property({ type: 'text', nullable: true })
  targetType!: 'member' | 'group' | null;

  @Property({ type: 'integer' })
  status!: number;

  @Property({ type: 'text', nullable: true })
  code!: ScimCode | null;

  @Property({ type: 'text', nullable: true })
  scimType!: string | null;

  @Property({ type: 'text', nullable: true })
  detail!: string | null;

  @Property({ type: 'text', nullable: true })
  attribute!: string | null;

  @Property({ type: 'text', nullable: true })
  value!: string | null;

  @Property({ type: 'json', columnType: 'jsonb', nullable: true })
  notices!: readonly ScimNotice[] | null;

  @Property({ type: 'text', nullable: true })
  network!: string | null;

  @Property({ type: 'integer' })
  times!: number;

  @Property({ type: 'array', columnType: 'integer[]' })
  places!: readonly number[];

  @Property({ type: 'array', columnType: 'timestamptz[]' })
  ats!: readonly Date[];

  @Property({ type: 'array', columnType: 'double precision[]' })
  durationsMs!: readonly number[];

  @Property({ type: 'array', columnType: 'uuid[]' })
  targetIds!: readonly (string | null)[];

  @Property({ type: 'array', columnType: 'text[]' })
  targetNames!: readonly (string | null)[];

  @Property({ type: 'array', columnType: 'uuid[]' })
  requestIds!: readonly string[];
}

/**
 * An answered SCIM request, or one operation of a bulk request (rule 49): a view of the sets. By the columns of the set,
 * queries leave out whole sets before the requests in them are read.
 */
@ObjectType({
  implements: Node,
  description:
    'A SCIM request that was answered, or one operation of a bulk request. Requests that were not let in are counted ' +
    'by minute and network.',
  simpleResolvers: true,
})
@Entity({
  tableName: 'scim_request',
  view: true,
  expression: `
    select s.workspace_id, overlay(s.batch_id::text placing lpad(to_hex(r.place), 4, '0') from 33)::uuid as id, r.at,
      r.duration_ms, s.client, s.api_key_id, s.api_key_label, s.method, s.operation, s.target_type, r.target_id,
      r.target_name, s.status, s.code, s.scim_type, s.detail, s.attribute, s.value, r.request_id, s.notices, s.network,
      s.times, s.batch_id, s.at as set_at, s.last_at as set_last_at, s.target_ids as set_target_ids
    from scim_request_set s
    cross join lateral unnest(s.places, s.ats, s.durations_ms, s.target_ids, s.target_names, s.request_ids)
      r(place, at, duration_ms, target_id, target_name, request_id)`,
})
export class ScimRequest implements Node {
  @Property({ type: 'uuid' })
  workspaceId!: string;

  /** Ids are in the order in which the entries were committed. */
  @Field(() => ID, { description: 'The id of the entry, which never changes.' })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Field(() => GraphQLDateTime, { description: 'The time at which the request came.' })
  @Property({ type: 'datetime', columnType: 'timestamptz' })
  at!: Date;

  @Field(() => Float, { description: 'The time that the answer took, in milliseconds.' })
  @Property({ type: 'double', columnType: 'double precision' })
  durationMs!: number;

  @Field(() => ScimClientEnum, { description: 'The family of the client.' })
  @Property({ type: 'text' })
  client!: ScimClient;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the API key. Null when the key is unknown.',
  })
  @Property({ type: 'uuid', nullable: true })
  apiKeyId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the API key at that time. Null when the key is unknown.',
  })
  @Property({ type: 'text', nullable: true })
  apiKeyLabel!: string | null;

  @Field(() => String, { description: 'The method of the request.' })
  @Property({ type: 'text' })
  method!: string;

  @Field(() => ScimOperationEnum, { description: 'The operation of the request.' })
  @Property({ type: 'text' })
  operation!: ScimOperation;

  @Property({ type: 'text', nullable: true })
  targetType!: 'member' | 'group' | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the member or group. Null when the request concerned none, or none that exists.',
  })
  @Property({ type: 'uuid', nullable: true })
  targetId!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The name by which the provider named the member or group: a userName, externalId, displayName or the value ' +
      'of a filter. Null when it sent none.',
  })
  @Property({ type: 'text', nullable: true })
  targetName!: string | null;

  @Field(() => Int, { description: 'The HTTP status of the answer.' })
  @Property({ type: 'integer' })
  status!: number;

  @Field(() => ScimCodeEnum, {
    nullable: true,
    description: 'The reason of the refusal. Null when the request was accepted.',
  })
  @Property({ type: 'text', nullable: true })
  code!: ScimCode | null;

  @Field(() => String, {
    nullable: true,
    description: 'The `scimType` of the answer. Null when it had none.',
  })
  @Property({ type: 'text', nullable: true })
  scimType!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The text that the provider got, without its reference. Null when the request was accepted.',
  })
  @Property({ type: 'text', nullable: true })
  detail!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The attribute at fault. Null when no single attribute is.',
  })
  @Property({ type: 'text', nullable: true })
  attribute!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The value that was sent for the attribute, cut at 100 characters. Null when none was.',
  })
  @Property({ type: 'text', nullable: true })
  value!: string | null;

  @Field(() => String, {
    description: 'The id of the request, as in `AuditEntry.requestId` and in the log of the server.',
  })
  @Property({ type: 'uuid' })
  requestId!: string;

  @Property({ type: 'json', columnType: 'jsonb', nullable: true })
  notices!: readonly ScimNotice[] | null;

  @Field(() => String, {
    nullable: true,
    description: 'The network of requests that were not let in. Null for all other requests.',
  })
  @Property({ type: 'text', nullable: true })
  network!: string | null;

  @Field(() => Int, {
    description:
      'The number of requests: 1, except for requests that were not let in, and for the many reads of an import, which share entries.',
  })
  @Property({ type: 'integer' })
  times!: number;

  /** The batch of the set. */
  @Property({ type: 'uuid' })
  batchId?: string;

  /** The earliest and the latest time, and the targets, of the requests in the same set. */
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  setAt?: Date;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  setLastAt?: Date;

  @Property({ type: 'array', columnType: 'uuid[]' })
  setTargetIds?: readonly (string | null)[];
}

/** The number of requests of a workspace by hour and code; accepted requests have an empty code. */
@Entity({ tableName: 'scim_request_count' })
export class ScimRequestCount {
  @ManyToOne(() => Workspace, {
    primary: true,
    mapToPk: true,
    fieldName: 'workspace_id',
    deleteRule: 'cascade',
  })
  workspaceId!: string;

  @PrimaryKey({ type: 'datetime', columnType: 'timestamptz(3)' })
  hour!: Date;

  @PrimaryKey({ type: 'text' })
  code!: ScimCode | '';

  @Property({ type: 'integer' })
  requests!: number;

  /** The number of requests that got no entry because the log was overloaded. */
  @Property({ type: 'integer' })
  dropped!: number;
}

/** When a workspace's identity provider last sent requests. The row outlives the entries of the log. */
@Entity({ tableName: 'scim_connection' })
export class ScimConnection {
  @ManyToOne(() => Workspace, {
    primary: true,
    mapToPk: true,
    fieldName: 'workspace_id',
    deleteRule: 'cascade',
  })
  workspaceId!: string;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  firstRequestAt!: Date;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  lastRequestAt!: Date;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  lastSuccessAt!: Date | null;

  /** The number of refusals since the last accepted request. */
  @Property({ type: 'integer' })
  refusalsInRow!: number;

  @Property({ type: 'text' })
  client!: ScimClient;
}

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

/** The hashed secret of a deleted key, kept for as long as the log distinguishes it from an unknown key (rule 51). */
@Entity({ tableName: 'deleted_api_key_secret' })
@Index({ name: 'deleted_api_key_secret_deleted', properties: ['deletedAt'] })
export class DeletedApiKeySecret {
  @PrimaryKey({ type: 'text' })
  lookup!: string;

  @Property({ type: 'text' })
  hash!: string;

  @Property({ type: 'uuid' })
  apiKeyId!: string;

  @ManyToOne(() => Workspace, { mapToPk: true, fieldName: 'workspace_id', deleteRule: 'cascade' })
  workspaceId!: string;

  @Property({ type: 'text' })
  name!: string;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  deletedAt!: Date;
}
