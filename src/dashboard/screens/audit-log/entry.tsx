import { actionText, targetTypeText } from '../../app/audit-action.js';
import { changesInWords } from '../../app/changes.js';
import { useMessages } from '../../app/messages.js';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { Facts } from '../../ui/panel.js';
import { PlainTable } from '../../ui/plain-table.js';
import { Raw } from '../../ui/raw.js';
import { Time } from '../../ui/time.js';
import type { AuditLogQuery } from './audit-log.generated.js';

type AuditLog = NonNullable<NonNullable<AuditLogQuery['workspace']>['auditLog']>;
export type Entry = AuditLog['nodes'][number];

/** One change in full, with each attribute before and after it. */
export function EntryDialog({ entry, onClose }: { readonly entry: Entry; readonly onClose: () => void }) {
  const t = useMessages();
  return (
    <Dialog
      title={actionText(entry.action, t)}
      onClose={onClose}
      onSubmit={onClose}
      isWide
      actions={<Button type="submit">{t('audit.close')}</Button>}
    >
      <Facts
        facts={[
          [t('history.at'), <Time key="at" at={entry.at} />],
          [
            t('history.by'),
            t('history.actor', { actor: entry.actorLabel, channel: t(`channel.${entry.channel}`) }),
          ],
          [
            t('audit.target'),
            t('value.ofType', { value: entry.targetLabel, type: targetTypeText(entry.targetType, t) }),
          ],
        ]}
      />
      <Changes changes={entry.changes} />
      <Raw value={entry.changes}>
        <Facts
          facts={[
            [t('history.action'), entry.action],
            [t('audit.targetId'), entry.targetId],
            [t('audit.requestId'), entry.requestId],
          ]}
        />
      </Raw>
    </Dialog>
  );
}

/** Attributes before and after a change, in words. */
export function Changes({ changes }: { readonly changes: Readonly<Record<string, unknown>> }) {
  const t = useMessages();
  const shown = changesInWords(changes, t);
  if (shown.length === 0) return <p>{t('audit.noChanges')}</p>;
  return (
    <PlainTable
      label={t('history.changes')}
      columns={[t('audit.attribute'), t('audit.before'), t('audit.after')]}
      rows={shown.map(({ attribute, label, before, after }) => ({
        id: attribute,
        cells: [label, before, after],
      }))}
    />
  );
}
