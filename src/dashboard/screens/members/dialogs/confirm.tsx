import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useMessages } from '../../../app/messages.js';
import { useWorkspace } from '../../../app/workspace.js';
import { Button } from '../../../ui/button.js';
import { Dialog } from '../../../ui/dialog.js';
import { showToast } from '../../../ui/toast.js';
import { type Target, useMemberChange } from '../change.js';
import {
  MemberClearAccessDocument,
  MemberDeleteDocument,
  OwnerPromoteDocument,
} from '../changes.generated.js';
import { nameOf } from '../person.js';
import { FailureNotice } from './failure.js';
import type { DialogProps } from './props.js';

type Confirmed = 'promote' | 'clearAccess' | 'delete';

const DOCUMENTS: Readonly<Record<Confirmed, TypedDocumentNode<unknown, { input: Target }>>> = {
  promote: OwnerPromoteDocument,
  clearAccess: MemberClearAccessDocument,
  delete: MemberDeleteDocument,
};

/** The dialog of an action on one member that needs only a confirmation; it says who gains or loses what. */
export function ConfirmDialog({
  action,
  member,
  onClose,
  onChanged,
}: DialogProps & { readonly action: Confirmed }) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const { send, failure, isSaving } = useMemberChange(workspaceId, member);
  const name = nameOf(member);
  const confirm = async () => {
    if (isSaving || !(await send(DOCUMENTS[action], (input) => ({ input })))) return;
    showToast({ text: t(`${action}.done`, { name }) });
    onChanged();
    onClose();
  };
  return (
    <Dialog
      title={t(`${action}.title`, { name })}
      onClose={onClose}
      onSubmit={confirm}
      isAlert
      actions={
        <>
          <Button onPress={onClose}>{t('dialog.cancel')}</Button>
          <Button kind={action === 'delete' ? 'danger' : 'primary'} type="submit" isPending={isSaving}>
            {t(`${action}.confirm`)}
          </Button>
        </>
      }
    >
      <p>{t(`${action}.text`, { name, address: member.userName })}</p>
      <FailureNotice failure={failure} />
    </Dialog>
  );
}
