import { useState } from 'react';
import { formatNumber } from '../../app/formats.js';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { TextField } from '../../ui/field.js';
import { showToast } from '../../ui/toast.js';
import { FormDialog } from '../form-dialog.js';
import { useChange } from '../invitations/change.js';
import { errorAt } from '../members/change.js';
import { limitFrom } from '../members/limit.js';
import { CreditPoolSetDocument, DefaultLimitSetDocument } from './credits.generated.js';

interface CreditsDialogProps<Value> {
  readonly current: Value;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

/** Credits → Set monthly credits. */
export function PoolDialog({ current, onClose, onChanged }: CreditsDialogProps<number>) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const [text, setText] = useState(String(current));
  const [isInvalid, setInvalid] = useState(false);
  const { send, failure, isSaving } = useChange();
  const save = async () => {
    const monthlyCredits = text.trim() === '0' ? 0 : limitFrom(text);
    setInvalid(monthlyCredits === null);
    if (monthlyCredits === null) return;
    if ((await send(CreditPoolSetDocument, { input: { workspaceId, monthlyCredits } })) === null) return;
    showToast({ text: t('pool.saved', { total: formatNumber(monthlyCredits) }) });
    onChanged();
    onClose();
  };
  return (
    <FormDialog
      title={t('pool.title')}
      confirm={t('dialog.save')}
      onClose={onClose}
      onSubmit={save}
      failure={failure}
      fields={['monthlyCredits']}
      isSaving={isSaving}
    >
      <TextField
        label={t('pool.label')}
        description={t('pool.hint')}
        inputMode="numeric"
        value={text}
        onChange={setText}
        error={isInvalid ? t('pool.invalid') : errorAt(failure, 'monthlyCredits')}
        autoFocus
      />
    </FormDialog>
  );
}

/** Credits → Set default limit. */
export function DefaultLimitDialog({ current, onClose, onChanged }: CreditsDialogProps<number | null>) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const [text, setText] = useState(current === null ? '' : String(current));
  const [isInvalid, setInvalid] = useState(false);
  const { send, failure, isSaving } = useChange();
  const set = async (defaultCreditLimit: number | null) => {
    const input = { workspaceId, defaultCreditLimit };
    if ((await send(DefaultLimitSetDocument, { input })) === null) return;
    showToast({
      text:
        defaultCreditLimit === null
          ? t('defaultLimit.cleared')
          : t('defaultLimit.saved', { limit: formatNumber(defaultCreditLimit) }),
    });
    onChanged();
    onClose();
  };
  const save = () => {
    const limit = limitFrom(text);
    setInvalid(limit === null);
    if (limit !== null) void set(limit);
  };
  return (
    <FormDialog
      title={t('defaultLimit.title')}
      confirm={t('dialog.save')}
      onClose={onClose}
      onSubmit={save}
      failure={failure}
      fields={['defaultCreditLimit']}
      isSaving={isSaving}
    >
      <TextField
        label={t('defaultLimit.label')}
        description={t('defaultLimit.hint')}
        inputMode="numeric"
        value={text}
        onChange={setText}
        error={isInvalid ? t('limit.invalid') : errorAt(failure, 'defaultCreditLimit')}
        autoFocus
      />
      {current !== null && (
        <Button onPress={() => set(null)} isDisabled={isSaving}>
          {t('defaultLimit.clear')}
        </Button>
      )}
    </FormDialog>
  );
}
