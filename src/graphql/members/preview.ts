import { Field, ID, ObjectType } from 'type-graphql';
import type { Role } from '../../domain/access.js';
import { MemberAccess } from '../../model/access.js';
import { RoleEnum } from '../../model/enums.js';

/** The type has no `id`, so that a client's cache does not merge it with the member. */
@ObjectType({
  description: 'A member as it would be after a change that was not made: the result of a dry run.',
  simpleResolvers: true,
})
export class MemberPreview {
  @Field(() => ID, { name: 'memberId', description: 'The id of the member.', simple: false })
  id!: string;

  @Field(() => String, { description: 'The userName that the member would have.' })
  userName!: string;

  @Field(() => Boolean, { description: 'Whether the person would be in the workspace.' })
  active!: boolean;

  @Field(() => RoleEnum, {
    nullable: true,
    description: 'The role that the member would have. Null when it would not be active.',
  })
  role!: Role | null;

  @Field(() => MemberAccess, {
    nullable: true,
    description: 'The access that the member would have. Null when it would not be active.',
  })
  access!: MemberAccess | null;
}
