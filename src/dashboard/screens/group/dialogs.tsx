import { useState } from 'react';
import { useLocation } from 'wouter';
import { useMessages } from '../../app/messages.js';
import { useQuery } from '../../app/query.js';
import { useWorkspace } from '../../app/workspace.js';
import { ComboBox } from '../../ui/combo.js';
import { TextField } from '../../ui/field.js';
import { Notice } from '../../ui/notice.js';
import { showToast } from '../../ui/toast.js';
import { FormDialog } from '../form-dialog.js';
import type { GroupRowFragment } from '../groups/groups.generated.js';
import { useChange } from '../invitations/change.js';
import { errorAt } from '../members/change.js';
import { useDelayed } from '../members/delayed.js';
import { nameOf } from '../members/person.js';
import { GroupDeleteDocument, GroupUpdateDocument, PeopleChoicesDocument } from './group.generated.js';

interface GroupDialogProps {
  readonly group: GroupRowFragment;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

/** Group → Add member. */
export function AddDialog({ group, onClose, onChanged }: GroupDialogProps) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const [text, setText] = useState('');
  const [memberId, setMemberId] = useState<string | null>(null);
  const search = useDelayed(text);
  const [{ data }] = useQuery({ query: PeopleChoicesDocument, variables: { workspaceId, search } });
  const { send, failure, isSaving } = useChange();
  const choices = (data?.workspace?.members?.nodes ?? []).map((member) => ({
    value: member.id,
    label: `${nameOf(member)} (${member.userName})`,
  }));
  const choose = (value: string | null) => {
    setMemberId(value);
    setText(choices.find((choice) => choice.value === value)?.label ?? '');
  };
  const add = async () => {
    if (memberId === null) return;
    const input = { workspaceId, groupId: group.id, addMemberIds: [memberId] };
    if ((await send(GroupUpdateDocument, { input })) === null) return;
    showToast({ text: t('group.added', { member: text, name: group.displayName }) });
    onChanged();
    onClose();
  };
  return (
    <FormDialog
      title={t('group.add')}
      confirm={t('add.confirm')}
      onClose={onClose}
      onSubmit={add}
      failure={failure}
      isSaving={isSaving}
      isConfirmDisabled={memberId === null}
    >
      <ComboBox
        label={t('members.column.person')}
        placeholder={t('members.search')}
        choices={choices}
        value={memberId}
        onChange={choose}
        text={text}
        onType={setText}
        emptyText={t('members.none')}
      />
    </FormDialog>
  );
}

/** Group → Rename. */
export function RenameDialog({ group, onClose, onChanged }: GroupDialogProps) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const [before] = useState(group.displayName);
  const [displayName, setDisplayName] = useState(before);
  const { send, failure, isSaving } = useChange();
  const rename = async () => {
    const input = { workspaceId, groupId: group.id, displayName, expectedVersion: group.version };
    if ((await send(GroupUpdateDocument, { input })) === null) return;
    showToast({ text: t('group.renamed', { name: displayName }) });
    onChanged();
    onClose();
  };
  return (
    <FormDialog
      title={t('group.rename')}
      confirm={t('dialog.save')}
      onClose={onClose}
      onSubmit={rename}
      failure={failure}
      fields={['displayName']}
      isSaving={isSaving}
    >
      <TextField
        label={t('groups.name')}
        value={displayName}
        onChange={setDisplayName}
        error={errorAt(failure, 'displayName')}
        autoFocus
      />
      {group.displayName !== before && (
        <Notice
          tone="warning"
          title={t('group.renamedMeanwhile', { name: group.displayName })}
          hint={t('group.renamedHint')}
        />
      )}
    </FormDialog>
  );
}

/** Group → Delete. */
export function DeleteDialog({ group, onClose }: Omit<GroupDialogProps, 'onChanged'>) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const [, navigate] = useLocation();
  const { send, failure, isSaving } = useChange();
  const name = group.displayName;
  const remove = async () => {
    if ((await send(GroupDeleteDocument, { input: { workspaceId, groupId: group.id } })) === null) return;
    showToast({ text: t('group.deleted', { name }) });
    navigate('/settings/groups');
  };
  return (
    <FormDialog
      title={t('group.delete.title', { name })}
      confirm={t('group.delete')}
      onClose={onClose}
      onSubmit={remove}
      failure={failure}
      isSaving={isSaving}
      isDanger
    >
      <p>{t('group.delete.text', { name })}</p>
    </FormDialog>
  );
}
