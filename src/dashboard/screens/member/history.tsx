import { useEffect, useRef } from 'react';
import { actionText } from '../../app/audit-action.js';
import { changesInWords } from '../../app/changes.js';
import { useMessages } from '../../app/messages.js';
import { useQuery } from '../../app/query.js';
import { useWorkspace } from '../../app/workspace.js';
import { Loaded } from '../../ui/loaded.js';
import { Panel } from '../../ui/panel.js';
import { PlainTable } from '../../ui/plain-table.js';
import { Raw } from '../../ui/raw.js';
import { Time } from '../../ui/time.js';
import { usePages } from '../pages.js';
import { MemberHistoryDocument } from './member.generated.js';
import styles from './member.module.css';

interface HistoryProps {
  readonly memberId: string;
  /** The member's version: when it changes, the history is read again. */
  readonly version: number;
}

/** The changes of a member, newest first. `#history` in the URL scrolls to it. */
export function History({ memberId, version }: HistoryProps) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const { after, pager } = usePages();
  const [query, reload] = useQuery({
    query: MemberHistoryDocument,
    variables: { workspaceId, memberId, after },
  });
  const anchor = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (window.location.hash === '#history') anchor.current?.scrollIntoView();
  }, []);
  const shown = useRef(version);
  useEffect(() => {
    if (shown.current === version) return;
    shown.current = version;
    reload({ requestPolicy: 'network-only' });
  }, [version, reload]);
  return (
    <div ref={anchor} id="history">
      <Panel title={t('member.history')}>
        <Loaded query={query} onRetry={() => reload({ requestPolicy: 'network-only' })}>
          {({ workspace }) => {
            const history = workspace?.member?.history;
            if (history == null) return null;
            const { nodes, pageInfo } = history;
            return (
              <>
                <PlainTable
                  label={t('member.history')}
                  columns={[t('history.at'), t('history.action'), t('history.by'), t('history.changes')]}
                  rows={nodes.map(({ id, at, action, actorLabel, channel, changes }) => ({
                    id,
                    cells: [
                      <Time key="at" at={at} />,
                      actionText(action, t),
                      t('history.actor', { actor: actorLabel, channel: t(`channel.${channel}`) }),
                      <Changes key="changes" changes={changes} />,
                    ],
                  }))}
                />
                {pager(pageInfo)}
              </>
            );
          }}
        </Loaded>
      </Panel>
    </div>
  );
}

/** The changed attributes in words, each before and after. */
function Changes({ changes }: { readonly changes: Readonly<Record<string, unknown>> }) {
  const t = useMessages();
  return (
    <div className={styles.changes}>
      <ul>
        {changesInWords(changes, t).map(({ attribute, label, before, after }) => (
          <li key={attribute} className="clipped">
            {t('history.change', { attribute: label, before, after })}
          </li>
        ))}
      </ul>
      <Raw value={changes} />
    </div>
  );
}
