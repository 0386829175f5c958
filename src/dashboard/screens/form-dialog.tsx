import { type ReactNode, useState } from 'react';
import { useMessages } from '../app/messages.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import type { Failure } from './members/change.js';
import { FailureNotice } from './members/dialogs/failure.js';

interface FormDialogProps {
  readonly title: string;
  readonly confirm: string;
  readonly onClose: () => void;
  readonly onSubmit: () => void;
  readonly failure: Failure | null;
  /** The fields of the form, which show their own refusals. */
  readonly fields?: readonly string[];
  /** What to do after a lost answer, for changes that can be made twice. */
  readonly offlineHint?: string | undefined;
  readonly isSaving: boolean;
  readonly isDanger?: boolean;
  readonly isConfirmDisabled?: boolean;
  readonly isWide?: boolean;
  readonly children: ReactNode;
}

/**
 * Says at each required field that is empty that it is required, from when the form is sent. The server refuses only one
 * field at a time.
 * @param isEmpty whether each of the required fields is empty
 */
export function useRequired<Field extends string>(isEmpty: Readonly<Record<Field, boolean>>) {
  const t = useMessages();
  const [isSent, setSent] = useState(false);
  return {
    /** Call it before the form is sent. @returns whether all required fields are filled in */
    check: () => {
      setSent(true);
      return !Object.values(isEmpty).includes(true);
    },
    errorAt: (field: Field) => (isSent && isEmpty[field] ? t('form.required') : undefined),
  };
}

/** A dialog that sends one change: its fields, the reason of a refusal, and the buttons Cancel and submit. */
export function FormDialog(props: FormDialogProps) {
  const { title, confirm, onClose, onSubmit, failure, fields = [], isSaving, children } = props;
  const { isDanger = false, isConfirmDisabled = false, isWide = false, offlineHint } = props;
  const t = useMessages();
  return (
    <Dialog
      title={title}
      onClose={onClose}
      onSubmit={() => !isSaving && !isConfirmDisabled && onSubmit()}
      isAlert={isDanger}
      isWide={isWide}
      actions={
        <>
          <Button onPress={onClose}>{t('dialog.cancel')}</Button>
          <Button
            kind={isDanger ? 'danger' : 'primary'}
            type="submit"
            isPending={isSaving}
            isDisabled={isConfirmDisabled}
          >
            {confirm}
          </Button>
        </>
      }
    >
      {children}
      <FailureNotice failure={failure} fields={fields} offlineHint={offlineHint} />
    </Dialog>
  );
}
