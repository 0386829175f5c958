import type { Changed } from './audit-log.js';
import type { Follower } from './follower.js';

/** How often every permission is checked again, should nothing have told of a change. */
const CHECK_MS = 30_000;
/** How many permissions are checked at once. */
const MOST_AT_ONCE = 20;
/** The pause after a round of checks, as a multiple of its duration, so that many changes of sessions do not slow requests. */
const PAUSES_PER_ROUND = 9;

type AnyFollower = Pick<
  Follower<unknown>,
  'workspaceId' | 'memberId' | 'isDoubtful' | 'doubt' | 'settleDoubt'
>;

/** Notes which followers' permission may have changed, and checks them in rounds. */
export class Doubts {
  readonly #followers = new Map<string, Set<AnyFollower>>();
  readonly #timer: NodeJS.Timeout;
  #round: NodeJS.Timeout | undefined;
  #isChecking = false;
  #isStopped = false;

  constructor() {
    this.#timer = setInterval(() => this.raise(), CHECK_MS).unref();
  }

  watch(follower: AnyFollower): void {
    const others = this.#followers.get(follower.workspaceId);
    if (others === undefined) this.#followers.set(follower.workspaceId, new Set([follower]));
    else others.add(follower);
  }

  forget(follower: AnyFollower): void {
    const others = this.#followers.get(follower.workspaceId);
    others?.delete(follower);
    if (others?.size === 0) this.#followers.delete(follower.workspaceId);
  }

  /** Doubts every permission. */
  raise(): void {
    for (const followers of this.#followers.values()) for (const follower of followers) follower.doubt();
    this.#check();
  }

  /** The members who follow logs of a workspace. */
  memberIds(workspaceId: string): string[] {
    const ids = [...(this.#followers.get(workspaceId) ?? [])].map(({ memberId }) => memberId);
    return [...new Set(ids)].filter((id) => id !== null);
  }

  /**
   * Doubts the permissions that changes in a workspace may have changed. A change of a member concerns the member alone;
   * any other one concerns everybody in the workspace.
   */
  raisedBy(workspaceId: string, changes: readonly Changed[]): void {
    if (changes.length === 0) return;
    for (const { targetType, targetId } of changes) {
      for (const follower of this.#followers.get(workspaceId) ?? [])
        if (targetType !== 'member' || follower.memberId === targetId) follower.doubt();
    }
    this.#check();
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
    clearTimeout(this.#round);
  }

  #check(): void {
    if (this.#isChecking || this.#isStopped) return;
    this.#isChecking = true;
    void this.#checkDoubtful();
  }

  /** A follower with a new entry does not wait for a round: it checks before it returns the entry. */
  async #checkDoubtful(): Promise<void> {
    const began = performance.now();
    const doubtful = [...this.#followers.values()].flatMap((all) => [...all].filter((one) => one.isDoubtful));
    const next = doubtful.values();
    const worker = async () => {
      for (const follower of next) await follower.settleDoubt();
    };
    await Promise.all(Array.from({ length: Math.min(MOST_AT_ONCE, doubtful.length) }, worker));
    if (this.#isStopped) return;
    this.#round = setTimeout(
      () => {
        this.#isChecking = false;
        const isAnyLeft = [...this.#followers.values()].some((all) => [...all].some((one) => one.isDoubtful));
        if (isAnyLeft) this.#check();
      },
      PAUSES_PER_ROUND * (performance.now() - began) + 10,
    ).unref();
  }
}
