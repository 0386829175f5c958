import { useState } from 'react';
import { formatNumber } from '../../../app/formats.js';
import { useMessages } from '../../../app/messages.js';
import { Button } from '../../../ui/button.js';
import { Checkbox } from '../../../ui/field.js';
import { Badge, Notice } from '../../../ui/notice.js';
import { Pager } from '../../../ui/pager.js';
import { Panel } from '../../../ui/panel.js';
import { PlainTable } from '../../../ui/plain-table.js';
import styles from '../invitations.module.css';
import type { CsvResult } from './run.js';

/** The rows of one page. */
const PAGE_SIZE = 100;

interface PreviewProps {
  readonly name: string;
  readonly result: CsvResult;
  readonly onCancel: () => void;
  readonly onInvite: () => void;
}

/** The verdict on each row of a file, before anything is sent. */
export function Preview({ name, result: { verdicts, ignoredColumns }, onCancel, onInvite }: PreviewProps) {
  const t = useMessages();
  const refused = verdicts.filter(({ refusal }) => refusal !== null);
  const noted = verdicts.filter(({ refusal, warning }) => refusal !== null || warning !== null);
  const [isNotedOnly, setNotedOnly] = useState(noted.length > 0);
  const [page, setPage] = useState(0);
  const shown = isNotedOnly ? noted : verdicts;
  const invited = verdicts.length - refused.length;
  const last = Math.max(0, Math.ceil(shown.length / PAGE_SIZE) - 1);
  return (
    <Panel title={name}>
      <p role="status">
        {t('csv.verdict', {
          count: invited,
          invited: formatNumber(invited),
          refused: refused.length,
          total: verdicts.length,
        })}
      </p>
      {ignoredColumns.length > 0 && (
        <Notice tone="warning" title={t('csv.ignored', { columns: ignoredColumns.join(', ') })} />
      )}
      <div className={styles.toolbar}>
        <Checkbox
          isSelected={isNotedOnly}
          onChange={(isSelected) => {
            setNotedOnly(isSelected);
            setPage(0);
          }}
        >
          {t('csv.notedOnly')}
        </Checkbox>
      </div>
      {shown.length > 0 && (
        <PlainTable
          label={name}
          columns={[t('csv.row'), t('add.address'), t('csv.result'), t('csv.reason')]}
          rows={shown
            .slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE)
            .map(({ line, email, refusal, warning }) => ({
              id: String(line),
              cells: [
                formatNumber(line),
                email,
                <Badge
                  key="result"
                  tone={refusal !== null ? 'danger' : warning !== null ? 'warning' : 'success'}
                >
                  {t(refusal === null ? 'csv.willInvite' : 'csv.refused')}
                </Badge>,
                refusal ?? warning,
              ],
            }))}
        />
      )}
      {last > 0 && (
        <Pager
          previous={page === 0 ? null : () => setPage(page - 1)}
          place={t('meter.of', { used: formatNumber(page + 1), total: formatNumber(last + 1) })}
          next={page === last ? null : () => setPage(page + 1)}
        />
      )}
      <div className={styles.toolbar}>
        <Button kind="primary" isDisabled={invited === 0} onPress={onInvite}>
          {t('csv.invite', { count: invited, formatted: formatNumber(invited) })}
        </Button>
        <Button onPress={onCancel}>{t('csv.another')}</Button>
      </div>
    </Panel>
  );
}
