import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Selection } from 'react-aria-components';
import type { MemberRow } from '../person.js';

/** The members of a bulk change: rows of one or more pages, or all that match the filter. */
export type Selected =
  | { readonly kind: 'rows'; readonly rows: ReadonlyMap<string, MemberRow> }
  | { readonly kind: 'all'; readonly count: number };

const NOBODY: Selected = { kind: 'rows', rows: new Map() };

/**
 * The selection of the members table. It is kept when the page is turned, and ends when the filter changes.
 * @param members the rows of the page
 * @param filterKey changes when the filter does
 */
export function useMembersSelection(members: readonly MemberRow[], filterKey: string) {
  const [selected, setSelected] = useState<Selected>(NOBODY);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter ends the selection.
  useEffect(() => setSelected(NOBODY), [filterKey]);

  const select = useCallback(
    (keys: Selection) =>
      setSelected((before) => {
        const kept = before.kind === 'rows' ? before.rows : new Map(members.map((row) => [row.id, row]));
        const onPage = new Set(members.map(({ id }) => id));
        const rows = new Map([...kept].filter(([id]) => !onPage.has(id)));
        for (const row of members) if (keys === 'all' || keys.has(row.id)) rows.set(row.id, row);
        return { kind: 'rows', rows };
      }),
    [members],
  );
  const keys: Selection = useMemo(() => {
    const ids = selected.kind === 'all' ? members.map(({ id }) => id) : selected.rows.keys();
    return new Set(ids);
  }, [selected, members]);
  const clear = useCallback(() => setSelected(NOBODY), []);
  return { selected, keys, select, clear, selectAll: (count: number) => setSelected({ kind: 'all', count }) };
}

export function countOf(selected: Selected): number {
  return selected.kind === 'all' ? selected.count : selected.rows.size;
}
