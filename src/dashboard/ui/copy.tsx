import { useState } from 'react';
import { translate, useMessages } from '../app/messages.js';
import { Button } from './button.js';
import styles from './copy.module.css';
import { CheckIcon, CopyIcon } from './icons.js';
import { showToast } from './toast.js';

/** Copies a text; when the browser refuses, as without HTTPS, a message says so. @returns whether it is copied */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    showToast({ text: translate('copy.failed'), isFailure: true });
    return false;
  }
}

/** A value to copy, with its button. */
export function CopyText({ value, label }: { readonly value: string; readonly label: string }) {
  const t = useMessages();
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    if (!(await copyText(value))) return;
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
