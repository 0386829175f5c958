import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { CopyText } from '../../ui/copy.js';
import { Dialog } from '../../ui/dialog.js';
import { showToast } from '../../ui/toast.js';
import { FormDialog } from '../form-dialog.js';
import { useChange } from '../invitations/change.js';
import { RotateDialog } from '../rotate-dialog.js';
import { ApiKeyDeleteDocument, ApiKeyRotateDocument, type ApiKeyRowFragment } from './api-keys.generated.js';

interface KeyDialogProps {
  readonly apiKey: ApiKeyRowFragment;
  readonly onClose: () => void;
}

/** API keys → ••• → Rotate: a new secret, while the old one keeps working for some hours. */
export function RotateKeyDialog({
  apiKey,
  onClose,
  onRotated,
}: KeyDialogProps & { readonly onRotated: (secret: string, oldUntil: string) => void }) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const { send, failure, isSaving } = useChange();
  const rotate = async (overlapHours: number) => {
    const input = { workspaceId, apiKeyId: apiKey.id, overlapHours };
    const answer = await send(ApiKeyRotateDocument, { input });
    if (answer?.apiKeyRotate == null) return;
    onRotated(answer.apiKeyRotate.secret, new Date(Date.now() + overlapHours * 3_600_000).toISOString());
  };
  return (
    <RotateDialog
      title={t('apiKeys.rotate.title', { name: apiKey.name })}
      confirm={t('apiKeys.rotate')}
      label={t('apiKeys.overlap')}
      onClose={onClose}
      onRotate={rotate}
      failure={failure}
      isSaving={isSaving}
    />
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
