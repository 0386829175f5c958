import { AccessDialog } from './access.js';
import { CreditLimitDialog } from './credit-limit.js';
import { PromoteDialog } from './promote.js';
import type { DialogProps, MemberAction } from './props.js';
import { RemoveDialog } from './remove.js';

/** The dialog of one action on one member. */
export function MemberDialog({ action, ...props }: DialogProps & { readonly action: MemberAction }) {
  switch (action) {
    case 'setAccess':
      return <AccessDialog {...props} isDemotion={false} />;
    case 'demote':
      return <AccessDialog {...props} isDemotion />;
    case 'setCreditLimit':
      return <CreditLimitDialog {...props} />;
    case 'promote':
      return <PromoteDialog {...props} />;
    case 'remove':
      return <RemoveDialog {...props} />;
  }
}
