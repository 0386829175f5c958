import { useState } from 'react';
import { formatTime } from '../../app/formats.js';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { Menu } from '../../ui/menu.js';
import { showToast } from '../../ui/toast.js';
import { SecretDialog } from '../api-keys/dialogs.js';
import { useDirectChange } from '../invitations/change.js';
import { DeleteDialog, RotateSecretDialog } from './dialogs.js';
import { EditDialog } from './edit.js';
import type { EventTypes } from './event-types.js';
import { type WebhookRowFragment, WebhookTestDocument, WebhookUpdateDocument } from './webhooks.generated.js';

type OpenDialog =
  | { readonly kind: 'edit' | 'rotate' | 'delete' }
  | { readonly kind: 'secret'; readonly secret: string; readonly text: string };

interface WebhookMenuProps {
  readonly webhook: WebhookRowFragment;
  readonly types: EventTypes;
  readonly onChanged: () => void;
}

/** What can be done to a webhook: edit, test, rotate, disable and delete it. */
export function WebhookMenu({ webhook, types, onChanged }: WebhookMenuProps) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const send = useDirectChange();
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const { id: webhookId, url, enabled } = webhook;
  const close = () => setDialog(null);
  const toggle = async () => {
    const input = { workspaceId, webhookId, enabled: !enabled };
    if ((await send(WebhookUpdateDocument, { input })) === null) return;
    showToast({ text: t(enabled ? 'webhooks.isDisabled' : 'webhooks.isEnabled') });
    onChanged();
  };
  const sendTest = async () => {
    if ((await send(WebhookTestDocument, { input: { workspaceId, webhookId } })) === null) return;
    showToast({ text: t('webhooks.tested') });
    onChanged();
  };
  const disabled = enabled ? null : t('webhooks.enableFirst');
  return (
    <>
      <Menu
        label={t('action.menu', { name: url })}
        actions={[
          { id: 'edit', label: t('webhooks.edit'), onAction: () => setDialog({ kind: 'edit' }) },
          { id: 'test', label: t('webhooks.test'), blockedBecause: disabled, onAction: sendTest },
          { id: 'rotate', label: t('webhooks.rotate'), onAction: () => setDialog({ kind: 'rotate' }) },
          { id: 'toggle', label: t(enabled ? 'apiKeys.disable' : 'apiKeys.enable'), onAction: toggle },
          {
            id: 'delete',
            label: t('webhooks.delete'),
            isDanger: true,
            onAction: () => setDialog({ kind: 'delete' }),
          },
        ]}
      />
      {dialog?.kind === 'edit' && (
        <EditDialog
          types={types}
          webhook={webhook}
          onClose={close}
          onSaved={() => {
            close();
            onChanged();
          }}
        />
      )}
      {dialog?.kind === 'rotate' && (
        <RotateSecretDialog
          webhook={webhook}
          onClose={close}
          onRotated={(secret, until) => {
            const text =
              until === null
                ? t('webhooks.secret.text')
                : t('webhooks.secret.rotated', { time: formatTime(until) });
            setDialog({ kind: 'secret', secret, text });
          }}
        />
      )}
      {dialog?.kind === 'delete' && <DeleteDialog webhook={webhook} onClose={close} onDeleted={onChanged} />}
      {dialog?.kind === 'secret' && (
        <SecretDialog secret={dialog.secret} text={dialog.text} onClose={close} />
      )}
    </>
  );
}
