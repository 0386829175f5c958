import type { MemberRow } from '../person.js';

export type MemberAction =
  | 'update'
  | 'setAccess'
  | 'clearAccess'
  | 'setCreditLimit'
  | 'promote'
  | 'demote'
  | 'remove'
  | 'delete';

/** The properties of every dialog about one member. */
export interface DialogProps {
  /** The member as it was when the dialog opened. */
  readonly member: MemberRow;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}
