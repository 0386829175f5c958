import { useMessages } from '../app/messages.js';
import type { AbilityPartsFragment } from '../app/workspace.generated.js';
import { Empty } from '../ui/notice.js';
import { Page } from '../ui/panel.js';

interface ForbiddenProps {
  readonly title: string;
  readonly ability: AbilityPartsFragment;
}

/** A screen that the person may not open, and why, in the server's words. */
export function Forbidden({ title, ability: { refusal } }: ForbiddenProps) {
  const t = useMessages();
  return (
    <Page title={title}>
      <Empty title={t('state.forbidden')}>{refusal?.hint ?? refusal?.message ?? t('action.blocked')}</Empty>
    </Page>
  );
}
