import { useState } from 'react';
import { useMessages } from '../app/messages.js';
import { Button } from './button.js';
import styles from './copy.module.css';
import { CheckIcon, CopyIcon } from './icons.js';

/** A value to copy, with its button. */
export function CopyText({ value, label }: { readonly value: string; readonly label: string }) {
  const t = useMessages();
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <span className={styles.copy}>
      <code>{value}</code>
      <Button
        kind="icon"
        aria-label={isCopied ? t('copy.done') : t('copy.label', { what: label })}
        onPress={copy}
      >
        {isCopied ? <CheckIcon /> : <CopyIcon />}
      </Button>
    </span>
  );
}
