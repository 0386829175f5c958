import { Field, ObjectType } from 'type-graphql';
import { type ActorType, ActorTypeEnum } from '../../model/enums.js';
import { Workspace } from '../../model/workspace.js';

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
}
