import DataLoader from 'dataloader';
import type { Account } from '../../model/account.js';
import type { AuditEntry } from '../../model/audit-entry.js';
import type { Member } from '../../model/member.js';
import type { Workspace } from '../../model/workspace.js';
import type { ServiceContext } from '../../services/context/service-context.js';
import { type CreditPool, type MemberUsage, usagesOf } from '../../services/credits/queries.js';
import { type CreditDay, daysOf } from '../../services/credits/reports.js';
import { lookAlikesOf } from '../../services/members/look-alikes.js';
import { type MemberProblem, problemsOf } from '../../services/provisioning-log/member-problems.js';
import { findAccounts } from '../../services/rows/accounts.js';
import type { Named } from '../../services/rows/look-alikes.js';
import type { MemberRow } from '../../services/rows/members.js';
import { actorsOf } from '../../services/viewer/actors.js';
import { MOST_NODES, type NodeRow, byIds as nodesByIds } from '../../services/viewer/nodes.js';
import { get as getWorkspace } from '../../services/workspaces/queries.js';

/** Loaders of relations: each reads a relation of many rows in one statement. Most requests use few of them. */
export class Loaders {
  readonly #context: ServiceContext;
  #accounts: DataLoader<string, Account> | undefined;
  #workspaces: DataLoader<string, Workspace> | undefined;
  #creditDays: DataLoader<Pick<CreditPool, 'workspaceId' | 'month'>, CreditDay[]> | undefined;
  readonly #usages = new Map<string, DataLoader<MemberRow, MemberUsage | null>>();
  #auditActors: DataLoader<AuditEntry, object | null> | undefined;
  #memberProblems: DataLoader<Pick<Member, 'id' | 'workspaceId'>, MemberProblem[]> | undefined;
  #lookAlikes: DataLoader<Named, MemberRow | null> | undefined;
  #nodes: DataLoader<string, NodeRow | null> | undefined;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  get accounts() {
    this.#accounts ??= loader((ids) => findAccounts(this.#context.reads, ids));
    return this.#accounts;
  }

  get workspaces() {
    this.#workspaces ??= loader(async (ids) => {
      const found = await Promise.all(ids.map((id) => getWorkspace(this.#context, id)));
      return found.filter((workspace) => workspace !== null);
    });
    return this.#workspaces;
  }

  /** Not cached, because a client may use credits between two fields of a request. */
  get creditDays() {
    this.#creditDays ??= new DataLoader((pools) => daysOf(this.#context, pools), { cache: false });
    return this.#creditDays;
  }

  /** The usages of members of a workspace in a month; null: the current month. Not cached, as `creditDays`. */
  usages(workspaceId: string, month: string | null) {
    const key = `${workspaceId} ${month}`;
    const usages =
      this.#usages.get(key) ??
      new DataLoader((members) => usagesOf(this.#context, workspaceId, month, members), { cache: false });
    this.#usages.set(key, usages);
    return usages;
  }

  get auditActors() {
    this.#auditActors ??= new DataLoader((entries) => actorsOf(this.#context, entries));
    return this.#auditActors;
  }

  get memberProblems() {
    this.#memberProblems ??= new DataLoader((members) => problemsOf(this.#context, members));
    return this.#memberProblems;
  }

  get lookAlikes() {
    this.#lookAlikes ??= new DataLoader((people) => lookAlikesOf(this.#context, people));
    return this.#lookAlikes;
  }

  get nodes() {
    this.#nodes ??= new DataLoader((ids) => nodesByIds(this.#context, ids), { maxBatchSize: MOST_NODES });
    return this.#nodes;
  }
}

function loader<Row extends { id: string }>(
  fetch: (ids: readonly string[]) => Promise<Row[]>,
): DataLoader<string, Row> {
  return new DataLoader<string, Row>(async (ids) => {
    const rows = new Map((await fetch(ids)).map((row) => [row.id, row]));
    return ids.map((id) => rows.get(id) ?? new Error(`no row ${id}`));
  });
}
