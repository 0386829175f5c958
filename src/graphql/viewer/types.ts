import { Field, ObjectType } from 'type-graphql';
import { type ActorType, ActorTypeEnum } from '../../model/enums.js';
import { Workspace } from '../../model/workspace.js';

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
}
