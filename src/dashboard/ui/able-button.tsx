import { type ComponentProps, useId } from 'react';
import { blockedText } from '../app/attributes.js';
import { useMessages } from '../app/messages.js';
import type { AbilityPartsFragment } from '../app/workspace.generated.js';
import styles from './able-button.module.css';
import { Button } from './button.js';
import { showToast } from './toast.js';

type PlainButtonProps = Omit<
  ComponentProps<typeof Button>,
  'isDisabled' | 'aria-disabled' | 'aria-describedby'
>;

interface BlockableButtonProps extends PlainButtonProps {
  /** Why the button does nothing now; null when it works. */
  readonly blockedBecause: string | null;
  /** Whether the reason is shown only when the button is pressed, because a table has the button in every row. */
  readonly isInRow?: boolean;
}

/** A button that may be blocked, and then says why. It can be focused all the same, so that the keyboard finds the reason. */
export function BlockableButton({ blockedBecause, isInRow = false, ...rest }: BlockableButtonProps) {
  const id = useId();
  const isBlocked = blockedBecause !== null;
  const say = () => {
    if (isBlocked && isInRow) showToast({ text: blockedBecause });
  };
  // The button is at the same place of the tree in both cases, so that it keeps the focus.
  return (
    <span className={isBlocked && !isInRow ? styles.able : styles.alone}>
      <Button
        {...rest}
        {...(isBlocked ? { 'aria-disabled': true, 'aria-describedby': id, onPress: say } : {})}
      />
      {isBlocked && (
        <span id={id} className={isInRow ? 'visually-hidden' : styles.reason}>
          {blockedBecause}
        </span>
      )}
    </span>
  );
}

interface AbleButtonProps extends PlainButtonProps {
  readonly ability: AbilityPartsFragment;
}

/** A button for an ability of the viewer. When blocked, it shows the server's reason. */
export function AbleButton({ ability, ...rest }: AbleButtonProps) {
  const t = useMessages();
  return <BlockableButton {...rest} blockedBecause={blockedText(ability, t)} />;
}
