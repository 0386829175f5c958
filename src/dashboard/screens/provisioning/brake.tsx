import { useState } from 'react';
import { formatTime } from '../../app/formats.js';
import { useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { Notice } from '../../ui/notice.js';
import { showToast } from '../../ui/toast.js';
import { FormDialog } from '../form-dialog.js';
import { useChange } from '../invitations/change.js';
import { type BrakePartsFragment, BrakeReleaseDocument } from './provisioning.generated.js';
import { UndoButton } from './undo.js';

interface BrakeProps {
  readonly brake: BrakePartsFragment;
  readonly onChanged: () => void;
}

/** The banner of the brake while it pauses removals, or while it is released. */
export function BrakeBanner({ brake, onChanged }: BrakeProps) {
  const t = useMessages();
  const [isReleasing, setReleasing] = useState(false);
  const { engagedAt, releasedUntil, removals, windowMinutes } = brake;
  if (engagedAt === null) {
    const isReleased = releasedUntil !== null && new Date(releasedUntil).getTime() > Date.now();
    if (!isReleased) return null;
    return <Notice title={t('brake.released', { until: formatTime(releasedUntil) })} />;
  }
  return (
    <>
      <Notice
        tone="danger"
        title={t('brake.engaged', { at: formatTime(engagedAt) })}
        hint={t('brake.hint', { removals, windowMinutes })}
        actions={
          <>
            <UndoButton kind="brake" onChanged={onChanged} />
            <Button onPress={() => setReleasing(true)}>{t('brake.release')}</Button>
          </>
        }
      />
      {isReleasing && <ReleaseDialog onClose={() => setReleasing(false)} onChanged={onChanged} />}
    </>
  );
}

function ReleaseDialog({
  onClose,
  onChanged,
}: {
  readonly onClose: () => void;
  readonly onChanged: () => void;
}) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const { send, failure, isSaving } = useChange();
  const release = async () => {
    if ((await send(BrakeReleaseDocument, { input: { workspaceId } })) === null) return;
    showToast({ text: t('brake.isReleased') });
    onChanged();
    onClose();
  };
  return (
    <FormDialog
      title={t('brake.releaseTitle')}
      confirm={t('brake.release')}
      onClose={onClose}
      onSubmit={release}
      failure={failure}
      isSaving={isSaving}
      isDanger
    >
      <p>{t('brake.releaseText')}</p>
    </FormDialog>
  );
}
