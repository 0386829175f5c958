import { useState } from 'react';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { TextField } from '../../ui/field.js';
import { FormDialog } from '../form-dialog.js';
import { useChange } from '../invitations/change.js';
import { AccessChoice, accessInputFrom, draftOf } from './access-choice.js';
import { errorAt } from './change.js';
import { MemberAddDocument } from './changes.generated.js';
import { useNamedToast } from './look-alike.js';

interface AddMemberDialogProps {
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

/** Adds a person to the workspace at once, without an invitation. */
export function AddMemberDialog({ onClose, onChanged }: AddMemberDialogProps) {
  const t = useMessages();
  const { id: workspaceId, accessModel } = useWorkspace();
  const [userName, setUserName] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [draft, setDraft] = useState(() => draftOf(null, accessModel));
  const { send, failure, isSaving } = useChange();
  const showNamed = useNamedToast();
  const access = accessInputFrom(draft, accessModel);

  const save = async () => {
    if (access === null) return;
    const profile = displayName.trim() === '' ? {} : { profile: { displayName: displayName.trim() } };
    const input = { workspaceId, userName: userName.trim(), access, ...profile };
    const answer = await send(MemberAddDocument, { input });
    if (answer === null) return;
    const text = t('add.done', { name: displayName.trim() || userName.trim() });
    showNamed(text, answer.memberAdd?.lookAlike ?? null);
    onChanged();
    onClose();
  };

  return (
    <FormDialog
      title={t('members.add')}
      confirm={t('add.confirm')}
      onClose={onClose}
      onSubmit={save}
      failure={failure}
      fields={['userName', 'displayName', 'role', 'seatType', 'creditLimit']}
      isSaving={isSaving}
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
    </FormDialog>
  );
}
