import type { ComponentProps, ReactNode } from 'react';
import {
  Checkbox as AriaCheckbox,
  Column as AriaColumn,
  Row as AriaRow,
  Table as AriaTable,
  TableHeader as AriaTableHeader,
  Cell,
} from 'react-aria-components';
import { useMessages } from '../app/messages.js';
import field from './field.module.css';
import { CheckIcon, DashIcon, DownIcon, UpIcon } from './icons.js';
import styles from './table.module.css';

export { Cell, TableBody } from 'react-aria-components';

type Plain<Props> = Omit<Props, 'className' | 'style' | 'children'>;

interface TableFrameProps {
  /** Whether newer rows are on their way. */
  readonly isBusy: boolean;
  readonly children: ReactNode;
}

/** The scrolling area of a table. It renders again without the table, whose rows take long. */
export function TableFrame({ isBusy, children }: TableFrameProps) {
  return (
    <div className={isBusy ? `${styles.scroll} ${styles.busy}` : styles.scroll} aria-busy={isBusy}>
      {children}
    </div>
  );
}

interface TableProps extends Plain<ComponentProps<typeof AriaTable>> {
  readonly label: string;
  readonly children: ReactNode;
}

/** A table whose rows can be selected and ordered. Arrow keys move in it, and Tab leaves it. */
export function Table({ label, ...rest }: TableProps) {
  return <AriaTable {...rest} aria-label={label} className={styles.table ?? ''} />;
}

/** The header of a table whose rows can be selected: the first column selects all of them. */
export function SelectableHeader({ children }: { readonly children: ReactNode }) {
  const t = useMessages();
  return (
    <AriaTableHeader>
      <AriaColumn className={`${styles.column} ${styles.narrow}`} aria-label={t('table.select')}>
        <SelectionBox />
      </AriaColumn>
      {children}
    </AriaTableHeader>
  );
}

interface ColumnProps extends Plain<ComponentProps<typeof AriaColumn>> {
  readonly children: string;
  /** Whether the title is only for screen readers. */
  readonly isTitleHidden?: boolean;
}

/** The header of a column; pressing it sorts by the column when `allowsSorting` is set. */
export function Column({ children: title, isTitleHidden = false, ...rest }: ColumnProps) {
  return (
    <AriaColumn {...rest} className={styles.column ?? ''}>
      {({ sortDirection }) => (
        <span className={styles.title}>
          <span className={isTitleHidden ? 'visually-hidden' : undefined}>{title}</span>
          {sortDirection === 'ascending' && <UpIcon />}
          {sortDirection === 'descending' && <DownIcon />}
        </span>
      )}
    </AriaColumn>
  );
}

interface RowProps extends Plain<ComponentProps<typeof AriaRow>> {
  /** Shows the row in faint colours, because its object no longer exists. */
  readonly isFaint?: boolean;
  readonly children: ReactNode;
}

/** A row that can be selected by its checkbox. */
export function SelectableRow({ isFaint = false, children, ...rest }: RowProps) {
  return (
    <AriaRow {...rest} className={isFaint ? `${styles.row} ${styles.faint}` : (styles.row ?? '')}>
      <Cell className={styles.narrow ?? ''}>
        <SelectionBox />
      </Cell>
      {children}
    </AriaRow>
  );
}

function SelectionBox() {
  return (
    <AriaCheckbox slot="selection" className={field.checkbox ?? ''}>
      {({ isIndeterminate }) => (
        <span className={field.box}>{isIndeterminate ? <DashIcon /> : <CheckIcon />}</span>
      )}
    </AriaCheckbox>
  );
}
