import {
  Button as AriaButton,
  Text,
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastQueue as ToastQueue,
  UNSTABLE_ToastRegion as ToastRegion,
} from 'react-aria-components';
import { useMessages } from '../app/messages.js';
import { Button } from './button.js';
import button from './button.module.css';
import { CloseIcon } from './icons.js';
import styles from './toast.module.css';

interface ToastMessage {
  readonly text: string;
  readonly isFailure?: boolean;
  /** An action, such as Undo. */
  readonly action?: { readonly label: string; readonly onPress: () => void };
}

const queue = new ToastQueue<ToastMessage>({ maxVisibleToasts: 3 });
const SHOWN_FOR_MS = 6000;

/**
 * Shows a message in a corner, and announces it to screen readers. Failures and messages with an action stay until
 * closed; a failure that is shown already is not shown again.
 */
export function showToast(message: ToastMessage): void {
  // Each request of a long job may fail for the same reason.
  if (queue.visibleToasts.some(({ content }) => content.isFailure && content.text === message.text)) return;
  const stays = message.isFailure === true || message.action !== undefined;
  queue.add(message, stays ? {} : { timeout: SHOWN_FOR_MS });
}

/** Closes a message that is no longer true. */
export function closeToast(text: string): void {
  for (const { content, key } of queue.visibleToasts) if (content.text === text) queue.close(key);
}

/** The place of the messages; rendered once. */
export function Toasts() {
  const t = useMessages();
  return (
    <ToastRegion queue={queue} className={styles.region ?? ''} aria-label={t('toast.region')}>
      {({ toast }) => {
        const { text, isFailure = false, action } = toast.content;
        return (
          <Toast
            toast={toast}
            className={isFailure ? `${styles.toast} ${styles.danger}` : (styles.toast ?? '')}
          >
            <ToastContent className={styles.content ?? ''}>
              <Text slot="title">{text}</Text>
            </ToastContent>
            {action !== undefined && (
              <Button
                onPress={() => {
                  queue.close(toast.key);
                  action.onPress();
                }}
              >
                {action.label}
              </Button>
            )}
            <AriaButton
              slot="close"
              aria-label={t('toast.close')}
              className={`${button.button} ${button.icon}`}
            >
              <CloseIcon />
            </AriaButton>
          </Toast>
        );
      }}
    </ToastRegion>
  );
}
