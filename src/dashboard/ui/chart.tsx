import { useState } from 'react';
import { ListBox, ListBoxItem } from 'react-aria-components';
import { formatNumber } from '../app/formats.js';
import { useMessages } from '../app/messages.js';
import { Button } from './button.js';
import styles from './chart.module.css';

export interface Point {
  readonly id: string;
  /** The position on the horizontal axis, such as a day. */
  readonly label: string;
  /** Null when there is no value yet. */
  readonly value: number | null;
}

interface ChartProps {
  /** The title of the chart, for screen readers. */
  readonly label: string;
  /** The column titles of the table: the points, and the counted values. */
  readonly columns: readonly [string, string];
  readonly points: readonly Point[];
  readonly form: 'bars' | 'line';
  /** A dashed line at a value that matters, such as a limit, and what it is. */
  readonly mark?: { readonly value: number; readonly label: string } | undefined;
  /** Makes each point a choice, for the mouse and the keyboard. */
  readonly onSelect?: (id: string) => void;
}

const HEIGHT = 100;
const STEP = 10;

type ChoicesProps = Required<Pick<ChartProps, 'label' | 'points' | 'onSelect'>>;

/** The points as choices that lie over their bars. */
function Choices({ label, points, onSelect }: ChoicesProps) {
  return (
    <ListBox
      aria-label={label}
      className={styles.choices ?? ''}
      orientation="horizontal"
      items={points}
      onAction={(id) => onSelect(String(id))}
    >
      {({ id, label: name, value }) => (
        <ListBoxItem
          id={id}
          textValue={`${name}: ${formatNumber(value ?? 0)}`}
          className={styles.choice ?? ''}
        >
          <span className={styles.tip} title={`${name}: ${formatNumber(value ?? 0)}`} />
        </ListBoxItem>
      )}
    </ListBox>
  );
}

/** A chart of one series. Screen readers get the same figures as a table, and everybody else at the press of a button. */
export function Chart({ label, columns, points, form, mark, onSelect }: ChartProps) {
  const t = useMessages();
  const [isTableShown, setTableShown] = useState(false);
  const values = points.map(({ value }) => value ?? 0);
  const most = Math.max(1, mark?.value ?? 0, ...values);
  const y = (value: number) => HEIGHT - (value / most) * HEIGHT;
  const width = points.length * STEP;
  const line = points
    .flatMap(({ value }, index) => (value === null ? [] : [`${index * STEP + STEP / 2},${y(value)}`]))
    .join(' ');
  return (
    <figure className={styles.chart} aria-label={label}>
      <p className={styles.scale} aria-hidden="true">
        {formatNumber(most)}
      </p>
      {onSelect !== undefined && <Choices label={label} points={points} onSelect={onSelect} />}
      <svg
        className={styles.plot}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {form === 'line' && <polyline className={styles.line} points={line} />}
        {form === 'bars' &&
          points.map(({ id, value, label: name }, index) => (
            <rect
              key={id}
              className={styles.bar}
              x={index * STEP + 1}
              width={STEP - 2}
              y={y(value ?? 0)}
              height={HEIGHT - y(value ?? 0)}
            >
              <title>{`${name}: ${formatNumber(value ?? 0)}`}</title>
            </rect>
          ))}
        {mark !== undefined && (
          <line className={styles.mark} x1="0" x2={width} y1={y(mark.value)} y2={y(mark.value)} />
        )}
        <line className={styles.axis} x1="0" x2={width} y1={HEIGHT} y2={HEIGHT} />
      </svg>
      <div className={styles.ends} aria-hidden="true">
        <span>{points[0]?.label}</span>
        <span>{points.at(-1)?.label}</span>
      </div>
      {mark !== undefined && <p className={styles.legend}>{mark.label}</p>}
      <div className={styles.toggle}>
        <Button kind="quiet" onPress={() => setTableShown(!isTableShown)}>
          {t(isTableShown ? 'chart.hideTable' : 'chart.showTable')}
        </Button>
      </div>
      <div className={isTableShown ? undefined : 'visually-hidden'}>
        <table className={styles.table}>
          <thead>
            <tr>
              {columns.map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {points.map(({ id, label: name, value }) => (
              <tr key={id}>
                <th scope="row">{name}</th>
                <td>{value === null ? '–' : formatNumber(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}
