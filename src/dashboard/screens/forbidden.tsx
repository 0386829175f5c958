import { useMessages } from '../app/messages.js';
import type { AbilityPartsFragment } from '../app/workspace.generated.js';
import { OverviewLink } from '../ui/loaded.js';
import { Empty } from '../ui/notice.js';
import { Page } from '../ui/panel.js';

interface ForbiddenProps {
  readonly title: string;
  readonly ability: AbilityPartsFragment;
}

/** A screen that the viewer may not open, with the server's reason. */
export function Forbidden({ title, ability: { refusal } }: ForbiddenProps) {
  const t = useMessages();
  return (
    <Page title={title}>
      <Empty title={t('state.forbidden')} actions={<OverviewLink />}>
        {refusal?.hint ?? refusal?.message ?? t('action.blocked')}
      </Empty>
    </Page>
  );
}
