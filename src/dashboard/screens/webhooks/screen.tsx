import { useState } from 'react';
import { useLiveQuery } from '../../app/live.js';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { TextLink } from '../../ui/link.js';
import { Loaded } from '../../ui/loaded.js';
import { Empty } from '../../ui/notice.js';
import { Page } from '../../ui/panel.js';
import { PlainTable } from '../../ui/plain-table.js';
import { SecretDialog } from '../api-keys/dialogs.js';
import { Forbidden } from '../forbidden.js';
import { EditDialog } from './edit.js';
import { type EventTypes, EventTypesText } from './event-types.js';
import { WebhookMenu } from './menu.js';
import { WebhookState } from './state.js';
import { type WebhookRowFragment, WebhooksDocument } from './webhooks.generated.js';

/** Settings → Webhooks. */
export default function WebhooksScreen() {
  const t = useMessages();
  const { id: workspaceId, viewerCan } = useWorkspace();
  const isOpen = viewerCan.manageWebhooks.allowed;
  const [query, reload] = useLiveQuery({
    query: WebhooksDocument,
    variables: { workspaceId },
    pause: !isOpen,
  });
  const [isCreating, setCreating] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const refresh = () => reload({ requestPolicy: 'network-only' });
  if (!isOpen) return <Forbidden title={t('webhooks.title')} ability={viewerCan.manageWebhooks} />;
  const create = (
    <Button kind="primary" onPress={() => setCreating(true)}>
      {t('webhooks.create')}
    </Button>
  );
  return (
    <Page title={t('webhooks.title')} lead={t('webhooks.lead')} actions={create}>
      <Loaded query={query} onRetry={refresh}>
        {({ workspace, webhookEventTypes }) => {
          const webhooks = workspace?.webhooks?.nodes;
          if (webhooks === undefined) return null;
          return (
            <>
              {webhooks.length === 0 ? (
                <Empty title={t('webhooks.none')}>{t('webhooks.noneHint')}</Empty>
              ) : (
                <WebhooksTable webhooks={webhooks} types={webhookEventTypes} onChanged={refresh} />
              )}
              {isCreating && (
                <EditDialog
                  types={webhookEventTypes}
                  onClose={() => setCreating(false)}
                  onSaved={(created) => {
                    setCreating(false);
                    setSecret(created);
                    refresh();
                  }}
                />
              )}
            </>
          );
        }}
      </Loaded>
      {secret !== null && (
        <SecretDialog secret={secret} text={t('webhooks.secret.text')} onClose={() => setSecret(null)} />
      )}
    </Page>
  );
}

interface WebhooksTableProps {
  readonly webhooks: readonly WebhookRowFragment[];
  readonly types: EventTypes;
  readonly onChanged: () => void;
}

function WebhooksTable({ webhooks, types, onChanged }: WebhooksTableProps) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  return (
    <PlainTable
      label={t('webhooks.title')}
      columns={[t('webhooks.url'), t('webhooks.events'), t('apiKeys.state'), t('members.column.actions')]}
      rows={webhooks.map((webhook) => ({
        id: webhook.id,
        cells: [
          <div key="url">
            <TextLink href={`/workspace/${workspaceId}/settings/webhooks/${webhook.id}`}>
              {webhook.url}
            </TextLink>
            <div>{webhook.description}</div>
          </div>,
          <EventTypesText key="events" types={webhook.eventTypes} />,
          <WebhookState key="state" webhook={webhook} />,
          <WebhookMenu key="menu" webhook={webhook} types={types} onChanged={onChanged} />,
        ],
      }))}
    />
  );
}
