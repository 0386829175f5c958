import { useState } from 'react';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { DayField } from '../../ui/field.js';
import { showToast } from '../../ui/toast.js';
import { FormDialog } from '../form-dialog.js';
import { useChange } from '../invitations/change.js';
import { errorAt } from '../members/change.js';
import { RotateDialog } from '../rotate-dialog.js';
import {
  WebhookDeleteDocument,
  WebhookReplayDocument,
  WebhookRotateDocument,
  type WebhookRowFragment,
} from './webhooks.generated.js';

interface WebhookDialogProps {
  readonly webhook: WebhookRowFragment;
  readonly onClose: () => void;
}

/** ••• → Rotate secret: requests are signed with the old one too for some hours. */
export function RotateSecretDialog({
  webhook,
  onClose,
  onRotated,
}: WebhookDialogProps & { readonly onRotated: (secret: string, oldUntil: string | null) => void }) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const { send, failure, isSaving } = useChange();
  const rotate = async (overlapHours: number) => {
    const input = { workspaceId, webhookId: webhook.id, overlapHours };
    const rotated = (await send(WebhookRotateDocument, { input }))?.webhookRotate;
    if (rotated != null) onRotated(rotated.secret, rotated.webhook.previousSecretUntil);
  };
  return (
    <RotateDialog
      title={t('webhooks.rotate')}
      confirm={t('webhooks.rotate')}
      label={t('webhooks.overlap')}
      onClose={onClose}
      onRotate={rotate}
      failure={failure}
      isSaving={isSaving}
    />
  );
}

/** ••• → Delete. */
export function DeleteDialog({
  webhook,
  onClose,
  onDeleted,
}: WebhookDialogProps & { readonly onDeleted: () => void }) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const { send, failure, isSaving } = useChange();
  const remove = async () => {
    const input = { workspaceId, webhookId: webhook.id };
    if ((await send(WebhookDeleteDocument, { input })) === null) return;
    showToast({ text: t('webhooks.deleted') });
    onDeleted();
    onClose();
  };
  return (
    <FormDialog
      title={t('webhooks.delete.title')}
      confirm={t('webhooks.delete')}
      onClose={onClose}
      onSubmit={remove}
      failure={failure}
      isSaving={isSaving}
      isDanger
    >
      <p>{t('webhooks.delete.text', { url: webhook.url })}</p>
    </FormDialog>
  );
}

/** Replay: everything since a day that has not arrived. */
export function ReplayDialog({
  webhook,
  onClose,
  onReplayed,
}: WebhookDialogProps & { readonly onReplayed: () => void }) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const [day, setDay] = useState(new Date().toISOString().slice(0, 10));
  const { send, failure, isSaving } = useChange();
  const replay = async () => {
    const input = { workspaceId, webhookId: webhook.id, since: `${day}T00:00:00Z` };
    const replayed = (await send(WebhookReplayDocument, { input }))?.webhookReplay;
    if (replayed == null) return;
    showToast({ text: t('webhooks.replayed', { count: replayed.replayed }) });
    onReplayed();
    onClose();
  };
  return (
    <FormDialog
      title={t('webhooks.replayMissed')}
      confirm={t('webhooks.replay')}
      onClose={onClose}
      onSubmit={replay}
      failure={failure}
      fields={['since']}
      isSaving={isSaving}
      isConfirmDisabled={day === ''}
    >
      <p>{t('webhooks.replayText')}</p>
      <DayField
        label={t('audit.since')}
        description={t('webhooks.replayHint')}
        value={day}
        onChange={setDay}
        error={errorAt(failure, 'since')}
        autoFocus
      />
    </FormDialog>
  );
}
