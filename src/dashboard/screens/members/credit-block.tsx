import { useMessages } from '../../app/messages.js';
import type { CreditBlock } from '../../app/schema.generated.js';
import type { AbilityPartsFragment } from '../../app/workspace.generated.js';
import { Notice } from '../../ui/notice.js';

interface CreditBlockNoticeProps {
  readonly block: CreditBlock;
  /** The viewer's ability to change what blocks the member. */
  readonly ability: AbilityPartsFragment;
}

/** Why a member cannot use credits, and what the viewer can do about it: change it, or ask somebody who can. */
export function CreditBlockNotice({ block, ability: { allowed, refusal } }: CreditBlockNoticeProps) {
  const t = useMessages();
  return (
    <Notice
      tone="warning"
      title={t(`blockedBy.${block}`)}
      hint={allowed ? t(`blockedBy.${block}.hint`) : refusal?.hint}
    />
  );
}
