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
