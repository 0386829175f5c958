import { useMessages } from '../../app/messages.js';
import { Button } from '../../ui/button.js';
import { copyText } from '../../ui/copy.js';
import { showToast } from '../../ui/toast.js';

/** Copies a text that is too long to be shown beside its button. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const t = useMessages();
  const copy = async () => {
    if (await copyText(text)) showToast({ text: t('copy.done') });
  };
  return <Button onPress={copy}>{label}</Button>;
}
