import { Entity, Index, ManyToOne, Trigger } from '@mikro-orm/decorators/legacy';
import { Group } from './group.js';
import { Member } from './member.js';

/** A member's place in a group. */
@Entity({ tableName: 'group_member' })
@Index({ name: 'group_member_of_member', properties: ['memberId', 'groupId'] })
// The trigger runs once per statement, because thousands of members may join a group at once. The migration adds
// `referencing new table as joined`, which MikroORM can neither express nor compare.
@Trigger({
  name: 'group_member_of_one_workspace',
  timing: 'after',
  events: ['insert'],
  forEach: 'statement',
  body:
    'if exists (select 1 from joined j join member m on m.id = j.member_id join member_group g on g.id = j.group_id ' +
    'where m.workspace_id <> g.workspace_id) then ' +
    "raise exception 'group and member are of two workspaces' using errcode = 'check_violation', constraint = 'group_member_of_one_workspace'; " +
    'end if; return null;',
})
@Trigger({
  name: 'group_member_is_fixed',
  timing: 'before',
  events: ['update'],
  body: "raise exception 'nobody changes places in groups' using errcode = 'check_violation', constraint = 'group_member_is_fixed';",
})
export class GroupMember {
  @ManyToOne(() => Group, { mapToPk: true, fieldName: 'group_id', deleteRule: 'cascade', primary: true })
  groupId!: string;

  @ManyToOne(() => Member, { mapToPk: true, fieldName: 'member_id', deleteRule: 'cascade', primary: true })
  memberId!: string;
}
