import { useState } from 'react';
import { useMessages } from '../../app/messages.js';
import type { AccessModel, Plan } from '../../app/schema.generated.js';
import { Checkbox, Select, TextField } from '../../ui/field.js';
import { showToast } from '../../ui/toast.js';
import { FormDialog, useRequired } from '../form-dialog.js';
import { useChange } from '../invitations/change.js';
import { errorAt } from '../members/change.js';
import { limitFrom } from '../members/limit.js';
import { PLANS } from './plan.js';
import { WorkspaceCreateDocument } from './workspaces.generated.js';

const MODELS: readonly AccessModel[] = ['V2', 'V1'];

interface CreateDialogProps {
  readonly onClose: () => void;
  readonly onCreated: () => void;
}

/** Workspaces → Create workspace. */
export function CreateDialog({ onClose, onCreated }: CreateDialogProps) {
  const t = useMessages();
  const [name, setName] = useState('');
  const [ownerEmail, setOwnerEmail] = useState('');
  const [accessModel, setAccessModel] = useState<AccessModel>('V2');
  const [plan, setPlan] = useState<Plan>('ENTERPRISE');
  const [isScimOn, setScimOn] = useState(false);
  const [credits, setCredits] = useState('');
  const { send, failure, isSaving } = useChange();
  const hasPool = accessModel === 'V2' && credits.trim() !== '';
  const monthlyCredits = hasPool ? limitFrom(credits) : null;
  const isInvalid = hasPool && monthlyCredits === null;
  const required = useRequired({ name: name.trim() === '', ownerEmail: ownerEmail.trim() === '' });
  const create = async () => {
    if (!required.check()) return;
    const input = {
      name: name.trim(),
      ownerEmail: ownerEmail.trim(),
      accessModel,
      plan,
      scimEnabled: plan === 'ENTERPRISE' && isScimOn,
      ...(monthlyCredits === null ? {} : { monthlyCredits }),
    };
    if ((await send(WorkspaceCreateDocument, { input })) === null) return;
    showToast({ text: t('workspaces.created', { name: input.name }) });
    onCreated();
    onClose();
  };
  return (
    <FormDialog
      title={t('workspaces.create')}
      confirm={t('workspaces.create')}
      onClose={onClose}
      onSubmit={create}
      failure={failure}
      fields={['name', 'ownerEmail', 'monthlyCredits']}
      offlineHint={t('workspaces.offlineHint')}
      isSaving={isSaving}
      isConfirmDisabled={isInvalid}
    >
      <TextField
        label={t('groups.name')}
        value={name}
        onChange={setName}
        error={required.errorAt('name') ?? errorAt(failure, 'name')}
        autoFocus
      />
      <TextField
        label={t('workspaces.owner')}
        type="email"
        value={ownerEmail}
        onChange={setOwnerEmail}
        error={required.errorAt('ownerEmail') ?? errorAt(failure, 'ownerEmail')}
      />
      <Select<AccessModel>
        label={t('general.version')}
        description={t('workspaces.versionHint')}
        choices={MODELS.map((value) => ({
          value,
          label: value,
          description: t(`general.version.${value}`),
        }))}
        value={accessModel}
        onChange={setAccessModel}
      />
      <Select<Plan>
        label={t('general.plan')}
        choices={PLANS.map((value) => ({ value, label: t(`plan.${value}`) }))}
        value={plan}
        onChange={setPlan}
      />
      {plan === 'ENTERPRISE' && (
        <Checkbox isSelected={isScimOn} onChange={setScimOn}>
          {t('workspaces.scimOn')}
        </Checkbox>
      )}
      {accessModel === 'V2' && (
        <TextField
          label={t('pool.label')}
          inputMode="numeric"
          value={credits}
          onChange={setCredits}
          error={isInvalid ? t('pool.invalid') : errorAt(failure, 'monthlyCredits')}
        />
      )}
    </FormDialog>
  );
}
