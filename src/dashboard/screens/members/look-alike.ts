import { useLocation } from 'wouter';
import { type Translate, useMessages } from '../../app/messages.js';
import { useWorkspace } from '../../app/workspace.js';
import { showToast } from '../../ui/toast.js';
import type { LookAlikeFragment } from './changes.generated.js';
import { nameOf } from './person.js';

/** The warning that an address looks like that of another member. */
export function lookAlikeText(member: LookAlikeFragment, t: Translate): string {
  const { userName } = member;
  const name = nameOf(member);
  return t('lookAlike.text', { member: name === userName ? userName : `${name} (${userName})` });
}

/** Returns a function that shows what was done, and warns when the person looks like another member. */
export function useNamedToast() {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const [, navigate] = useLocation();
  return (text: string, lookAlike: LookAlikeFragment | null): void => {
    if (lookAlike === null) {
      showToast({ text });
      return;
    }
    const { id } = lookAlike;
    const label = t('lookAlike.open', { name: nameOf(lookAlike) });
    const onPress = () => navigate(`~/workspace/${workspaceId}/settings/members/${id}`);
    showToast({ text: `${text} ${lookAlikeText(lookAlike, t)}`, action: { label, onPress } });
  };
}
