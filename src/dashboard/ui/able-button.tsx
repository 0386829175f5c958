import { type ComponentProps, useId } from 'react';
import { useMessages } from '../app/messages.js';
import type { AbilityPartsFragment } from '../app/workspace.generated.js';
import styles from './able-button.module.css';
import { Button } from './button.js';

interface AbleButtonProps extends Omit<ComponentProps<typeof Button>, 'isDisabled' | 'aria-describedby'> {
  readonly ability: AbilityPartsFragment;
}

/** A button for an ability of the viewer. When disabled, it shows the server's reason. */
export function AbleButton({ ability: { allowed, refusal }, ...rest }: AbleButtonProps) {
  const t = useMessages();
  const id = useId();
  if (allowed) return <Button {...rest} />;
  return (
    <span className={styles.able}>
      <Button {...rest} isDisabled aria-describedby={id} />
      <span id={id} className={styles.reason}>
        {refusal?.message ?? t('action.blocked')}
      </span>
    </span>
  );
}
