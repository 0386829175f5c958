import { useState } from 'react';
import { formatNumber } from '../../app/formats.js';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { AbleButton } from '../../ui/able-button.js';
import { Checkbox, TextField } from '../../ui/field.js';
import { Badge } from '../../ui/notice.js';
import { Facts, Panel } from '../../ui/panel.js';
import { showToast } from '../../ui/toast.js';
import { FormDialog } from '../form-dialog.js';
import { useChange } from '../invitations/change.js';
import { errorAt } from '../members/change.js';
import { type BrakePartsFragment, BrakeUpdateDocument } from './provisioning.generated.js';

interface BrakeSettingsProps {
  readonly brake: BrakePartsFragment;
}

/** How many removals within how many minutes engage the brake. */
export function BrakeSettings({ brake }: BrakeSettingsProps) {
  const t = useMessages();
  const { viewerCan } = useWorkspace();
  const [isEditing, setEditing] = useState(false);
  const { enabled, mostMembers, mostPercent, windowMinutes } = brake;
  return (
    <Panel
      title={t('brake.title')}
      actions={
        <AbleButton ability={viewerCan.manageScim} onPress={() => setEditing(true)}>
          {t('brake.change')}
        </AbleButton>
      }
    >
      <p>
        {t('brake.rule', {
          mostMembers: formatNumber(mostMembers),
          mostPercent,
          windowMinutes: formatNumber(windowMinutes),
        })}
      </p>
      <Facts
        facts={[
          [
            t('apiKeys.state'),
            <Badge key="state" tone={enabled ? 'success' : 'neutral'}>
              {t(enabled ? 'workspaces.on' : 'workspaces.off')}
            </Badge>,
          ],
        ]}
      />
      {isEditing && <SettingsDialog brake={brake} onClose={() => setEditing(false)} />}
    </Panel>
  );
}

const NUMBERS = ['mostMembers', 'mostPercent', 'windowMinutes'] as const;

function SettingsDialog({ brake, onClose }: BrakeSettingsProps & { readonly onClose: () => void }) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const { send, failure, isSaving } = useChange();
  const [enabled, setEnabled] = useState(brake.enabled);
  const [typed, setTyped] = useState({
    mostMembers: String(brake.mostMembers),
    mostPercent: String(brake.mostPercent),
    windowMinutes: String(brake.windowMinutes),
  });
  const isNumber = (name: (typeof NUMBERS)[number]) => /^\d{1,6}$/.test(typed[name].trim());

  const save = async () => {
    const { mostMembers, mostPercent, windowMinutes } = typed;
    const input = {
      workspaceId,
      enabled,
      mostMembers: Number(mostMembers),
      mostPercent: Number(mostPercent),
      windowMinutes: Number(windowMinutes),
    };
    if ((await send(BrakeUpdateDocument, { input })) === null) return;
    showToast({ text: t('brake.saved') });
    onClose();
  };
  return (
    <FormDialog
      title={t('brake.title')}
      confirm={t('dialog.save')}
      onClose={onClose}
      onSubmit={save}
      failure={failure}
      fields={NUMBERS}
      isSaving={isSaving}
      isConfirmDisabled={!NUMBERS.every(isNumber)}
    >
      <Checkbox isSelected={enabled} onChange={setEnabled}>
        {t('brake.enabled')}
      </Checkbox>
      {NUMBERS.map((name) => (
        <TextField
          key={name}
          label={t(`brake.${name}`)}
          inputMode="numeric"
          value={typed[name]}
          onChange={(text) => setTyped({ ...typed, [name]: text })}
          error={isNumber(name) ? errorAt(failure, name) : t('brake.notNumber')}
        />
      ))}
    </FormDialog>
  );
}
