import { useMessages } from '../../app/messages.js';
import { Button } from '../../ui/button.js';
import type { MembersPageQuery } from './members.generated.js';
import styles from './toolbar.module.css';
import type { ChangeView } from './view.js';

type PageInfo = NonNullable<NonNullable<MembersPageQuery['workspace']>['members']>['pageInfo'];

interface PagerProps {
  readonly pageInfo: PageInfo;
  readonly onTurn: ChangeView;
}

/** Turns the pages of the table. */
export function Pager({ pageInfo, onTurn }: PagerProps) {
  const t = useMessages();
  const { startCursor, endCursor, hasNextPage, hasPreviousPage } = pageInfo;
  if (!hasNextPage && !hasPreviousPage) return null;
  return (
    <nav className={styles.pager} aria-label={t('pager.label')}>
      <Button isDisabled={!hasPreviousPage} onPress={() => onTurn({})}>
        {t('pager.first')}
      </Button>
      <Button isDisabled={!hasPreviousPage} onPress={() => onTurn({ before: startCursor })}>
        {t('pager.previous')}
      </Button>
      <Button isDisabled={!hasNextPage} onPress={() => onTurn({ after: endCursor })}>
        {t('pager.next')}
      </Button>
    </nav>
  );
}
