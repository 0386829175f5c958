import { createUnionType, Field, ID, InputType, ObjectType } from 'type-graphql';
import { ApiKey } from '../../model/api-key.js';
import { AuditEntry } from '../../model/audit-entry.js';
import { type ActorType, ActorTypeEnum, type Channel, ChannelEnum } from '../../model/enums.js';
import { Member } from '../../model/member.js';
import { GraphQLDateTime } from '../../model/scalars.js';
import type { AuditFilter as AuditFilterOf } from '../../services/audit/filter.js';
import { connectionOf } from '../lists/connection.js';

export const { Connection: AuditEntryConnection } = connectionOf(AuditEntry);

export const AuditActor = createUnionType({
  name: 'AuditActor',
  description: 'The actor of an audit entry that can be looked up: a member or an API key of the workspace.',
  types: () => [Member, ApiKey] as const,
  resolveType: (value: object) => ('accountId' in value ? 'Member' : 'ApiKey'),
});

@InputType({ description: 'Conditions on audit entries, all of which must hold.' })
export class AuditFilter implements AuditFilterOf {
  @Field(() => [String], {
    nullable: true,
    description: 'The action is one of these. The query `auditActions` lists them all.',
  })
  actions?: string[] | null;

  @Field(() => [ActorTypeEnum], { nullable: true, description: 'The actor is of one of these kinds.' })
  actorTypes?: ActorType[] | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The actor has this id, as in `AuditEntry.actorId`: that of an account or of an API key.',
  })
  actorId?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'The changed object is of one of these kinds, such as `member` or `apiKey`.',
  })
  targetTypes?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'The changed object has this id.' })
  targetId?: string | null;

  @Field(() => [ChannelEnum], {
    nullable: true,
    description: 'The change came through one of these interfaces.',
  })
  channels?: Channel[] | null;

  @Field(() => String, { nullable: true, description: 'The change was made by the request with this id.' })
  requestId?: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'The change was made at this time or later.' })
  since?: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'The change was made before this time.' })
  until?: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The name of the actor, the name of the changed object or the action contains this text, regardless of case.',
  })
  search?: string | null;
}

@ObjectType({ description: 'An action that audit entries can have.' })
export class AuditAction {
  @Field(() => String, { description: 'The name of the action, as in `AuditEntry.action`.' })
  name!: string;

  @Field(() => String, { description: 'The meaning of the action, for people.' })
  description!: string;
}
