import { useMessages } from '../../app/messages.js';
import { Button } from '../../ui/button.js';
import { Badge } from '../../ui/notice.js';
import { PlainTable } from '../../ui/plain-table.js';
import { Time } from '../../ui/time.js';
import type { RequestPartsFragment } from './provisioning.generated.js';

interface RequestsTableProps {
  readonly requests: readonly RequestPartsFragment[];
  readonly onOpen: (request: RequestPartsFragment) => void;
}

/** Requests of the identity provider, each with a button that shows it in full. */
export function RequestsTable({ requests, onOpen }: RequestsTableProps) {
  const t = useMessages();
  return (
    <PlainTable
      label={t('provisioning.requests')}
      columns={[
        t('history.at'),
        t('provisioning.about'),
        t('provisioning.operation'),
        t('provisioning.filter.status'),
        t('provisioning.filter.client'),
        t('provisioning.filter.reference'),
        t('members.column.actions'),
      ]}
      rows={requests.map((request) => ({
        id: request.id,
        cells: [
          <Time key="at" at={request.at} />,
          request.targetName ?? request.apiKeyLabel ?? request.network ?? '–',
          t(`provisioning.operation.${request.operation}`),
          <Badge key="status" tone={toneOf(request)}>
            {request.code === null ? request.status : `${request.status} ${request.code}`}
          </Badge>,
          t(`provisioning.client.${request.client}`),
          <code key="reference">{request.reference}</code>,
          <Button
            key="show"
            aria-label={t('provisioning.showOf', { reference: request.reference })}
            onPress={() => onOpen(request)}
          >
            {t('provisioning.show')}
          </Button>,
        ],
      }))}
    />
  );
}

function toneOf({ code, notices }: RequestPartsFragment): 'danger' | 'warning' | 'success' {
  if (code !== null) return 'danger';
  return notices.length > 0 ? 'warning' : 'success';
}
