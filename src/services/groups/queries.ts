import { integer, text, uuid } from '../../database/column-types.js';
import { selection, statement } from '../../database/statement.js';
import { canonicalName } from '../../domain/canonical.js';
import { DomainError } from '../../domain/errors.js';
import type { Group } from '../../model/group.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import type { GroupFilter } from '../filters/filter.js';
import { groupFilterSql } from '../filters/groups.js';
import { requireModestGroups } from '../filters/limits.js';
import { authorizeFilter, memberFilterSql } from '../filters/members.js';
import { foldedOrder } from '../filters/order.js';
import type { ListOrder } from '../lists/listing.js';
import { asIs, Page, type PageArguments } from '../lists/page.js';
import type { ListedMember } from '../rows/group-member-lists.js';
import { findGroup, GROUP_COLUMNS, GROUP_TYPES, NAME_IN_GROUPS } from '../rows/groups.js';
import {
  MEMBER_COLUMNS,
  MEMBER_TABLES,
  MEMBER_TYPES,
  type MemberRow,
  type MemberValues,
  memberOf,
} from '../rows/members.js';

/**
 * One group of the workspace, by id or by display name (in its canonical form, rule 15a).
 * @returns null when there is no such group
 * @throws DomainError as `authorize` does; INVALID_INPUT without exactly one of the two
 */
export async function get(
  context: ServiceContext,
  workspaceId: string,
  { id, displayName }: { readonly id?: string | null; readonly displayName?: string | null },
): Promise<Group | null> {
  await authorize(context, 'group.read', workspaceId);
  const found =
    id != null && displayName == null
      ? await findGroup(context.batched, workspaceId, id)
      : id == null && displayName != null
        ? await FIND_BY_NAME.row(context.reads, {
            workspaceId,
            canonicalDisplayName: canonicalName(displayName),
          })
        : unclear();
  return found ?? null;
}

function unclear(): never {
  throw new DomainError('INVALID_INPUT', 'Say which group: by id, or by displayName.', { attribute: 'id' });
}

const FIND_BY_NAME = statement({
  name: 'groups.findByName',
  text: `
    select ${GROUP_COLUMNS} from member_group g
    where g.workspace_id = $workspaceId and g.canonical_display_name = $canonicalDisplayName`,
  parameters: { workspaceId: uuid, canonicalDisplayName: text },
  columns: GROUP_TYPES,
});

const GROUPS = selection({
  name: 'groups.list',
  columns: GROUP_COLUMNS,
  types: GROUP_TYPES,
  from: 'member_group g',
});

const MEMBERS = selection({
  name: 'groups.members',
  columns: MEMBER_COLUMNS,
  types: MEMBER_TYPES,
  from: `${MEMBER_TABLES} join group_member i on i.member_id = m.id`,
});

const EVERY_MEMBER = statement({
  name: 'groups.everyMember',
  text: `
    select m.id as "memberId", ${NAME_IN_GROUPS} as name, g.version
    from member_group g join group_member i on i.group_id = g.id join member m on m.id = i.member_id
    where g.id = $groupId order by m.id`,
  parameters: { groupId: uuid },
  columns: { memberId: uuid, name: text, version: integer },
});

export const GROUP_ORDER_FIELDS = ['ID', 'DISPLAY_NAME', 'EXTERNAL_ID', 'CREATED_AT', 'UPDATED_AT'] as const;

export interface GroupOrder {
  readonly field: (typeof GROUP_ORDER_FIELDS)[number];
  readonly descending: boolean;
}

const ORDER_COLUMNS = {
  ID: undefined,
  DISPLAY_NAME: { column: foldedOrder('g.display_name'), type: 'text' },
  EXTERNAL_ID: { column: 'g.external_id', type: 'text', nullable: true },
  CREATED_AT: { column: 'g.created_at', type: 'timestamptz' },
  UPDATED_AT: { column: 'g.updated_at', type: 'timestamptz' },
} as const;

/** The list to which a cursor of a workspace's groups, in the order of creation, belongs. */
export function groupsOf(workspaceId: string): ListOrder {
  return { name: GROUPS.name, owner: workspaceId };
}

/**
 * The groups of a workspace.
 * @throws DomainError as `authorize` and `Page` do; INVALID_INPUT for a filter that is too large
 */
export async function list(
  context: ServiceContext,
  workspaceId: string,
  filter: GroupFilter,
  order: GroupOrder | null,
  page: PageArguments,
): Promise<Page<Group>> {
  await authorize(context, 'group.read', workspaceId);
  requireModestGroups(filter);
  await authorizeFilter(context, workspaceId, filter);
  const values: unknown[] = [workspaceId];
  const condition = groupFilterSql(filter, values, memberFilterSql);
  const orderBy = ORDER_COLUMNS[order?.field ?? 'ID'];
  return new Page<Group>(
    context.batched,
    {
      ...GROUPS,
      owner: workspaceId,
      where: `g.workspace_id = $1 and ${condition}`,
      values,
      id: 'g.id',
      ...(orderBy === undefined ? {} : { orderBy }),
      descending: order?.descending ?? false,
    },
    page,
    asIs,
  );
}

/**
 * The members of the group, in the order of their ids.
 * @throws DomainError as `authorize` and `Page` do
 */
export async function members(
  context: ServiceContext,
  group: Group,
  page: PageArguments,
): Promise<Page<MemberRow, MemberValues>> {
  await authorize(context, 'group.read', group.workspaceId);
  return new Page<MemberRow, MemberValues>(
    context.batched,
    {
      ...MEMBERS,
      owner: group.id,
      where: 'i.group_id = $1 and m.workspace_id = $2',
      values: [group.id, group.workspaceId],
      id: 'm.id',
      ofRow: true,
    },
    page,
    memberOf,
  );
}

/**
 * All members of the group, without paging, because providers compare them with their own list.
 * @throws DomainError as `authorize` does
 */
export async function everyMember(context: ServiceContext, group: Group): Promise<readonly ListedMember[]> {
  await authorize(context, 'group.read', group.workspaceId);
  const known = context.groupMemberLists.get(group);
  if (known !== undefined) return known;
  const members = await EVERY_MEMBER.rows(context.batched, { groupId: group.id });
  const [first] = members;
  if (first !== undefined) context.groupMemberLists.set({ id: group.id, version: first.version }, members);
  return members;
}
