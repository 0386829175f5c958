import { useState } from 'react';
import { useMessages } from '../../../app/messages.js';
import { useWorkspace } from '../../../app/workspace.js';
import { Button } from '../../../ui/button.js';
import { Dialog } from '../../../ui/dialog.js';
import { showToast } from '../../../ui/toast.js';
import { AccessChoice, accessInputFrom, draftOf } from '../access-choice.js';
import { errorAt, useMemberChange } from '../change.js';
import { MemberSetAccessDocument, OwnerDemoteDocument } from '../changes.generated.js';
import { nameOf } from '../person.js';
import { FailureNotice } from './failure.js';
import type { DialogProps } from './props.js';

const FIELDS = ['role', 'seatType'];

/** ••• → Change role, and ••• → Demote: both set another access. */
export function AccessDialog({
  member,
  isDemotion,
  onClose,
  onChanged,
}: DialogProps & { readonly isDemotion: boolean }) {
  const t = useMessages();
  const { id: workspaceId, accessModel } = useWorkspace();
  const [draft, setDraft] = useState(() => draftOf(member, accessModel));
  const { send, failure, isSaving } = useMemberChange(workspaceId, member);
  const name = nameOf(member);

  const save = async () => {
    // The limit is not part of this dialog, and is kept.
    const access = accessInputFrom({ ...draft, limit: '' }, accessModel);
    if (access === null || isSaving) return;
    const isDone = isDemotion
      ? await send(OwnerDemoteDocument, (target) => ({ input: { ...target, access } }))
      : await send(MemberSetAccessDocument, (target) => ({ input: { ...target, access } }));
    if (!isDone) return;
    showToast({
      text: t(isDemotion ? 'demote.done' : 'access.saved', { name, role: t(`role.${draft.role}`) }),
    });
    onChanged();
    onClose();
  };

  return (
    <Dialog
      title={t(isDemotion ? 'demote.title' : 'access.title', { name })}
      onClose={onClose}
      onSubmit={save}
      isAlert={isDemotion}
      actions={
        <>
          <Button onPress={onClose}>{t('dialog.cancel')}</Button>
          <Button kind={isDemotion ? 'danger' : 'primary'} type="submit" isPending={isSaving}>
            {t(
              failure?.kind === 'conflict'
                ? 'dialog.saveAnyway'
                : isDemotion
                  ? 'demote.confirm'
                  : 'dialog.save',
            )}
          </Button>
        </>
      }
    >
      {isDemotion && <p>{t('demote.text', { name })}</p>}
      <AccessChoice
        draft={draft}
        onChange={setDraft}
        errors={{ role: errorAt(failure, 'role'), seatType: errorAt(failure, 'seatType') }}
      />
      <FailureNotice failure={failure} fields={FIELDS} />
    </Dialog>
  );
}
