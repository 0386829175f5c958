import { useEffect, useRef, useState } from 'react';
import { useMessages } from '../../app/messages.js';
import { useQuery } from '../../app/query.js';
import type { WebhookDeliveryStatus } from '../../app/schema.generated.js';
import { useWorkspace } from '../../app/workspace.js';
import { BlockableButton } from '../../ui/able-button.js';
import { Button, LinkButton } from '../../ui/button.js';
import { Select } from '../../ui/field.js';
import { Loaded, NotFoundPage } from '../../ui/loaded.js';
import { Empty, Notice } from '../../ui/notice.js';
import { Facts, Page, Panel } from '../../ui/panel.js';
import { PlainTable } from '../../ui/plain-table.js';
import { Time } from '../../ui/time.js';
import { showToast } from '../../ui/toast.js';
import { Forbidden } from '../forbidden.js';
import { useDirectChange } from '../invitations/change.js';
import { usePages } from '../pages.js';
import { DeliveryDialog } from './delivery.js';
import { ReplayDialog } from './dialogs.js';
import { EventTypesText } from './event-types.js';
import { WebhookMenu } from './menu.js';
import { DeliveryState, WebhookState } from './state.js';
import {
  WebhookDeliveriesDocument,
  type WebhookDeliveriesQuery,
  WebhookDeliveryReplayDocument,
  WebhooksDocument,
} from './webhooks.generated.js';

type Webhook = NonNullable<NonNullable<WebhookDeliveriesQuery['workspace']>['webhook']>;
type Shown = WebhookDeliveryStatus | 'ALL';

const STATUSES: readonly Shown[] = ['ALL', 'PENDING', 'DELIVERED', 'FAILED'];

/** After something was sent, its answer is read a few times. */
const READ_AGAIN_MS = [1_500, 4_000, 10_000];

/** Settings → Webhooks → one webhook: the log of its deliveries. */
export default function WebhookScreen({
  params,
}: {
  readonly params: Readonly<Record<string, string | undefined>>;
}) {
  const t = useMessages();
  const { id: workspaceId, viewerCan } = useWorkspace();
  const isOpen = viewerCan.manageWebhooks.allowed;
  const { after, pager, restart } = usePages();
  const [status, setStatus] = useState<Shown>('ALL');
  const [query, reload] = useQuery({
    query: WebhookDeliveriesDocument,
    variables: {
      workspaceId,
      webhookId: params.webhookId ?? '',
      after,
      statuses: status === 'ALL' ? null : [status],
    },
    pause: !isOpen,
    requestPolicy: 'cache-and-network',
  });
  const refresh = () => reload({ requestPolicy: 'network-only' });
  const timers = useRef<ReturnType<typeof setTimeout>[]>([]);
  useEffect(() => () => timers.current.forEach(clearTimeout), []);
  const refreshSoon = () => {
    refresh();
    timers.current = READ_AGAIN_MS.map((ms) => setTimeout(refresh, ms));
  };
  if (!isOpen) return <Forbidden title={t('webhooks.title')} ability={viewerCan.manageWebhooks} />;
  return (
    <Loaded query={query} onRetry={refresh}>
      {({ workspace }) => {
        const webhook = workspace?.webhook;
        if (webhook == null) return <NotFoundPage />;
        return (
          <WebhookPage webhook={webhook} onChanged={refreshSoon}>
            <Select
              label={t('apiKeys.state')}
              choices={STATUSES.map((value) => ({ value, label: t(`webhooks.status.${value}`) }))}
              value={status}
              onChange={(chosen) => {
                restart();
                setStatus(chosen);
              }}
            />
            <DeliveriesTable webhook={webhook} onChanged={refreshSoon} />
            {pager(webhook.deliveries.pageInfo)}
          </WebhookPage>
        );
      }}
    </Loaded>
  );
}

interface WebhookPageProps {
  readonly webhook: Webhook;
  readonly onChanged: () => void;
  readonly children: React.ReactNode;
}

function WebhookPage({ webhook, onChanged, children }: WebhookPageProps) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const [{ data }] = useQuery({ query: WebhooksDocument, variables: { workspaceId } });
  const [isReplaying, setReplaying] = useState(false);
  const { url, description, eventTypes, createdBy, createdAt, failingSince, enabled } = webhook;
  return (
    <Page
      title={new URL(url).host}
      lead={description}
      actions={
        <>
          <LinkButton kind="quiet" href={`/workspace/${workspaceId}/settings/webhooks`}>
            {t('webhooks.back')}
          </LinkButton>
          <WebhookMenu webhook={webhook} types={data?.webhookEventTypes ?? []} onChanged={onChanged} />
        </>
      }
    >
      {failingSince !== null && enabled && (
        <Notice
          tone="warning"
          title={t('webhooks.failing')}
          hint={
            <>
              {t('webhooks.since')} <Time at={failingSince} />. {t('webhooks.failingHint')}
            </>
          }
        />
      )}
      <Panel>
        <Facts
          facts={[
            [t('webhooks.url'), <code key="url">{url}</code>],
            [t('apiKeys.state'), <WebhookState key="state" webhook={webhook} />],
            [t('webhooks.events'), <EventTypesText key="events" types={eventTypes} />],
            [t('webhooks.createdBy'), createdBy],
            [t('webhooks.createdAt'), <Time key="created" at={createdAt} />],
          ]}
        />
      </Panel>
      <Panel
        title={t('webhooks.deliveries')}
        actions={
          <>
            <Button onPress={onChanged}>{t('provisioning.reload')}</Button>
            <BlockableButton
              blockedBecause={enabled ? null : t('webhooks.enableFirst')}
              onPress={() => setReplaying(true)}
            >
              {t('webhooks.replayMissed')}
            </BlockableButton>
          </>
        }
      >
        {children}
      </Panel>
      {isReplaying && (
        <ReplayDialog webhook={webhook} onClose={() => setReplaying(false)} onReplayed={onChanged} />
      )}
    </Page>
  );
}

interface DeliveriesTableProps {
  readonly webhook: Webhook;
  readonly onChanged: () => void;
}

function DeliveriesTable({ webhook, onChanged }: DeliveriesTableProps) {
  const t = useMessages();
  const deliveries = webhook.deliveries.nodes;
  const { id: workspaceId } = useWorkspace();
  const send = useDirectChange();
  const [shown, setShown] = useState<string | null>(null);
  const replay = async (deliveryId: string) => {
    const input = { workspaceId, deliveryId };
    if ((await send(WebhookDeliveryReplayDocument, { input })) === null) return;
    showToast({ text: t('webhooks.replayedOne') });
    onChanged();
  };
  const open = deliveries.find(({ id }) => id === shown);
  if (deliveries.length === 0)
    return <Empty title={t('webhooks.noDeliveries')}>{t('webhooks.noDeliveriesHint')}</Empty>;
  return (
    <>
      <PlainTable
        label={t('webhooks.deliveries')}
        columns={[
          t('history.at'),
          t('webhooks.event'),
          t('apiKeys.state'),
          t('webhooks.lastAttempt'),
          t('members.column.actions'),
        ]}
        rows={deliveries.map(({ id, createdAt, eventType, status, attempts }) => {
          const [last] = attempts;
          return {
            id,
            cells: [
              <Time key="at" at={createdAt} />,
              <code key="type">{eventType}</code>,
              <DeliveryState key="state" status={status} />,
              last === undefined ? '–' : (last.error ?? String(last.status)),
              <div key="actions">
                <Button aria-label={t('webhooks.showOf', { type: eventType })} onPress={() => setShown(id)}>
                  {t('provisioning.show')}
                </Button>{' '}
                <BlockableButton
                  aria-label={t('webhooks.replayOf', { type: eventType })}
                  blockedBecause={webhook.enabled ? null : t('webhooks.enableFirst')}
                  isInRow
                  onPress={() => replay(id)}
                >
                  {t('webhooks.replay')}
                </BlockableButton>
              </div>,
            ],
          };
        })}
      />
      {open !== undefined && <DeliveryDialog delivery={open} onClose={() => setShown(null)} />}
    </>
  );
}
