import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { AuditEntry } from '../../model/audit-entry.js';
import { type ActorType, ActorTypeEnum, type Channel, ChannelEnum } from '../../model/enums.js';
import { GraphQLDateTime } from '../../model/scalars.js';
import type * as services from '../../services/audit/filter.js';
import { connectionOf } from '../lists/connection.js';

@InputType({ description: 'Which changes are meant. Everything that is said must hold.' })
export class AuditFilter implements services.AuditFilter {
  @Field(() => String, { nullable: true, description: 'Exactly this action, such as `member.add`.' })
  action?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'One of these actions. `auditActions` has them all.',
  })
  actions?: string[] | null;

  @Field(() => [ActorTypeEnum], { nullable: true, description: 'By one of these kinds of actors.' })
  actorTypes?: ActorType[] | null;

  @Field(() => ID, {
    nullable: true,
    description: 'By this actor: the id of an account or of an API key, as `actorId` has it.',
  })
  actorId?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Of one of these kinds of things, such as `member` or `apiKey`.',
  })
  targetTypes?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'Changes of the thing with this id.' })
  targetId?: string | null;

  @Field(() => [ChannelEnum], { nullable: true, description: 'Through one of these doors.' })
  channels?: Channel[] | null;

  @Field(() => String, { nullable: true, description: 'Made by this request, as in the log.' })
  requestId?: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'From this moment on.' })
  since?: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Before this moment.' })
  until?: Date | null;
}

@ObjectType({ description: 'What an entry of the audit log can say was done.' })
export class AuditAction {
  @Field(() => String, { description: 'As it stands in `AuditEntry.action`.' })
  name!: string;

  @Field(() => String, { description: 'What it means, for people.' })
  description!: string;
}

export const AuditEntryConnection = connectionOf(AuditEntry);
