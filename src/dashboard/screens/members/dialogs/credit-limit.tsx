import { useState } from 'react';
import { formatNumber } from '../../../app/formats.js';
import { useMessages } from '../../../app/messages.js';
import { useWorkspace } from '../../../app/workspace.js';
import { Button } from '../../../ui/button.js';
import { Dialog } from '../../../ui/dialog.js';
import { TextField } from '../../../ui/field.js';
import { showToast } from '../../../ui/toast.js';
import { errorAt, useMemberChange } from '../change.js';
import { MemberClearCreditLimitDocument, MemberSetCreditLimitDocument } from '../changes.generated.js';
import { limitFrom } from '../limit.js';
import { limitOf, nameOf } from '../person.js';
import { FailureNotice } from './failure.js';
import type { DialogProps } from './props.js';

/** Settings → Members → ••• → Set credit limit. */
export function CreditLimitDialog({ member, onClose, onChanged }: DialogProps) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const current = limitOf(member.access);
  const [text, setText] = useState(current === null ? '' : String(current));
  const [isInvalid, setInvalid] = useState(false);
  const { send, failure, isSaving } = useMemberChange(workspaceId, member);
  const name = nameOf(member);
  const finish = (message: string) => {
    showToast({ text: message });
    onChanged();
    onClose();
  };

  const save = async () => {
    const creditLimit = limitFrom(text);
    setInvalid(creditLimit === null);
    if (creditLimit === null || isSaving) return;
    const isDone = await send(MemberSetCreditLimitDocument, (target) => ({
      input: { ...target, creditLimit },
    }));
    if (isDone) finish(t('limit.saved', { name, limit: formatNumber(creditLimit) }));
  };
  const clear = async () => {
    const isDone = await send(MemberClearCreditLimitDocument, (input) => ({ input }));
    if (isDone) finish(t('limit.cleared', { name }));
  };

  return (
    <Dialog
      title={t('limit.title', { name })}
      onClose={onClose}
      onSubmit={save}
      actions={
        <>
          {current !== null && (
            <Button onPress={clear} isDisabled={isSaving}>
              {t('limit.clear')}
            </Button>
          )}
          <Button onPress={onClose}>{t('dialog.cancel')}</Button>
          <Button kind="primary" type="submit" isPending={isSaving}>
            {t(failure?.kind === 'conflict' ? 'dialog.saveAnyway' : 'dialog.save')}
          </Button>
        </>
      }
    >
      <TextField
        label={t('limit.label')}
        description={t('limit.description')}
        value={text}
        onChange={setText}
        inputMode="numeric"
        error={isInvalid ? t('limit.invalid') : errorAt(failure, 'creditLimit')}
        autoFocus
      />
      <FailureNotice failure={failure} fields={['creditLimit']} />
    </Dialog>
  );
}
