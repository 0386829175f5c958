import { formatNumber } from '../../../app/formats.js';
import { useMessages } from '../../../app/messages.js';
import { useWorkspace } from '../../../app/workspace.js';
import { Button } from '../../../ui/button.js';
import styles from '../toolbar.module.css';
import type { BulkAction } from './action.js';
import { countOf, type Selected } from './selection.js';

interface SelectionBarProps {
  readonly selected: Selected;
  /** How many members match the filter. */
  readonly total: number;
  readonly onSelectAll: () => void;
  readonly onClear: () => void;
  readonly onOpen: (action: BulkAction) => void;
}

/** The actions on the selected members. */
export function SelectionBar({ selected, total, onSelectAll, onClear, onOpen }: SelectionBarProps) {
  const t = useMessages();
  const { accessModel } = useWorkspace();
  const count = countOf(selected);
  if (count === 0) return null;
  return (
    <section className={styles.selection} aria-label={t('bulk.label')}>
      <strong aria-live="polite">{t('bulk.selected', { count, formatted: formatNumber(count) })}</strong>
      {selected.kind === 'rows' && total > count && (
        <Button kind="quiet" onPress={onSelectAll}>
          {t('bulk.selectAll', { formatted: formatNumber(total) })}
        </Button>
      )}
      <Button kind="quiet" onPress={onClear}>
        {t('bulk.clear')}
      </Button>
      <span className={styles.spring} />
      <Button onPress={() => onOpen('setAccess')}>{t('action.setAccess')}</Button>
      {accessModel === 'V2' && (
        <>
          <Button onPress={() => onOpen('setCreditLimit')}>{t('action.setCreditLimit')}</Button>
          <Button onPress={() => onOpen('clearCreditLimit')}>{t('limit.clear')}</Button>
        </>
      )}
      <Button kind="danger" onPress={() => onOpen('remove')}>
        {t('action.remove')}
      </Button>
    </section>
  );
}
