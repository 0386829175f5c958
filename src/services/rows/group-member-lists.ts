import { LRUCache } from 'lru-cache';
import type { Group } from '../../model/group.js';

/** A member of a group, with only what a list of thousands needs. */
export interface ListedMember {
  readonly memberId: string;
  readonly name: string;
}

/** The members of one version of a group, in the order of their ids. */
interface VersionedList {
  readonly version: number;
  readonly members: readonly ListedMember[];
}

/** Who joined a group and who left it. */
interface Moves {
  readonly joined: readonly { readonly id: string; readonly name: string }[];
  readonly left: readonly { readonly id: string }[];
}

/** Identity providers change a large group many times in a row, seconds apart. */
const TTL_MS = 20_000;
/** The most members of all lists together: some 10 MB. */
const MAX_MEMBERS = 50_000;

/**
 * The members of the groups that this process has read or written lately. A group's version covers its members and their
 * names (`showNewName`), so a list is right for exactly one version, whichever process writes.
 */
export class GroupMemberLists {
  readonly #lists = new LRUCache<string, VersionedList>({
    maxSize: MAX_MEMBERS,
    sizeCalculation: ({ members }) => members.length + 1,
    ttl: TTL_MS,
  });

  /** The members of the group in this version; undefined when they are not known. */
  get({ id, version }: Group): readonly ListedMember[] | undefined {
    const list = this.#lists.get(id);
    return list?.version === version ? list.members : undefined;
  }

  /** Notes the members of a version of a group as it was committed. */
  set({ id, version }: Pick<Group, 'id' | 'version'>, members: readonly ListedMember[]): void {
    this.#lists.set(id, { version, members });
  }

  /**
   * Notes the members of a group that was changed, if those of the version before are known.
   * @param before null for a new group
   * @param after the group as it was committed
   */
  follow(before: Group | null, after: Group, { joined, left }: Moves): void {
    const known = before === null ? [] : this.get(before);
    if (known === undefined) return;
    const gone = new Set(left.map(({ id }) => id));
    const stayed = gone.size === 0 ? known : known.filter(({ memberId }) => !gone.has(memberId));
    const added = joined.map(({ id, name }) => ({ memberId: id, name }));
    const members = [...stayed, ...added].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
    this.set(after, members);
  }
}
