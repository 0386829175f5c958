import { Label, ProgressBar } from 'react-aria-components';
import { formatNumber } from '../app/formats.js';
import { useMessages } from '../app/messages.js';
import styles from './meter.module.css';

interface ProgressProps {
  readonly label: string;
  readonly done: number;
  readonly total: number;
}

/** The progress of a long job. */
export function Progress({ label, done, total }: ProgressProps) {
  const t = useMessages();
  const share = total === 0 ? 0 : (done / total) * 100;
  const text = t('meter.of', { used: formatNumber(done), total: formatNumber(total) });
  return (
    <ProgressBar className={styles.meter ?? ''} value={share} valueLabel={text}>
      <div className={styles.caption}>
        <Label>{label}</Label>
        <span>{text}</span>
      </div>
      <div className={styles.track}>
        <div className={styles.fill} style={{ width: `${share}%` }} />
      </div>
    </ProgressBar>
  );
}
