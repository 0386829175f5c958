import { useMessages } from '../../app/messages.js';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { Facts } from '../../ui/panel.js';
import { PlainTable } from '../../ui/plain-table.js';
import { Time } from '../../ui/time.js';
import type { AuditLogQuery } from './audit-log.generated.js';

type AuditLog = NonNullable<NonNullable<AuditLogQuery['workspace']>['auditLog']>;
export type Entry = AuditLog['nodes'][number];

/** One change in full, with each attribute before and after it. */
export function EntryDialog({ entry, onClose }: { readonly entry: Entry; readonly onClose: () => void }) {
  const t = useMessages();
  return (
    <Dialog
      title={entry.action}
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
          [t('audit.target'), `${entry.targetLabel} (${entry.targetType})`],
          [t('audit.targetId'), entry.targetId],
          [t('audit.requestId'), entry.requestId],
        ]}
      />
      <Changes changes={entry.changes} />
    </Dialog>
  );
}

/** Attributes before and after a change. */
export function Changes({ changes }: { readonly changes: Readonly<Record<string, unknown>> }) {
  const t = useMessages();
  const entries = Object.entries(changes);
  if (entries.length === 0) return <p>{t('audit.noChanges')}</p>;
  return (
    <PlainTable
      label={t('history.changes')}
      columns={[t('audit.attribute'), t('audit.before'), t('audit.after')]}
      rows={entries.map(([attribute, change]) => ({
        id: attribute,
        cells: [
          attribute,
          <code key="before">{textOf(change, 'before')}</code>,
          <code key="after">{textOf(change, 'after')}</code>,
        ],
      }))}
    />
  );
}

function textOf(change: unknown, side: 'before' | 'after'): string {
  const value: unknown =
    typeof change === 'object' && change !== null ? Reflect.get(change, side) : undefined;
  if (value === null || value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
