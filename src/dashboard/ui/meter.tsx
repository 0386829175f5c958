import { Meter as AriaMeter, Label } from 'react-aria-components';
import styles from './meter.module.css';

interface MeterProps {
  /** The measured quantity, for its accessible name. */
  readonly label: string;
  readonly used: number;
  readonly total: number;
  /** The values as text, such as "120 of 500". */
  readonly text: string;
  readonly isLabelShown?: boolean;
  /** `plain` bars compare amounts: a full one is not a warning. */
  readonly tone?: 'limit' | 'plain';
}

/** The used part of a limit; red when nothing is left. */
export function Meter({ label, used, total, text, isLabelShown = false, tone = 'limit' }: MeterProps) {
  const share = total === 0 ? 1 : Math.min(1, used / total);
  return (
    <AriaMeter
      className={styles.meter ?? ''}
      value={share * 100}
      valueLabel={text}
      {...(isLabelShown ? {} : { 'aria-label': label })}
    >
      <div className={styles.caption}>
        {isLabelShown && <Label>{label}</Label>}
        <span>{text}</span>
      </div>
      <div className={styles.track}>
        <div
          className={share >= 1 && tone === 'limit' ? `${styles.fill} ${styles.full}` : styles.fill}
          style={{ width: `${share * 100}%` }}
        />
      </div>
    </AriaMeter>
  );
}
