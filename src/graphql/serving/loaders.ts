import DataLoader from 'dataloader';
import type { Account } from '../../model/account.js';
import type { AuditEntry } from '../../model/audit-entry.js';
import type { Member } from '../../model/member.js';
import type { Workspace } from '../../model/workspace.js';
import type { ServiceContext } from '../../services/context/service-context.js';
import type { CreditPool } from '../../services/credits/queries.js';
import { type CreditDay, daysOf } from '../../services/credits/reports.js';
import { lookAlikesOf } from '../../services/members/look-alikes.js';
import { type MemberProblem, problemsOf } from '../../services/provisioning-log/member-problems.js';
import { findAccounts } from '../../services/rows/accounts.js';
import type { Named } from '../../services/rows/look-alikes.js';
import type { MemberRow } from '../../services/rows/members.js';
import { actorsOf } from '../../services/viewer/actors.js';
import { MOST_NODES, type NodeRow, byIds as nodesByIds } from '../../services/viewer/nodes.js';
import { get as getWorkspace } from '../../services/workspaces/queries.js';

/** Loaders of relations: each reads a relation of many rows in one statement. */
export interface Loaders {
  readonly accounts: DataLoader<string, Account>;
  readonly workspaces: DataLoader<string, Workspace>;
  /** Not cached, because a client may use credits between two fields of a request. */
  readonly creditDays: DataLoader<Pick<CreditPool, 'workspaceId' | 'month'>, CreditDay[]>;
  readonly auditActors: DataLoader<AuditEntry, object | null>;
  readonly memberProblems: DataLoader<Pick<Member, 'id' | 'workspaceId'>, MemberProblem[]>;
  readonly lookAlikes: DataLoader<Named, MemberRow | null>;
  readonly nodes: DataLoader<string, NodeRow | null>;
}

export function createLoaders(context: ServiceContext): Loaders {
  return {
    accounts: loader((ids) => findAccounts(context.reads, ids)),
    workspaces: loader(async (ids) => {
      const found = await Promise.all(ids.map((id) => getWorkspace(context, id)));
      return found.filter((workspace) => workspace !== null);
    }),
    creditDays: new DataLoader((pools) => daysOf(context, pools), { cache: false }),
    auditActors: new DataLoader((entries) => actorsOf(context, entries)),
    memberProblems: new DataLoader((members) => problemsOf(context, members)),
    lookAlikes: new DataLoader((people) => lookAlikesOf(context, people)),
    nodes: new DataLoader((ids) => nodesByIds(context, ids), { maxBatchSize: MOST_NODES }),
  };
}

function loader<Row extends { id: string }>(
  fetch: (ids: readonly string[]) => Promise<Row[]>,
): DataLoader<string, Row> {
  return new DataLoader<string, Row>(async (ids) => {
    const rows = new Map((await fetch(ids)).map((row) => [row.id, row]));
    return ids.map((id) => rows.get(id) ?? new Error(`no row ${id}`));
  });
}
