import { useMessages } from '../../../app/messages.js';
import { useWorkspace } from '../../../app/workspace.js';
import { Button } from '../../../ui/button.js';
import { Dialog } from '../../../ui/dialog.js';
import { showToast } from '../../../ui/toast.js';
import { useMemberChange } from '../change.js';
import { OwnerPromoteDocument } from '../changes.generated.js';
import { nameOf } from '../person.js';
import { FailureNotice } from './failure.js';
import type { DialogProps } from './props.js';

/** ••• → Promote to owner. */
export function PromoteDialog({ member, onClose, onChanged }: DialogProps) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const { send, failure, isSaving } = useMemberChange(workspaceId, member);
  const name = nameOf(member);
  const promote = async () => {
    if (isSaving || !(await send(OwnerPromoteDocument, (input) => ({ input })))) return;
    showToast({ text: t('promote.done', { name }) });
    onChanged();
    onClose();
  };
  return (
    <Dialog
      title={t('promote.title', { name })}
      onClose={onClose}
      onSubmit={promote}
      isAlert
      actions={
        <>
          <Button onPress={onClose}>{t('dialog.cancel')}</Button>
          <Button kind="primary" type="submit" isPending={isSaving}>
            {t('promote.confirm')}
          </Button>
        </>
      }
    >
      <p>{t('promote.text', { name })}</p>
      <FailureNotice failure={failure} />
    </Dialog>
  );
}
