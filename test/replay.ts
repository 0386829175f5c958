import { isDeepStrictEqual } from 'node:util';
import type { TestApp } from './app.js';

/** One audit entry, as far as a replay needs it. */
interface Entry {
  readonly id: string;
  readonly workspaceId: string;
  readonly action: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly changes: Readonly<Record<string, { readonly before?: unknown; readonly after?: unknown }>>;
}

/** Who has set a value: entries say so only when that is lost. */
const ORIGINS: ReadonlySet<string> = new Set(['accessSetBy', 'creditLimitSetBy']);

type Fields = Map<string, unknown>;

/** What the entries say that there is. */
class Replay {
  readonly #targets = new Map<string, Fields>();
  readonly #groups = new Map<string, Set<string>>();
  readonly #versions = new Map<string, number>();
  /** Where an entry does not continue what the entries before it say. */
  readonly gaps: unknown[] = [];

  apply(entry: Entry): void {
    const { targetType, targetId, action } = entry;
    const fields = this.fieldsOf(targetType, targetId);
    const showed = nameShown(fields);
    if (targetType === 'group') this.#grow(targetId);
    for (const [name, { before = null, after = null }] of Object.entries(entry.changes)) {
      if (targetType === 'group' && name.startsWith('members.')) this.#moveMembers(entry, before, after);
      else if (targetType === 'member' && name === 'groups') this.#leave(entry, before);
      else if (!ORIGINS.has(name)) this.#change(entry, fields, name, before, after);
    }
    if (action.endsWith('.delete')) this.#delete(entry);
    else if (targetType === 'member' && nameShown(fields) !== showed) this.#showNewName(targetId);
  }

  versionOf(groupId: string): number {
    return this.#versions.get(groupId) ?? 0;
  }

  fieldsOf(type: string, id: string): Fields {
    const key = `${type} ${id}`;
    const fields = this.#targets.get(key) ?? new Map();
    this.#targets.set(key, fields);
    return fields;
  }

  membersOf(groupId: string): string[] {
    return [...(this.#groups.get(groupId) ?? [])].sort();
  }

  /** The ids of what has not been deleted. */
  idsOf(type: string): string[] {
    return [...this.#targets].flatMap(([key, fields]) => {
      const [of = '', id = ''] = key.split(' ');
      return of === type && fields.size > 0 ? [id] : [];
    });
  }

  #change(
    { id, targetType, action }: Entry,
    fields: Fields,
    name: string,
    before: unknown,
    after: unknown,
  ): void {
    const known = fields.get(name) ?? null;
    if (isChained(targetType) && !isDeepStrictEqual(known, before))
      this.gaps.push({ id, action, name, known, before });
    if (after === null) fields.delete(name);
    else fields.set(name, after);
  }

  #moveMembers({ id, action, targetId }: Entry, before: unknown, after: unknown): void {
    const members = this.#groups.get(targetId) ?? new Set();
    this.#groups.set(targetId, members);
    for (const memberId of idsIn(before))
      if (!members.delete(memberId)) this.gaps.push({ id, action, gone: memberId });
    for (const memberId of idsIn(after)) {
      if (members.has(memberId)) this.gaps.push({ id, action, there: memberId });
      members.add(memberId);
    }
  }

  #leave({ id, action, targetId }: Entry, before: unknown): void {
    for (const groupId of idsIn(before)) {
      if (!this.#groups.get(groupId)?.delete(targetId))
        this.gaps.push({ id, action, gone: targetId, groupId });
      this.#grow(groupId);
    }
  }

  /** A group shows the names of its members, so it has another version (RFC 7644 §3.14). */
  #showNewName(memberId: string): void {
    for (const [groupId, members] of this.#groups) if (members.has(memberId)) this.#grow(groupId);
  }

  #grow(groupId: string): void {
    this.#versions.set(groupId, this.versionOf(groupId) + 1);
  }

  #delete({ id, action, targetType, targetId }: Entry): void {
    this.#targets.delete(`${targetType} ${targetId}`);
    const left = this.membersOf(targetId);
    if (left.length > 0) this.gaps.push({ id, action, left });
    this.#groups.delete(targetId);
  }
}

/** The name under which a group lists a member. */
function nameShown(fields: Fields): unknown {
  return fields.get('profile.displayName') ?? fields.get('userName');
}

/** Targets whose entries give each value before and after. */
function isChained(targetType: string): boolean {
  return ['member', 'group', 'apiKey'].includes(targetType);
}

function idsIn(list: unknown): string[] {
  return Array.isArray(list) ? list.map(({ id }: { id: string }) => id) : [];
}

/** A row, with the values that its entries must have left. */
interface Kept {
  readonly type: string;
  readonly id: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly members: readonly string[] | null;
  readonly version: number | null;
}

const ROWS = `
  select 'member' as type, m.id, jsonb_strip_nulls(jsonb_build_object(
      'userName', m.user_name, 'externalId', m.external_id, 'active', s.id is not null, 'role', s.role,
      'seatType', s.seat_type, 'creditLimit', s.credit_limit)) as fields, null::uuid[] as members, null::integer as version
  from member m left join membership s on s.member_id = m.id and s.ended_at is null where m.workspace_id = any($1)
  union all
  select 'group', g.id, jsonb_strip_nulls(jsonb_build_object(
      'displayName', g.display_name, 'externalId', g.external_id, 'grantedRole', g.granted_role,
      'grantedSeatType', g.granted_seat_type)),
    array(select i.member_id from group_member i where i.group_id = g.id order by i.member_id), g.version
  from member_group g where g.workspace_id = any($1)
  union all
  select 'apiKey', k.id, jsonb_strip_nulls(jsonb_build_object(
      'name', k.name, 'scopes', k.scopes, 'enabled', k.disabled_at is null)), null, null
  from api_key k where k.workspace_id = any($1)`;

/**
 * Replays the audit log of workspaces, and compares the result with their rows (rule 28).
 * @returns where an entry does not continue the ones before it, and where the rows differ from what the entries say:
 *   nothing, where audit explains everything
 */
export async function unexplained(
  { sql }: Pick<TestApp, 'sql'>,
  workspaceIds: readonly string[],
): Promise<unknown[]> {
  const replay = new Replay();
  // The order in which the database wrote them: the clocks of processes differ.
  const entries = await sql<Entry>(
    `select id, workspace_id as "workspaceId", action, target_type as "targetType", target_id as "targetId", changes
     from audit_entry where workspace_id = any($1) order by logged_at, id`,
    [workspaceIds],
  );
  for (const entry of entries) replay.apply(entry);
  const rows = await sql<Kept>(ROWS, [workspaceIds]);
  const differing = rows.flatMap(({ type, id, fields, members, version }) => {
    const told = replay.fieldsOf(type, id);
    const replayed = Object.fromEntries(
      Object.keys({ ...fields, ...toldNames(told, fields) }).map((name) => [name, told.get(name)]),
    );
    const listed = members === null ? null : replay.membersOf(id);
    const grown = version === null ? null : replay.versionOf(id);
    return isDeepStrictEqual([replayed, listed, grown], [fields, members, version])
      ? []
      : [{ type, id, replayed, fields, listed, members, grown, version }];
  });
  const there = new Set(rows.map(({ type, id }) => `${type} ${id}`));
  const lost = ['member', 'group', 'apiKey'].flatMap((type) =>
    replay
      .idsOf(type)
      .filter((id) => !there.has(`${type} ${id}`))
      .map((id) => ({ type, id, lost: true })),
  );
  return [...replay.gaps, ...differing, ...lost];
}

/** What the entries say of the compared fields, in which a row without a value has none. */
function toldNames(told: Fields, fields: object): object {
  const compared = [
    'userName',
    'externalId',
    'active',
    'role',
    'seatType',
    'creditLimit',
    'displayName',
    'grantedRole',
    'grantedSeatType',
  ];
  return Object.fromEntries(
    compared.filter((name) => told.has(name) && !Object.hasOwn(fields, name)).map((name) => [name, null]),
  );
}
