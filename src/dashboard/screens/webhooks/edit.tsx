import { useState } from 'react';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { TextField } from '../../ui/field.js';
import { showToast } from '../../ui/toast.js';
import { FormDialog, useRequired } from '../form-dialog.js';
import { useChange } from '../invitations/change.js';
import { errorAt } from '../members/change.js';
import { type EventTypes, EventTypesField } from './event-types.js';
import {
  WebhookCreateDocument,
  type WebhookRowFragment,
  WebhookUpdateDocument,
} from './webhooks.generated.js';

interface EditDialogProps {
  readonly types: EventTypes;
  /** The webhook to change; undefined creates one. */
  readonly webhook?: WebhookRowFragment;
  readonly onClose: () => void;
  /** Told the secret of a webhook that was created; null for a change. */
  readonly onSaved: (secret: string | null) => void;
}

/** Webhooks → Create webhook, and ••• → Edit. */
export function EditDialog({ types, webhook, onClose, onSaved }: EditDialogProps) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const [url, setUrl] = useState(webhook?.url ?? '');
  const [description, setDescription] = useState(webhook?.description ?? '');
  const [eventTypes, setEventTypes] = useState<readonly string[]>(webhook?.eventTypes ?? []);
  const { send, failure, isSaving } = useChange();
  const required = useRequired({ url: url.trim() === '', eventTypes: eventTypes.length === 0 });
  const save = async () => {
    if (!required.check()) return;
    const fields = { workspaceId, url, description, eventTypes: [...eventTypes] };
    if (webhook === undefined) {
      const answer = await send(WebhookCreateDocument, { input: fields });
      if (answer?.webhookCreate != null) onSaved(answer.webhookCreate.secret);
      return;
    }
    const input = { ...fields, webhookId: webhook.id };
    if ((await send(WebhookUpdateDocument, { input })) === null) return;
    showToast({ text: t('webhooks.saved') });
    onSaved(null);
  };
  return (
    <FormDialog
      title={t(webhook === undefined ? 'webhooks.create' : 'webhooks.edit')}
      confirm={t(webhook === undefined ? 'webhooks.create' : 'webhooks.save')}
      onClose={onClose}
      onSubmit={save}
      failure={failure}
      fields={['url', 'description', 'eventTypes']}
      isSaving={isSaving}
    >
      <TextField
        label={t('webhooks.url')}
        description={t('webhooks.urlHint')}
        type="url"
        value={url}
        onChange={setUrl}
        error={required.errorAt('url') ?? errorAt(failure, 'url')}
        autoFocus
      />
      <TextField
        label={t('apiKeys.description')}
        value={description}
        onChange={setDescription}
        error={errorAt(failure, 'description')}
      />
      <EventTypesField
        types={types}
        chosen={eventTypes}
        onChange={setEventTypes}
        error={required.errorAt('eventTypes') ?? errorAt(failure, 'eventTypes')}
      />
    </FormDialog>
  );
}
