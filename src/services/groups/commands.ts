import type { Action } from '../../auth/policy.js';
import { uuid } from '../../database/column-types.js';
import type { Transaction } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { TABLES, typesOf } from '../../database/tables.js';
import { canonicalName } from '../../domain/canonical.js';
import { DomainError } from '../../domain/errors.js';
import type { GroupGrant } from '../../domain/granted-access.js';
import { readDisplayName, readExternalId } from '../../domain/group.js';
import { newId } from '../../domain/ids.js';
import { requireVisible } from '../../domain/text.js';
import type { Group } from '../../model/group.js';
import type { Workspace } from '../../model/workspace.js';
import { changesBetween } from '../audit/record.js';
import { authorize, authorizeNow } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { findGroup, GROUP_COLUMNS, GROUP_TYPES, lockGroup, memberIdsOf } from '../rows/groups.js';
import { findMembers, lockMembers, type MemberRow } from '../rows/members.js';
import { followGrants } from './grants.js';
import { changeMembers, growVersions, type MembersChanged, NOBODY, readIds } from './members.js';
import {
  grantOf,
  hasGrant,
  listed,
  memberChangesOf,
  namesOf,
  recordGroup,
  refusingSameName,
  writeGroup,
} from './write.js';

/** The result of a command: the group as it is now, and whether anything changed. */
export interface GroupChange {
  readonly workspaceId: string;
  readonly group: Group;
  readonly changed: boolean;
  /** The members whose version has grown with the group's. */
  readonly changedMemberIds: readonly string[];
}

/** The result of a change of the grant, or in a dry run what it would be. */
export interface GrantChange extends GroupChange {
  /** In a dry run: the members whose access would change, as they would be; null otherwise. */
  readonly preview: MemberRow[] | null;
}

export interface NewGroup {
  readonly workspaceId: string;
  readonly displayName: string;
  readonly externalId?: string | null;
  readonly memberIds?: readonly string[] | null;
}

export interface GroupTarget {
  readonly workspaceId: string;
  readonly groupId: string;
  /** The version that the group must have. */
  readonly expectedVersion?: number | null;
}

/** Absent keys change nothing; neither does null, except that it clears the external id. */
export interface GroupUpdate extends GroupTarget {
  readonly displayName?: string | null;
  readonly externalId?: string | null;
  /** All members that the group shall have. */
  readonly memberIds?: readonly string[] | null;
  readonly addMemberIds?: readonly string[] | null;
  readonly removeMemberIds?: readonly string[] | null;
}

/**
 * Makes a group with members (rule 29). Inactive members are allowed: providers list people whom they have just
 * deactivated, and a grant takes effect when such a person is added again.
 * @throws DomainError as `authorize` does; ALREADY_A_GROUP; INVALID_INPUT for an invalid name, and for ids that are not a member's
 */
export async function create(context: ServiceContext, input: NewGroup): Promise<GroupChange> {
  const { workspaceId } = input;
  const { memberId: own } = await authorize(context, 'group.write', workspaceId);
  const displayName = readDisplayName(input.displayName);
  requireVisible('displayName', displayName);
  const externalId = readExternalId(input.externalId ?? null);
  const ids = readIds(input.memberIds ?? []);
  return context.database.transaction(async (tx) => {
    const locked = await lockMembers(tx, workspaceId, own === null ? ids : [...ids, own]);
    const { workspace } = await authorizeNow(context, tx, 'group.write', workspaceId);
    const id = newId();
    const group = await refusingSameName(displayName, () =>
      INSERT.row(tx, {
        id,
        workspaceId,
        workspaceVersion: workspace.version,
        displayName,
        canonicalDisplayName: canonicalName(displayName),
        externalId,
      }),
    );
    if (group === undefined) throw new Error('a group was not written');
    const members = await changeMembers(tx, group, { add: ids, remove: [] }, locked);
    const { joined } = members;
    const changedMemberIds = joined.map((member) => member.id);
    await growVersions(tx, workspaceId, changedMemberIds);
    const changes = changesBetween({}, { displayName, externalId, 'members.added': listed(joined) });
    await recordGroup(context, tx, group, 'group.create', changes, new Date());
    tx.afterCommit(() => context.groupMemberLists.follow(null, group, members));
    return { workspaceId, group, changed: true, changedMemberIds };
  });
}

const INSERT = statement({
  name: 'groups.insert',
  text: `
    insert into member_group as g
      (id, workspace_id, workspace_version, display_name, canonical_display_name, external_id, version, created_at,
       updated_at)
    values ($id, $workspaceId, $workspaceVersion, $displayName, $canonicalDisplayName, $externalId, 1, now(), now())
    returning ${GROUP_COLUMNS}`,
  parameters: typesOf(
    TABLES.memberGroup,
    'id',
    'workspaceId',
    'workspaceVersion',
    'displayName',
    'canonicalDisplayName',
    'externalId',
  ),
  columns: GROUP_TYPES,
});

/**
 * Changes a group's name, external id and members, in one transaction and with one version; the members' access
 * follows (rule 30). Adding a member twice, and removing a stranger, changes nothing (rule 21).
 * @throws DomainError as `authorize` does; NOT_FOUND; STALE_VERSION; ALREADY_A_GROUP; SEAT_UNAVAILABLE; INVALID_INPUT
 *   for a name, and for ids to be added that are of no member
 */
export async function update(context: ServiceContext, input: GroupUpdate): Promise<GroupChange> {
  const { displayName, externalId, memberIds } = input;
  const request = {
    ...(memberIds == null ? {} : { all: readIds(memberIds) }),
    add: readIds(input.addMemberIds ?? []),
    remove: readIds(input.removeMemberIds ?? []),
  };
  const named = {
    ...(displayName == null ? {} : { displayName: readDisplayName(displayName) }),
    ...(externalId === undefined ? {} : { externalId: readExternalId(externalId) }),
  };
  const scope = {
    ids: [...(request.all ?? []), ...request.add, ...request.remove],
    // A new name changes what every member shows, and a complete list removes members that it does not name.
    everybody: (group: Group) =>
      request.all !== undefined || (named.displayName ?? group.displayName) !== group.displayName,
  };
  return onGroup(context, 'group.write', input, scope, async ({ tx, group, workspace, locked }) => {
    const asksForMembers = request.all !== undefined || request.add.length > 0 || request.remove.length > 0;
    const members = asksForMembers ? await changeMembers(tx, group, request, locked) : NOBODY;
    const next = { ...group, ...named };
    // The present name is accepted unchecked: providers send it back with other changes.
    if (next.displayName !== group.displayName) requireVisible('displayName', next.displayName);
    return writeChange(context, { tx, group, workspace }, next, members);
  });
}

/** Writes what has changed: the group, its audit entry, and the access and versions of members. */
async function writeChange(
  context: ServiceContext,
  { tx, group, workspace }: Omit<OnGroup, 'locked'>,
  next: Group,
  members: MembersChanged,
): Promise<GroupChange> {
  const renamed = next.displayName !== group.displayName;
  const affected = [...members.joined, ...members.left].map(({ id }) => id);
  const changes = { ...changesBetween(namesOf(group), namesOf(next)), ...memberChangesOf(members) };
  if (Object.keys(changes).length === 0) return unchanged(group);
  const written = await writeGroup(tx, next);
  const at = new Date();
  await recordGroup(context, tx, written, 'group.update', changes, at);
  if (hasGrant(group)) await followGrants(context, tx, workspace, affected, at);
  const seen = renamed ? new Set([...(await memberIdsOf(tx, group.id)), ...affected]) : affected;
  const changedMemberIds = [...seen];
  await growVersions(tx, workspace.id, changedMemberIds);
  tx.afterCommit(() => context.groupMemberLists.follow(group, written, members));
  return { workspaceId: workspace.id, group: written, changed: true, changedMemberIds };
}

/**
 * Adds a member that the transaction has locked to a group; the member's access follows (rule 30).
 * @returns false when there is no such group
 * @throws DomainError SEAT_UNAVAILABLE
 */
export async function joinInTransaction(
  context: ServiceContext,
  tx: Transaction,
  workspace: Workspace,
  { groupId, memberId }: { readonly groupId: string; readonly memberId: string },
): Promise<boolean> {
  const group = await lockGroup(tx, workspace.id, groupId);
  if (group === undefined) return false;
  const members = await changeMembers(tx, group, { add: [memberId], remove: [] }, new Set([memberId]));
  await writeChange(context, { tx, group, workspace }, group, members);
  return true;
}

/**
 * Sets or clears what the group grants; its members' access follows (rule 30). A dry run rolls its transaction back,
 * and returns the group as it is.
 * @throws DomainError as `authorize` does; NOT_FOUND; STALE_VERSION; WRONG_WORKSPACE_VERSION; SEAT_UNAVAILABLE
 */
export async function setGrant(
  context: ServiceContext,
  {
    grant,
    dryRun = false,
    ...target
  }: GroupTarget & { readonly grant: GroupGrant; readonly dryRun?: boolean },
): Promise<GrantChange> {
  const scope = { ids: [], everybody: () => true, dryRun };
  return onGroup(context, 'group.grant', target, scope, async ({ tx, group, workspace }) => {
    requireOwnKind(workspace, grant);
    const changes = changesBetween(grantOf(group), grantOf(grant));
    if (Object.keys(changes).length === 0) return { ...unchanged(group), preview: dryRun ? [] : null };
    const written = await writeGroup(tx, { ...group, ...grant });
    const at = new Date();
    await recordGroup(
      context,
      tx,
      written,
      hasGrant(grant) ? 'group.setGrant' : 'group.clearGrant',
      changes,
      at,
    );
    const memberIds = await memberIdsOf(tx, group.id);
    const changedMemberIds = await followGrants(context, tx, workspace, memberIds, at);
    await growVersions(tx, workspace.id, changedMemberIds);
    if (!dryRun)
      return { workspaceId: workspace.id, group: written, changed: true, changedMemberIds, preview: null };
    const after = await findMembers(tx, workspace.id, changedMemberIds);
    return { ...unchanged(group), changed: true, preview: [...after.values()] };
  });
}

/**
 * Deletes a group; its members remain in the workspace, with the access of their other groups or the default (rule 30).
 * @throws DomainError as `authorize` does; NOT_FOUND; STALE_VERSION; SEAT_UNAVAILABLE
 */
export async function deleteGroup(
  context: ServiceContext,
  target: GroupTarget,
): Promise<{ groupId: string; workspaceId: string; changedMemberIds: readonly string[] }> {
  const scope = { ids: [], everybody: () => true };
  return onGroup(context, 'group.write', target, scope, async ({ tx, group, workspace, locked }) => {
    const members = await changeMembers(tx, group, { all: [], add: [], remove: [] }, locked);
    await DELETE.rows(tx, { id: group.id, workspaceId: workspace.id });
    const at = new Date();
    const changes = {
      ...changesBetween({ ...namesOf(group), ...grantOf(group) }, {}),
      ...memberChangesOf(members),
    };
    await recordGroup(context, tx, group, 'group.delete', changes, at);
    const left = members.left.map(({ id }) => id);
    if (hasGrant(group)) await followGrants(context, tx, workspace, left, at);
    await growVersions(tx, workspace.id, left);
    return { groupId: group.id, workspaceId: workspace.id, changedMemberIds: left };
  });
}

const DELETE = statement({
  name: 'groups.delete',
  text: 'delete from member_group where id = $id and workspace_id = $workspaceId',
  parameters: { id: uuid, workspaceId: uuid },
});

/** Which members a command locks. */
interface Scope {
  /** Members that the command names. */
  readonly ids: readonly string[];
  /** Whether the command concerns all members of the group. */
  everybody(group: Group): boolean;
  /** Whether the transaction is rolled back. */
  readonly dryRun?: boolean;
}

function unchanged(group: Group): GroupChange {
  return { workspaceId: group.workspaceId, group, changed: false, changedMemberIds: [] };
}

interface OnGroup {
  readonly tx: Transaction;
  readonly group: Group;
  readonly workspace: Workspace;
  /** The members whose locks are held: only these may join or leave. */
  readonly locked: ReadonlySet<string>;
}

/**
 * Runs `work` on one group in a transaction that locks the members concerned, then the group: in that order, because
 * removing a member locks the member first and its groups later. Members that join before the group is locked are
 * locked after it. If that deadlocks, PostgreSQL aborts one transaction, and its command runs again.
 * @throws DomainError as `authorize` does; NOT_FOUND, STALE_VERSION; whatever `work` throws
 */
async function onGroup<Result>(
  context: ServiceContext,
  action: Action,
  { workspaceId, groupId, expectedVersion }: GroupTarget,
  scope: Scope,
  work: (on: OnGroup) => Promise<Result>,
): Promise<Result> {
  const { memberId: own } = await authorize(context, action, workspaceId);
  const run = async (tx: Transaction) => {
    const seen = await findGroup(tx, workspaceId, groupId);
    if (seen === undefined) throw groupNotFound();
    const insiders = scope.everybody(seen) ? await memberIdsOf(tx, seen.id) : [];
    const wanted = new Set([...scope.ids, ...insiders, ...(own === null ? [] : [own])]);
    const locked = await lockMembers(tx, workspaceId, [...wanted]);
    const { workspace } = await authorizeNow(context, tx, action, workspaceId);
    const group = await lockGroup(tx, workspaceId, groupId);
    if (group === undefined) throw groupNotFound();
    if (expectedVersion != null && expectedVersion !== group.version)
      throw staleGroup(group, expectedVersion);
    if (scope.everybody(group)) {
      const late = (await memberIdsOf(tx, group.id)).filter((id) => !locked.has(id));
      if (late.length > 0) for (const id of await lockMembers(tx, workspaceId, late)) locked.add(id);
    }
    return work({ tx, group, workspace, locked });
  };
  return scope.dryRun === true
    ? context.database.dryRun((database) => database.transaction(run))
    : context.database.transaction(run);
}

export function groupNotFound(): DomainError {
  return new DomainError('NOT_FOUND', 'There is no such group in this workspace.');
}

function staleGroup({ version }: Group, expectedVersion: number): DomainError {
  return new DomainError(
    'STALE_VERSION',
    `The group has changed meanwhile: it has version ${version}, not ${expectedVersion}.`,
    { attribute: 'expectedVersion', hint: 'Read the group again and repeat the change.' },
  );
}

function requireOwnKind({ version }: Workspace, { grantedRole, grantedSeatType }: GroupGrant): void {
  const wrong = version === 'V1' ? grantedRole !== null && 'role' : grantedSeatType !== null && 'seatType';
  if (wrong === false) return;
  throw new DomainError('WRONG_WORKSPACE_VERSION', `${wrong} does not exist on a ${version} workspace.`, {
    attribute: wrong,
    hint: `Grant a ${version === 'V1' ? 'seatType' : 'role'} instead.`,
  });
}
