import type { ReactNode } from 'react';
import { useAnnouncement } from './announcer.js';
import styles from './notice.module.css';

export type Tone = 'neutral' | 'danger' | 'warning' | 'success';

function toned(base: string | undefined, tone: Tone): string {
  return tone === 'neutral' ? `${base}` : `${base} ${styles[tone]}`;
}

interface NoticeProps {
  readonly tone?: Tone;
  readonly title: string;
  /** What to do. */
  readonly hint?: ReactNode;
  readonly actions?: ReactNode;
}

/** A message to the viewer; screen readers announce `danger` at once. */
export function Notice({ tone = 'neutral', title, hint, actions }: NoticeProps) {
  return (
    <div className={toned(styles.notice, tone)} role={tone === 'danger' ? 'alert' : 'status'}>
      <div className={styles.text}>
        <p className={styles.title}>{title}</p>
        {hint != null && <p className={styles.hint}>{hint}</p>}
      </div>
      {actions}
    </div>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}

/** Shown, and announced, in place of an empty list, with the next step. */
export function Empty({ title, children, actions }: EmptyProps) {
  useAnnouncement(title);
  return (
    <div className={styles.empty}>
      <h2>{title}</h2>
      {children !== undefined && <p>{children}</p>}
      {actions}
    </div>
  );
}

/** A short label of a state. */
export function Badge({
  tone = 'neutral',
  title,
  children,
}: {
  readonly tone?: Tone;
  /** More about it, for the mouse. */
  readonly title?: string;
  readonly children: ReactNode;
}) {
  return (
    <span className={toned(styles.badge, tone)} title={title}>
      {children}
    </span>
  );
}

/** The widths of the lines of a skeleton, so that they look like text. */
const LINES = ['100%', '86%', '64%', '92%', '78%', '70%'] as const;

/** The placeholder of content that is loading. */
export function Skeleton({ label }: { readonly label: string }) {
  return (
    <div className={styles.skeleton} role="status" aria-label={label} aria-busy="true">
      {LINES.map((width) => (
        <div key={width} className={styles.bar} style={{ width }} />
      ))}
    </div>
  );
}
