import { Field, ID, ObjectType } from 'type-graphql';
import type { Role } from '../../domain/access.js';
import type { SessionMethod } from '../../domain/session.js';
import { type ActorType, ActorTypeEnum, RoleEnum } from '../../model/enums.js';
import { GraphQLDateTime } from '../../model/scalars.js';
import { Workspace } from '../../model/workspace.js';
import { SessionMethodEnum } from '../sessions/types.js';

@ObjectType({ description: 'Who is asking.' })
export class Viewer {
  @Field(() => ActorTypeEnum, { description: 'What kind of actor.' })
  type!: ActorType;

  @Field(() => String, { description: 'What they are called in audit entries.' })
  label!: string;

  @Field(() => Workspace, {
    nullable: true,
    description: "A key's workspace. Null for people and operators.",
  })
  workspace!: Workspace | null;

  @Field(() => SessionMethodEnum, {
    nullable: true,
    description: 'How the person signed in. Null for keys and operators.',
  })
  method!: SessionMethod | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the session ends at the latest. Null for keys and the operator token.',
  })
  expiresAt!: Date | null;
}

@ObjectType({ description: 'A workspace in which the person who asks is an active member.' })
export class ViewerWorkspace {
  @Field(() => ID, { description: 'The id of the workspace.' })
  id!: string;

  @Field(() => String, { description: 'What the workspace is called.' })
  name!: string;

  @Field(() => RoleEnum, {
    nullable: true,
    description: "The person's role. Null where the session does not open the workspace.",
  })
  role!: Role | null;

  @Field(() => Boolean, { description: 'Whether the session opens it: then `workspace(id:)` answers.' })
  opened!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'The path on this server at which to sign in so that it opens. Null where the session opens it.',
  })
  signInUrl!: string | null;
}
