import { Field, ID, ObjectType } from 'type-graphql';
import type { Role } from '../../domain/access.js';
import type { SessionMethod } from '../../domain/session.js';
import { type ActorType, ActorTypeEnum, RoleEnum } from '../../model/enums.js';
import { GraphQLDateTime } from '../../model/scalars.js';
import { Workspace } from '../../model/workspace.js';
import { SessionMethodEnum } from '../sessions/types.js';

@ObjectType({ description: 'The caller: a person, an API key or an operator.' })
export class Viewer {
  @Field(() => ActorTypeEnum, { description: 'The kind of actor that the caller is.' })
  type!: ActorType;

  @Field(() => String, { description: 'The name of the caller, as audit entries have it.' })
  label!: string;

  @Field(() => Workspace, {
    nullable: true,
    description: 'The workspace of an API key. Null for people and operators.',
  })
  workspace!: Workspace | null;

  @Field(() => SessionMethodEnum, {
    nullable: true,
    description: 'The way in which the person signed in. Null for keys and operators.',
  })
  method!: SessionMethod | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The time at which the session ends at the latest. Null for keys and the operator token.',
  })
  expiresAt!: Date | null;
}

@ObjectType({ description: 'A workspace in which the caller is an active member.' })
export class ViewerWorkspace {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;

  @Field(() => String, { description: 'The name of the workspace.' })
  name!: string;

  @Field(() => RoleEnum, {
    nullable: true,
    description: "The person's role. Null where the session does not open the workspace.",
  })
  role!: Role | null;

  @Field(() => Boolean, {
    description: 'Whether the session opens the workspace, so that `workspace` returns it.',
  })
  opened!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'The path on this server at which to sign in so that it opens. Null where the session opens it.',
  })
  signInUrl!: string | null;
}
