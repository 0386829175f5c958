import { useMemo, useState } from 'react';
import type { AccessModel, MemberOrderField } from '../../app/schema.generated.js';

export type ColumnId =
  | 'person'
  | 'access'
  | 'limit'
  | 'used'
  | 'groups'
  | 'managedBy'
  | 'status'
  | 'createdAt'
  | 'updatedAt';

/** A column of the members table. */
export interface Column {
  readonly id: ColumnId;
  /** The order of the list that the column's header selects; undefined when there is none. */
  readonly sort?: MemberOrderField;
  readonly isHideable: boolean;
  readonly isShownAtFirst: boolean;
}

const ALWAYS = { isHideable: false, isShownAtFirst: true };
const SHOWN = { isHideable: true, isShownAtFirst: true };
const HIDDEN = { isHideable: true, isShownAtFirst: false };

const LAST_COLUMNS: readonly Column[] = [
  { id: 'groups', ...SHOWN },
  { id: 'managedBy', sort: 'MANAGED_BY', ...SHOWN },
  { id: 'status', sort: 'ACTIVE', ...SHOWN },
  { id: 'createdAt', sort: 'CREATED_AT', ...SHOWN },
  { id: 'updatedAt', sort: 'UPDATED_AT', ...HIDDEN },
];

const COLUMNS: Readonly<Record<AccessModel, readonly Column[]>> = {
  V1: [
    { id: 'person', sort: 'USER_NAME', ...ALWAYS },
    { id: 'access', sort: 'SEAT_TYPE', ...SHOWN },
    ...LAST_COLUMNS,
  ],
  V2: [
    { id: 'person', sort: 'USER_NAME', ...ALWAYS },
    { id: 'access', sort: 'ROLE', ...SHOWN },
    { id: 'limit', sort: 'CREDIT_LIMIT', ...SHOWN },
    { id: 'used', sort: 'CREDITS_USED', ...SHOWN },
    ...LAST_COLUMNS,
  ],
};

/** The columns that a workspace can show. */
export const columnsOf = (model: AccessModel): readonly Column[] => COLUMNS[model];

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
