import { type FormEvent, type ReactNode, useEffect } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import styles from './dialog.module.css';
import { focusSomewhere } from './kept-focus.js';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  /** Called when the form is submitted, by its button or by Enter. */
  readonly onSubmit?: () => void;
  /** The buttons; the one that submits has `type="submit"`. */
  readonly actions: ReactNode;
  readonly children?: ReactNode;
  readonly isWide?: boolean;
  /** For questions that need an answer: a click beside the dialog does not close it. */
  readonly isAlert?: boolean;
  /** For what is not shown again: Escape does not close it either, only its button. */
  readonly isKept?: boolean;
}

/** Whether a dialog is open, in which something may have been typed. The role would not tell it from a toast. */
export function isDialogOpen(): boolean {
  return document.getElementsByClassName(styles.overlay ?? '').length > 0;
}

/** A modal dialog. It is open while it is rendered; the focus returns to where it was. */
export function Dialog({
  title,
  onClose,
  onSubmit,
  actions,
  children,
  isWide = false,
  isAlert = false,
  isKept = false,
}: DialogProps) {
  useEffect(() => focusSomewhere, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit?.();
  };
  return (
    <ModalOverlay
      isOpen
      isDismissable={!isAlert}
      isKeyboardDismissDisabled={isKept}
      onOpenChange={(isOpen) => !isOpen && onClose()}
      className={styles.overlay ?? ''}
    >
      <Modal className={isWide ? `${styles.modal} ${styles.wide}` : (styles.modal ?? '')}>
        <AriaDialog role={isAlert ? 'alertdialog' : 'dialog'} className={styles.dialog ?? ''}>
          <Heading slot="title" level={2} className="clipped">
            {title}
          </Heading>
          <form onSubmit={submit} className={styles.form} noValidate>
            <div className={styles.body}>{children}</div>
            <div className={styles.actions}>{actions}</div>
          </form>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
