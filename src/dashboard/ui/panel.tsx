import { type ReactNode, useEffect, useId, useRef } from 'react';
import { clipped } from './clipped.js';
import { useKeptFocus } from './kept-focus.js';
import styles from './panel.module.css';

interface PageProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A screen: its title (also the document's), its actions, and its panels. */
export function Page({ title, lead, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Rollcall`;
  }, [title]);
  const page = useRef<HTMLDivElement>(null);
  useKeptFocus(page);
  return (
    <div ref={page} className={styles.page}>
      <header className={styles.header}>
        <div className={styles.headline}>
          <h1 className="clipped" title={title}>
            {title}
          </h1>
          {lead !== undefined && <p className={styles.lead}>{lead}</p>}
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** The number of items of a list, which screen readers announce when a search changes it (WCAG 4.1.3). */
export function Total({ children }: { readonly children: ReactNode }) {
  return <span role="status">{children}</span>;
}

interface PanelProps {
  readonly title?: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A section of a screen; with a title it is a landmark of that name. */
export function Panel({ title, actions, children }: PanelProps) {
  const id = useId();
  if (title === undefined) return <div className={styles.panel}>{children}</div>;
  return (
    <section className={styles.panel} aria-labelledby={id}>
      <div className={styles.header}>
        <h2 id={id}>{title}</h2>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </section>
  );
}

/** Panels side by side, as many as fit. */
export function Grid({ children }: { readonly children: ReactNode }) {
  return <div className={styles.grid}>{children}</div>;
}

/** A single large number. */
export function Figure({ children }: { readonly children: ReactNode }) {
  return <p className={styles.figure}>{children}</p>;
}

/** Names and their values. */
export function Facts({ facts }: { readonly facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{clipped(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
