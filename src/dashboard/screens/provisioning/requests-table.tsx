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
        t('provisioning.filter.outcome'),
        t('provisioning.filter.client'),
        t('provisioning.filter.reference'),
        t('members.column.actions'),
      ]}
      rows={requests.map((request) => ({
        id: request.id,
        cells: [
          <Time key="at" at={request.at} />,
          targetOf(request) ?? '–',
          t(`provisioning.operation.${request.operation}`),
          <OutcomeBadge key="outcome" request={request} />,
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

/** Whom or what a request is about; a request by id has no name of its own. */
export function targetOf({ targetName, member, group }: RequestPartsFragment): string | null {
  return targetName ?? member?.userName ?? group?.displayName ?? null;
}

type Judged = Pick<RequestPartsFragment, 'code' | 'notices'>;

/** Whether a request was accepted, in words: "Accepted", "Invalid value". */
export function OutcomeBadge({ request }: { readonly request: Judged }) {
  const t = useMessages();
  const { code, notices } = request;
  if (code !== null) return <Badge tone="danger">{t(`provisioning.code.${code}`)}</Badge>;
  return notices.length > 0 ? (
    <Badge tone="warning">{t('provisioning.outcome.NOTICED')}</Badge>
  ) : (
    <Badge tone="success">{t('provisioning.outcome.ACCEPTED')}</Badge>
  );
}
