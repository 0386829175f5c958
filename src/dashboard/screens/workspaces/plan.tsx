import { useState } from 'react';
import { useMessages } from '../../app/messages.js';
import type { Plan } from '../../app/schema.generated.js';
import { Checkbox, Select } from '../../ui/field.js';
import { Notice } from '../../ui/notice.js';
import { showToast } from '../../ui/toast.js';
import { FormDialog } from '../form-dialog.js';
import { useChange } from '../invitations/change.js';
import { errorAt } from '../members/change.js';
import { type WorkspaceRowFragment, WorkspaceSetDocument } from './workspaces.generated.js';

export const PLANS: readonly Plan[] = ['ENTERPRISE', 'TEAM', 'FREE'];

interface PlanDialogProps {
  readonly workspace: WorkspaceRowFragment;
  readonly onClose: () => void;
}

/** Lets operators set the plan, and switch SCIM on and off. */
export function PlanDialog({ workspace, onClose }: PlanDialogProps) {
  const t = useMessages();
  const { id: workspaceId, version, name } = workspace;
  const [plan, setPlan] = useState(workspace.plan);
  const [isScimOn, setScimOn] = useState(workspace.scim.enabled);
  const { send, failure, isSaving } = useChange();
  const isLeaving = workspace.plan === 'ENTERPRISE' && plan !== 'ENTERPRISE';
  const save = async () => {
    const input = {
      workspaceId,
      expectedVersion: version,
      ...(plan === workspace.plan ? {} : { plan }),
      ...(plan === 'ENTERPRISE' ? { scimEnabled: isScimOn } : {}),
    };
    if ((await send(WorkspaceSetDocument, { input })) === null) return;
    showToast({ text: t('workspaces.changed', { name }) });
    onClose();
  };
  return (
    <FormDialog
      title={t('workspaces.planOf', { name })}
      confirm={t('dialog.save')}
      onClose={onClose}
      onSubmit={save}
      failure={failure}
      fields={['plan']}
      isSaving={isSaving}
    >
      <Select<Plan>
        label={t('general.plan')}
        choices={PLANS.map((value) => ({ value, label: t(`plan.${value}`) }))}
        value={plan}
        onChange={setPlan}
        error={errorAt(failure, 'plan')}
      />
      {plan === 'ENTERPRISE' && (
        <Checkbox isSelected={isScimOn} onChange={setScimOn}>
          {t('workspaces.scimOn')}
        </Checkbox>
      )}
      {isLeaving && <Notice tone="warning" title={t('workspaces.leaving')} />}
    </FormDialog>
  );
}
