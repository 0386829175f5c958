import { useState } from 'react';
import { useClient } from 'urql';
import { refusalOf } from '../../app/client.js';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { TextField } from '../../ui/field.js';
import { showToast } from '../../ui/toast.js';
import { AccessChoice, accessInputFrom, draftOf } from './access-choice.js';
import { errorAt, type Failure } from './change.js';
import { MemberAddDocument } from './changes.generated.js';
import { FailureNotice } from './dialogs/failure.js';

interface AddMemberDialogProps {
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

/** Adds a person to the workspace at once, without an invitation. */
export function AddMemberDialog({ onClose, onChanged }: AddMemberDialogProps) {
  const t = useMessages();
  const client = useClient();
  const { id: workspaceId, accessModel } = useWorkspace();
  const [userName, setUserName] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [draft, setDraft] = useState(() => draftOf(null, accessModel));
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isSaving, setSaving] = useState(false);
  const access = accessInputFrom(draft, accessModel);

  const save = async () => {
    if (access === null || isSaving) return;
    setSaving(true);
    const profile = displayName.trim() === '' ? {} : { profile: { displayName: displayName.trim() } };
    const input = { workspaceId, userName: userName.trim(), access, ...profile };
    const { error } = await client.mutation(MemberAddDocument, { input }).toPromise();
    setSaving(false);
    if (error === undefined) {
      showToast({ text: t('add.done', { name: displayName.trim() || userName.trim() }) });
      onChanged();
      return onClose();
    }
    const refusal = refusalOf(error);
    setFailure(refusal === undefined ? { kind: 'offline' } : { kind: 'refused', refusal });
  };

  return (
    <Dialog
      title={t('members.add')}
      onClose={onClose}
      onSubmit={save}
      actions={
        <>
          <Button onPress={onClose}>{t('dialog.cancel')}</Button>
          <Button kind="primary" type="submit" isPending={isSaving}>
            {t('add.confirm')}
          </Button>
        </>
      }
    >
      <TextField
        label={t('add.address')}
        type="email"
        value={userName}
        onChange={setUserName}
        error={errorAt(failure, 'userName')}
        autoFocus
      />
      <TextField
        label={t('add.name')}
        value={displayName}
        onChange={setDisplayName}
        error={errorAt(failure, 'displayName')}
      />
      <AccessChoice
        draft={draft}
        onChange={setDraft}
        errors={{ role: errorAt(failure, 'role'), seatType: errorAt(failure, 'seatType') }}
        limitError={access === null ? t('limit.invalid') : errorAt(failure, 'creditLimit')}
        withLimit
      />
      <FailureNotice
        failure={failure}
        fields={['userName', 'displayName', 'role', 'seatType', 'creditLimit']}
      />
    </Dialog>
  );
}
