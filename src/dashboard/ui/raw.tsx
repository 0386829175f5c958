import type { ReactNode } from 'react';
import { useMessages } from '../app/messages.js';
import styles from './raw.module.css';

/** Values as the API has them, which appear at the press of a line. */
export function Raw({ value, children }: { readonly value: unknown; readonly children?: ReactNode }) {
  const t = useMessages();
  return (
    <details className={styles.raw}>
      <summary>{t('raw.show')}</summary>
      {children}
      <pre>
        <code>{JSON.stringify(value, null, 2)}</code>
      </pre>
    </details>
  );
}
