import { isJsonObject, type Json, type JsonObject } from '../../domain/profile.js';
import { CORE_GROUP } from '../discovery/attributes.js';
import type { Filter } from '../filter/ast.js';
import { matches } from '../filter/matches.js';
import { ScimError } from '../http/scim-error.js';
import type { PatchOperation } from '../patch/operations.js';
import { isEmpty } from '../patch/parts.js';
import { type AttributePath, parseKey } from '../patch/path.js';
import type { GroupUpdateInput } from './operations.js';
import { readAttribute, readMemberIds } from './resource.js';

/** The total effect of a PATCH's operations. */
export type GroupChanges = Pick<
  GroupUpdateInput,
  'displayName' | 'externalId' | 'memberIds' | 'addMemberIds' | 'removeMemberIds'
>;

/** The facts about the patched group that operations need. */
export interface PatchedGroup {
  readonly id: string;
  /** Its members as SCIM shows them. Called only for a filter that does not name ids: there may be thousands. */
  members(): Promise<readonly JsonObject[]>;
}

/**
 * Reduces the operations of a PATCH on a group (RFC 7644 §3.5.2) to one change, without reading the group. The command
 * finds out, under its lock, which members are added already or not in the group.
 *
 * @throws ScimError 400 `mutability`, `noTarget`, `invalidValue`; then no operation is applied
 */
export async function groupChanges(
  operations: readonly PatchOperation[],
  group: PatchedGroup,
): Promise<GroupChanges> {
  const draft = new Draft();
  for (const operation of operations) await applyOperation(draft, operation, group);
  return draft.changes();
}

/** The effect of the operations so far, independent of the group's current members. */
class Draft {
  #names: Pick<GroupChanges, 'displayName' | 'externalId'> = {};
  #all: Set<string> | undefined;
  readonly #added = new Set<string>();
  readonly #removed = new Set<string>();

  name(names: Pick<GroupChanges, 'displayName' | 'externalId'>): void {
    this.#names = { ...this.#names, ...names };
  }

  replace(ids: readonly string[]): void {
    this.#all = new Set(ids);
    this.#added.clear();
    this.#removed.clear();
  }

  add(ids: readonly string[]): void {
    for (const id of ids) {
      (this.#all ?? this.#added).add(id);
      this.#removed.delete(id);
    }
  }

  remove(ids: readonly string[]): void {
    for (const id of ids) {
      if (this.#all === undefined) this.#removed.add(id);
      else this.#all.delete(id);
      this.#added.delete(id);
    }
  }

  changes(): GroupChanges {
    return {
      ...this.#names,
      ...(this.#all === undefined ? {} : { memberIds: [...this.#all] }),
      ...(this.#added.size === 0 ? {} : { addMemberIds: [...this.#added] }),
      ...(this.#removed.size === 0 ? {} : { removeMemberIds: [...this.#removed] }),
    };
  }
}

type Op = PatchOperation['op'];

async function applyOperation(
  draft: Draft,
  { op, path, value }: PatchOperation,
  group: PatchedGroup,
): Promise<void> {
  if (path?.kind === 'attribute') return applyTo(draft, op, path, value, group);
  if (op === 'remove') throw new ScimError(400, 'PATCH cannot remove a whole Group. Use DELETE.', 'noTarget');
  if (!isJsonObject(value)) {
    throw new ScimError(400, `${CORE_GROUP} must be an object with its attributes.`, 'invalidValue');
  }
  // Okta renames with {"op":"replace","value":{"id":"…","displayName":"…"}}. Unknown attributes are ignored, as in a POST.
  for (const [key, part] of Object.entries(value)) {
    const inner = parseKey(key, CORE_GROUP);
    if (inner?.kind === 'attribute' && !isIgnored(inner)) await applyTo(draft, op, inner, part, group);
    else if (inner?.kind === 'schema') await applyOperation(draft, { op, value: part }, group);
  }
}

/** Read-only attributes that a value without a path may repeat; they are ignored. */
function isIgnored({ attribute }: AttributePath): boolean {
  return attribute.name === 'schemas' || attribute.name === 'meta';
}

async function applyTo(
  draft: Draft,
  op: Op,
  path: AttributePath,
  value: Json | undefined,
  group: PatchedGroup,
): Promise<void> {
  const { name, mutability } = path.attribute;
  if (name === 'members') return patchMembers(draft, op, path, value, group);
  if (mutability === 'readOnly') {
    if (name === 'id' && typeof value === 'string' && value.toLowerCase() === group.id.toLowerCase()) return;
    throw new ScimError(400, `${name} is read-only and has another value.`, 'mutability');
  }
  if (name === 'displayName' && (op === 'remove' || isEmpty(value))) {
    throw new ScimError(400, 'displayName cannot be removed or empty.', 'invalidValue');
  }
  const { displayName, externalId } = readAttribute(name, op === 'remove' ? null : value);
  draft.name({
    ...(displayName === undefined ? {} : { displayName }),
    ...(externalId === undefined ? {} : { externalId }),
  });
}

async function patchMembers(
  draft: Draft,
  op: Op,
  { filter, subAttribute }: AttributePath,
  value: Json | undefined,
  group: PatchedGroup,
): Promise<void> {
  const isWhole = subAttribute === undefined || subAttribute.name === 'value';
  // RFC 7643 §4.2: the sub-attributes of a member are immutable, so members are added and removed, not changed.
  if (!isWhole || (filter !== undefined && op !== 'remove')) {
    throw new ScimError(400, 'Members of a group can be added and removed, not changed.', 'mutability');
  }
  if (filter !== undefined) draft.remove(idsIn(filter) ?? (await selected(filter, group)));
  // Entra lists the members to remove in the value. Without a value, all are removed (RFC 7644 §3.5.2.2).
  else if (op === 'remove' && isEmpty(value)) draft.replace([]);
  else if (op === 'remove') draft.remove(lowerCase(readMemberIds(value)));
  else if (op === 'add') draft.add(lowerCase(readMemberIds(value)));
  else draft.replace(lowerCase(readMemberIds(value)));
}

/** UUIDs may be in any case (RFC 9562 §4), and several operations may name the same one. */
function lowerCase(ids: readonly string[]): string[] {
  return ids.map((id) => id.toLowerCase());
}

/** The ids in a filter of `value eq "…"`, one or several with `or`; undefined for any other filter. */
function idsIn(filter: Filter): string[] | undefined {
  if (filter.kind === 'or') {
    const ids = filter.filters.map(idsIn);
    const known = ids.filter((some) => some !== undefined);
    return known.length === ids.length ? known.flat() : undefined;
  }
  const isId = filter.kind === 'comparison' && filter.target.subAttribute?.name === 'value';
  if (!isId || filter.operator !== 'eq' || typeof filter.operand !== 'string') return undefined;
  return lowerCase([filter.operand]);
}

async function selected(filter: Filter, group: PatchedGroup): Promise<string[]> {
  const members = await group.members();
  return members
    .filter((member) => matches(filter, member))
    .flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
}
