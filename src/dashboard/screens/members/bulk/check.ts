import { useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import type { MemberFilter, MembersBulkChange } from '../../../app/schema.generated.js';
import { judgeAll, readTargets, type Verdict } from './run.js';
import type { Selected } from './selection.js';

/** The progress of the dry run. */
export type Check =
  | { readonly state: 'none' }
  | { readonly state: 'running'; readonly done: number; readonly total: number }
  | { readonly state: 'done'; readonly change: MembersBulkChange; readonly verdicts: readonly Verdict[] }
  | { readonly state: 'failed'; readonly message: string };

const NONE: Check = { state: 'none' };

/** Runs a bulk change as a dry run before it can be made. */
export function useCheck(workspaceId: string, selected: Selected, filter: MemberFilter) {
  const client = useClient();
  const [check, setCheck] = useState<Check>(NONE);
  /** The number of the newest dry run; the results of older ones are ignored. */
  const newest = useRef(0);
  useEffect(
    () => () => {
      newest.current += 1;
    },
    [],
  );

  const reset = () => {
    newest.current += 1;
    setCheck(NONE);
  };
  const run = async (change: MembersBulkChange) => {
    newest.current += 1;
    const mine = newest.current;
    const update = (next: Check) => mine === newest.current && setCheck(next);
    const report = (done: number, total: number) => update({ state: 'running', done, total });
    report(0, selected.kind === 'all' ? selected.count : selected.rows.size);
    try {
      const targets =
        selected.kind === 'all'
          ? await readTargets(client, workspaceId, filter, report)
          : [...selected.rows.values()];
      if (mine !== newest.current) return;
      const verdicts = await judgeAll(client, workspaceId, targets, change, report);
      update({ state: 'done', change, verdicts });
    } catch (error) {
      update({ state: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  };
  return { check, run, reset };
}
