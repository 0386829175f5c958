import type { ReactNode } from 'react';
import { useMessages } from '../app/messages.js';
import { Button } from './button.js';
import styles from './pager.module.css';

/** Turns to a page; null when there is no such page. */
type Turn = (() => void) | null;

interface PagerProps {
  /** Absent in lists without such a button, as is `previous`. */
  readonly first?: Turn;
  readonly previous?: Turn;
  /** Says which page is shown. */
  readonly place?: string;
  readonly next: Turn;
}

/** The buttons that turn the pages of a list. A button keeps the focus when it leads no further. */
export function Pager({ first, previous, place, next }: PagerProps) {
  const t = useMessages();
  return (
    <nav className={styles.pager} aria-label={t('pager.label')}>
      {first !== undefined && <TurnButton turn={first}>{t('pager.first')}</TurnButton>}
      {previous !== undefined && <TurnButton turn={previous}>{t('pager.previous')}</TurnButton>}
      {place !== undefined && <span>{place}</span>}
      <TurnButton turn={next}>{t('pager.next')}</TurnButton>
    </nav>
  );
}

function TurnButton({ turn, children }: { readonly turn: Turn; readonly children: ReactNode }) {
  return <Button {...(turn === null ? { 'aria-disabled': true } : { onPress: turn })}>{children}</Button>;
}
