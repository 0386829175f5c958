import DataLoader from 'dataloader';
import type { Account } from '../../model/account.js';
import type { Workspace } from '../../model/workspace.js';
import type { ServiceContext } from '../../services/context/service-context.js';
import type { CreditPool } from '../../services/credits/queries.js';
import * as creditReports from '../../services/credits/reports.js';
import { findAccounts } from '../../services/rows/accounts.js';
import { get as getWorkspace } from '../../services/workspaces/queries.js';

/** Relations of many rows, each fetched in one statement. */
export interface Loaders {
  readonly accounts: DataLoader<string, Account>;
  readonly workspaces: DataLoader<string, Workspace>;
  /** Of pools of several months. Not remembered: credits may be used between two questions of a request. */
  readonly creditDays: DataLoader<Pick<CreditPool, 'workspaceId' | 'month'>, creditReports.CreditDay[]>;
}

export function createLoaders(context: ServiceContext): Loaders {
  return {
    accounts: loader((ids) => findAccounts(context.reads, ids)),
    workspaces: loader(async (ids) => {
      const found = await Promise.all(ids.map((id) => getWorkspace(context, id)));
      return found.filter((workspace) => workspace !== null);
    }),
    creditDays: new DataLoader((pools) => creditReports.daysOf(context, pools), { cache: false }),
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
