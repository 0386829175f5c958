import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Member } from '../../model/member.js';
import { Workspace } from '../../model/workspace.js';
import * as viewers from '../../services/viewer/queries.js';
import type { Context } from '../serving/context.js';

@Resolver(() => Workspace)
export class ViewerMemberResolver {
  @FieldResolver(() => Member, {
    nullable: true,
    description: "The caller's own record, whatever the role. Null for keys and operators.",
  })
  viewerMember(@Root() { id }: Workspace, @Ctx() { services }: Context): Promise<Member | null> {
    return viewers.member(services, id);
  }
}
