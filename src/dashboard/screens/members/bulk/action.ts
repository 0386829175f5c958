import type { AccessModel, MembersBulkChange } from '../../../app/schema.generated.js';
import { type AccessDraft, accessInputFrom } from '../access-choice.js';
import { limitFrom } from '../limit.js';

export type BulkAction = 'setAccess' | 'setCreditLimit' | 'clearCreditLimit' | 'remove';

/** The values that were chosen and typed in the dialog. */
export interface BulkDraft {
  readonly access: AccessDraft;
  readonly limit: string;
}

/** @returns the change as input of the mutation; null while the typed limit is invalid */
export function changeOf(action: BulkAction, draft: BulkDraft, model: AccessModel): MembersBulkChange | null {
  switch (action) {
    case 'remove':
      return { action: 'REMOVE' };
    case 'clearCreditLimit':
      return { action: 'CLEAR_CREDIT_LIMIT' };
    case 'setCreditLimit': {
      const creditLimit = limitFrom(draft.limit);
      return creditLimit === null ? null : { creditLimit };
    }
    case 'setAccess': {
      const access = accessInputFrom({ ...draft.access, limit: '' }, model);
      return access === null ? null : { access };
    }
  }
}
