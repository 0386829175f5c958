import { useMemo, useState } from 'react';
import { actionText } from '../../app/audit-action.js';
import { useLiveList } from '../../app/live.js';
import { useMessages } from '../../app/messages.js';
import { useKnownPage } from '../../app/parameters.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { Loaded } from '../../ui/loaded.js';
import { Empty } from '../../ui/notice.js';
import { Pager } from '../../ui/pager.js';
import { Page } from '../../ui/panel.js';
import { PlainTable } from '../../ui/plain-table.js';
import { Time } from '../../ui/time.js';
import { ChangedNotice } from '../changed-notice.js';
import { ExportButton } from '../export.js';
import { Forbidden } from '../forbidden.js';
import { useDelayed } from '../members/delayed.js';
import { AuditLogDocument } from './audit-log.generated.js';
import { type Entry, EntryDialog } from './entry.js';
import { Filters } from './filters.js';
import { filterOf, useAuditView } from './view.js';

/** Settings → Audit log. The filters and the page are in the URL. */
export default function AuditLogScreen() {
  const t = useMessages();
  const { id: workspaceId, viewerCan } = useWorkspace();
  const isOpen = viewerCan.readAuditLog.allowed;
  const [view, change] = useAuditView();
  const search = useDelayed(view.search);
  const filter = filterOf({ ...view, search });
  const key = JSON.stringify(filter);
  const after = view.after === '' ? null : view.after;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key has all of the filter.
  const variables = useMemo(() => ({ workspaceId, after, filter }), [workspaceId, after, key]);
  const live = useLiveList(
    { query: AuditLogDocument, variables, pause: !isOpen },
    ({ workspace }) => workspace?.auditLog?.nodes,
  );
  useKnownPage(live.query.error);
  const [entry, setEntry] = useState<Entry | null>(null);
  if (!isOpen) return <Forbidden title={t('audit.title')} ability={viewerCan.readAuditLog} />;
  return (
    <Page
      title={t('audit.title')}
      actions={
        <ExportButton
          url={`/exports/workspaces/${workspaceId}/audit.jsonl?filter=${encodeURIComponent(key)}`}
        >
          {t('audit.export')}
        </ExportButton>
      }
    >
      <Filters view={view} onChange={change} />
      <ChangedNotice live={live} />
      <Loaded query={live.query} onRetry={live.show}>
        {({ workspace }) => {
          const log = workspace?.auditLog;
          if (log == null) return null;
          if (log.nodes.length === 0) return <Empty title={t('audit.none')}>{t('members.noneHint')}</Empty>;
          return (
            <>
              <EntriesTable entries={log.nodes} onOpen={setEntry} />
              <Pager
                first={after === null ? null : () => change({ after: '' })}
                next={log.pageInfo.hasNextPage ? () => change({ after: log.pageInfo.endCursor ?? '' }) : null}
              />
            </>
          );
        }}
      </Loaded>
      {entry !== null && <EntryDialog entry={entry} onClose={() => setEntry(null)} />}
    </Page>
  );
}

interface EntriesTableProps {
  readonly entries: readonly Entry[];
  readonly onOpen: (entry: Entry) => void;
}

function EntriesTable({ entries, onOpen }: EntriesTableProps) {
  const t = useMessages();
  return (
    <PlainTable
      label={t('audit.title')}
      columns={[
        t('history.at'),
        t('history.action'),
        t('audit.target'),
        t('history.by'),
        t('history.changes'),
      ]}
      rows={entries.map((entry) => ({
        id: entry.id,
        cells: [
          <Time key="at" at={entry.at} />,
          actionText(entry.action, t),
          entry.targetLabel,
          t('history.actor', { actor: entry.actorLabel, channel: t(`channel.${entry.channel}`) }),
          <Button
            key="show"
            aria-label={t('audit.show', { action: actionText(entry.action, t), target: entry.targetLabel })}
            onPress={() => onOpen(entry)}
          >
            {t('history.changes')}
          </Button>,
        ],
      }))}
    />
  );
}
