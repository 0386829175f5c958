import { useClient } from 'urql';
import { reasonOf } from '../../../app/client.js';
import { useMessages } from '../../../app/messages.js';
import { useWorkspace } from '../../../app/workspace.js';
import { Button } from '../../../ui/button.js';
import { Dialog } from '../../../ui/dialog.js';
import { Notice } from '../../../ui/notice.js';
import { showToast } from '../../../ui/toast.js';
import { useMemberChange } from '../change.js';
import { MemberRemoveDocument } from '../changes.generated.js';
import { accessText, nameOf } from '../person.js';
import { addAgain } from '../undo.js';
import { FailureNotice } from './failure.js';
import type { DialogProps } from './props.js';

/** ••• → Remove. Afterwards a message offers to undo it. */
export function RemoveDialog({ member, onClose, onChanged }: DialogProps) {
  const t = useMessages();
  const client = useClient();
  const { id: workspaceId, name: workspace, accessModel, viewerMember } = useWorkspace();
  const { send, failure, isSaving } = useMemberChange(workspaceId, member);
  const name = nameOf(member);
  const access = accessText(member, accessModel, t);

  const undo = async () => {
    const error = await addAgain(client, workspaceId, member);
    if (error === undefined) showToast({ text: t('remove.undone', { name }) });
    else {
      const action = { label: t('state.retry'), onPress: undo };
      showToast({ text: t('remove.notUndone', { name, reason: reasonOf(error) }), isFailure: true, action });
    }
    onChanged();
  };
  const remove = async () => {
    if (isSaving || !(await send(MemberRemoveDocument, (input) => ({ input })))) return;
    showToast({
      text: t('remove.done', { name }),
      action: { label: t('dialog.undo'), onPress: undo },
    });
    onChanged();
    onClose();
  };
  return (
    <Dialog
      title={t('remove.title', { name })}
      onClose={onClose}
      onSubmit={remove}
      isAlert
      actions={
        <>
          <Button onPress={onClose}>{t('dialog.cancel')}</Button>
          <Button kind="danger" type="submit" isPending={isSaving}>
            {t(failure?.kind === 'conflict' ? 'remove.anyway' : 'remove.confirm')}
          </Button>
        </>
      }
    >
      {member.id === viewerMember?.id ? (
        <Notice tone="warning" title={t('remove.self', { workspace })} hint={t('remove.selfHint')} />
      ) : (
        <p>{t('remove.text', { name, address: member.userName, workspace, access })}</p>
      )}
      {member.managedBy === 'IDENTITY_PROVIDER' && <p>{t('remove.managed')}</p>}
      <FailureNotice failure={failure} />
    </Dialog>
  );
}
