import { useState } from 'react';
import { useMessages } from '../app/messages.js';
import { TextField } from '../ui/field.js';
import { FormDialog } from './form-dialog.js';
import { errorAt, type Failure } from './members/change.js';

interface RotateDialogProps {
  readonly title: string;
  readonly confirm: string;
  /** The label of the hours during which both secrets work. */
  readonly label: string;
  readonly onClose: () => void;
  readonly onRotate: (overlapHours: number) => void;
  readonly failure: Failure | null;
  readonly isSaving: boolean;
}

/** Rotates a secret: asks for how many hours the old one keeps working. */
export function RotateDialog(props: RotateDialogProps) {
  const { title, confirm, label, onClose, onRotate, failure, isSaving } = props;
  const t = useMessages();
  const [hours, setHours] = useState('24');
  const isValid = /^\d{1,3}$/.test(hours.trim());
  return (
    <FormDialog
      title={title}
      confirm={confirm}
      onClose={onClose}
      onSubmit={() => onRotate(Number(hours))}
      failure={failure}
      fields={['overlapHours']}
      isSaving={isSaving}
      isConfirmDisabled={!isValid}
    >
      <TextField
        label={label}
        description={t('rotate.overlapHint')}
        inputMode="numeric"
        value={hours}
        onChange={setHours}
        error={isValid ? errorAt(failure, 'overlapHours') : t('rotate.overlapInvalid')}
        autoFocus
      />
    </FormDialog>
  );
}
