import type { ReactNode } from 'react';
import { clipped } from './clipped.js';
import styles from './table.module.css';

interface PlainTableProps {
  /** The content of the table, only for screen readers. */
  readonly label: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly id: string; readonly cells: readonly ReactNode[] }[];
}

/** A table without selection and actions. Its first column names the rows. */
export function PlainTable({ label, columns, rows }: PlainTableProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
    <div className={styles.scroll} role="group" aria-label={label} tabIndex={0}>
      <table className={`${styles.table} ${styles.plain}`}>
        <thead>
          <tr>
            {columns.map((title) => (
              <th key={title} scope="col" className={styles.column}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, cells }) => (
            <tr key={id} className={styles.row}>
              {cells.map((cell, index) => (
                <td key={columns[index]}>{clipped(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
