import { useState } from 'react';
import { useMessages } from '../../../app/messages.js';
import { useWorkspace } from '../../../app/workspace.js';
import { Button } from '../../../ui/button.js';
import { Dialog } from '../../../ui/dialog.js';
import { TextField } from '../../../ui/field.js';
import { errorAt, useMemberChange } from '../change.js';
import { MemberUpdateDocument } from '../changes.generated.js';
import { useNamedToast } from '../look-alike.js';
import { nameOf } from '../person.js';
import { FailureNotice } from './failure.js';
import type { DialogProps } from './props.js';

const FIELDS = ['userName', 'displayName', 'givenName', 'familyName', 'externalId'] as const;
type Field = (typeof FIELDS)[number];

/** Changes the address and the name of a member. Only what was edited is sent. */
export function EditDialog({ member, onClose, onChanged }: DialogProps) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const { send, failure, isSaving } = useMemberChange(workspaceId, member);
  const showNamed = useNamedToast();
  const { userName, externalId, profile } = member;
  const before: Readonly<Record<Field, string>> = {
    userName,
    displayName: profile.displayName ?? '',
    givenName: profile.name?.givenName ?? '',
    familyName: profile.name?.familyName ?? '',
    externalId: externalId ?? '',
  };
  const [draft, setDraft] = useState(before);
  /** The field with its new value, or with null when it was cleared; no field when it was not edited. */
  const edited = <Name extends Field>(field: Name): Partial<Record<Name, string | null>> => {
    const part: Partial<Record<Field, string | null>> = {};
    if (draft[field] !== before[field]) part[field] = draft[field].trim() || null;
    return part;
  };

  const save = async () => {
    if (isSaving) return;
    const name = { ...edited('givenName'), ...edited('familyName') };
    const profile = { ...edited('displayName'), ...(Object.keys(name).length === 0 ? {} : { name }) };
    const sent = {
      // An empty address is sent too, so that the server's message appears.
      ...(draft.userName === userName ? {} : { userName: draft.userName.trim() }),
      ...edited('externalId'),
      ...(Object.keys(profile).length === 0 ? {} : { profile }),
    };
    const answer = await send(MemberUpdateDocument, (target) => ({ input: { ...target, ...sent } }));
    if (answer === null) return;
    showNamed(t('edit.done', { name: nameOf(member) }), answer.memberUpdate?.lookAlike ?? null);
    onChanged();
    onClose();
  };
  return (
    <Dialog
      title={t('edit.title', { name: nameOf(member) })}
      onClose={onClose}
      onSubmit={save}
      actions={
        <>
          <Button onPress={onClose}>{t('dialog.cancel')}</Button>
          <Button kind="primary" type="submit" isPending={isSaving}>
            {t(failure?.kind === 'conflict' ? 'dialog.saveAnyway' : 'dialog.save')}
          </Button>
        </>
      }
    >
      {FIELDS.map((field) => (
        <TextField
          key={field}
          label={t(`edit.${field}`)}
          value={draft[field]}
          onChange={(value) => setDraft({ ...draft, [field]: value })}
          error={errorAt(failure, field)}
        />
      ))}
      <FailureNotice failure={failure} fields={FIELDS} />
    </Dialog>
  );
}
