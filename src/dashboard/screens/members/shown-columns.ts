import { useMemo, useState } from 'react';
import type { AccessModel } from '../../app/schema.generated.js';
import { type ColumnId, columnsOf } from './columns.js';

const keyOf = (model: AccessModel) => `rollcall.members.columns.${model}`;

function stored(model: AccessModel): ReadonlySet<ColumnId> {
  const text = localStorage.getItem(keyOf(model));
  const shown = columnsOf(model).filter((column) =>
    text === null ? column.isShownAtFirst : !column.isHideable || text.split(',').includes(column.id),
  );
  return new Set(shown.map(({ id }) => id));
}

/** The visible columns, and a function that chooses them. The browser stores the choice. */
export function useColumns(model: AccessModel) {
  const [shown, setShown] = useState(() => stored(model));
  const choose = (ids: ReadonlySet<ColumnId>) => {
    localStorage.setItem(keyOf(model), [...ids].join(','));
    setShown(stored(model));
  };
  const columns = useMemo(() => columnsOf(model).filter(({ id }) => shown.has(id)), [model, shown]);
  return { columns, shown, choose };
}
