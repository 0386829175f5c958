import { useState } from 'react';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { CopyText } from '../../ui/copy.js';
import { Dialog } from '../../ui/dialog.js';
import { TextField } from '../../ui/field.js';
import { showToast } from '../../ui/toast.js';
import { FormDialog } from '../form-dialog.js';
import { useChange } from '../invitations/change.js';
import { errorAt } from '../members/change.js';
import { ApiKeyDeleteDocument, ApiKeyRotateDocument, type ApiKeyRowFragment } from './api-keys.generated.js';

interface KeyDialogProps {
  readonly apiKey: ApiKeyRowFragment;
  readonly onClose: () => void;
}

/** API keys → ••• → Rotate: a new secret, while the old one keeps working for some hours. */
export function RotateDialog({
  apiKey,
  onClose,
  onRotated,
}: KeyDialogProps & { readonly onRotated: (secret: string, oldUntil: string) => void }) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const [hours, setHours] = useState('24');
  const { send, failure, isSaving } = useChange();
  const isValid = /^\d{1,3}$/.test(hours.trim());
  const rotate = async () => {
    const overlapHours = Number(hours);
    const input = { workspaceId, apiKeyId: apiKey.id, overlapHours };
    const answer = await send(ApiKeyRotateDocument, { input });
    if (answer?.apiKeyRotate == null) return;
    onRotated(answer.apiKeyRotate.secret, new Date(Date.now() + overlapHours * 3_600_000).toISOString());
  };
  return (
    <FormDialog
      title={t('apiKeys.rotate.title', { name: apiKey.name })}
      confirm={t('apiKeys.rotate')}
      onClose={onClose}
      onSubmit={rotate}
      failure={failure}
      fields={['overlapHours']}
      isSaving={isSaving}
      isConfirmDisabled={!isValid}
    >
      <TextField
        label={t('apiKeys.overlap')}
        description={t('apiKeys.overlapHint')}
        inputMode="numeric"
        value={hours}
        onChange={setHours}
        error={isValid ? errorAt(failure, 'overlapHours') : t('apiKeys.overlapInvalid')}
        autoFocus
      />
    </FormDialog>
  );
}

/** API keys → ••• → Delete. */
export function DeleteDialog({
  apiKey,
  onClose,
  onChanged,
}: KeyDialogProps & { readonly onChanged: () => void }) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const { send, failure, isSaving } = useChange();
  const { name } = apiKey;
  const remove = async () => {
    const input = { workspaceId, apiKeyId: apiKey.id };
    if ((await send(ApiKeyDeleteDocument, { input })) === null) return;
    showToast({ text: t('apiKeys.deleted', { name }) });
    onChanged();
    onClose();
  };
  return (
    <FormDialog
      title={t('apiKeys.delete.title', { name })}
      confirm={t('apiKeys.delete')}
      onClose={onClose}
      onSubmit={remove}
      failure={failure}
      isSaving={isSaving}
      isDanger
    >
      <p>{t('apiKeys.delete.text', { name })}</p>
    </FormDialog>
  );
}

/** Shows a secret, which is not shown again. */
export function SecretDialog({
  secret,
  text,
  onClose,
}: {
  readonly secret: string;
  readonly text: string;
  readonly onClose: () => void;
}) {
  const t = useMessages();
  return (
    <Dialog
      title={t('apiKeys.secret.title')}
      onClose={onClose}
      onSubmit={onClose}
      isAlert
      isKept
      actions={
        <Button kind="primary" type="submit">
          {t('apiKeys.secret.close')}
        </Button>
      }
    >
      <p>{text}</p>
      <CopyText value={secret} label={t('apiKeys.secret')} />
    </Dialog>
  );
}
