import type { ReactNode } from 'react';
import { useMessages } from '../app/messages.js';
import type { Session } from '../app/schema.generated.js';
import { Badge } from '../ui/notice.js';
import { PlainTable } from '../ui/plain-table.js';
import { Time } from '../ui/time.js';

type ShownSession = Pick<
  Session,
  'id' | 'browser' | 'method' | 'startedAt' | 'lastUsedAt' | 'lastUsedFrom' | 'current'
>;

interface SessionsTableProps {
  readonly sessions: readonly ShownSession[];
  /** The button that ends a session; the session of this browser has none. */
  readonly endButton: (sessionId: string) => ReactNode;
}

/** Open sessions: where, how and since when somebody is signed in. */
export function SessionsTable({ sessions, endButton }: SessionsTableProps) {
  const t = useMessages();
  return (
    <PlainTable
      label={t('sessions.title')}
      columns={[
        t('sessions.browser'),
        t('sessions.method'),
        t('sessions.started'),
        t('apiKeys.lastUsed'),
        t('members.column.actions'),
      ]}
      rows={sessions.map(({ id, browser, method, startedAt, lastUsedAt, lastUsedFrom, current }) => ({
        id,
        cells: [
          browser ?? t('sessions.unknown'),
          t(`sessions.method.${method}`),
          <Time key="started" at={startedAt} />,
          lastUsedAt == null ? (
            t('sessions.unknown')
          ) : (
            <span key="used">
              <Time at={lastUsedAt} form="ago" /> {lastUsedFrom}
            </span>
          ),
          current ? (
            <Badge key="current" tone="success">
              {t('sessions.current')}
            </Badge>
          ) : (
            endButton(id)
          ),
        ],
      }))}
    />
  );
}
