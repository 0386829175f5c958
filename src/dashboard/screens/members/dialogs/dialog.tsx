import { AccessDialog } from './access.js';
import { ConfirmDialog } from './confirm.js';
import { CreditLimitDialog } from './credit-limit.js';
import { EditDialog } from './edit.js';
import type { DialogProps, MemberAction } from './props.js';
import { RemoveDialog } from './remove.js';

/** The dialog of one action on one member. */
export function MemberDialog({ action, ...props }: DialogProps & { readonly action: MemberAction }) {
  switch (action) {
    case 'update':
      return <EditDialog {...props} />;
    case 'setAccess':
      return <AccessDialog {...props} isDemotion={false} />;
    case 'demote':
      return <AccessDialog {...props} isDemotion />;
    case 'setCreditLimit':
      return <CreditLimitDialog {...props} />;
    case 'remove':
      return <RemoveDialog {...props} />;
    default:
      return <ConfirmDialog {...props} action={action} />;
  }
}
