import { type ReactNode, useState } from 'react';
import { useMessages } from '../app/messages.js';
import { Button } from '../ui/button.js';
import styles from './pages.module.css';

interface PageInfo {
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
}

/**
 * The page of a list whose page is not part of the URL.
 * @returns the cursor after which the page begins, and the buttons that turn pages; none when there is only one page
 */
export function usePages(): {
  readonly after: string | null;
  readonly pager: (info: PageInfo) => ReactNode;
  readonly restart: () => void;
} {
  const t = useMessages();
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  const pager = ({ endCursor, hasNextPage }: PageInfo) =>
    (hasNextPage || cursors.length > 1) && (
      <nav className={styles.pager} aria-label={t('pager.label')}>
        <Button isDisabled={cursors.length === 1} onPress={() => setCursors(cursors.slice(0, -1))}>
          {t('pager.previous')}
        </Button>
        <Button isDisabled={!hasNextPage} onPress={() => setCursors([...cursors, endCursor])}>
          {t('pager.next')}
        </Button>
      </nav>
    );
  return { after: cursors.at(-1) ?? null, pager, restart: () => setCursors([null]) };
}
