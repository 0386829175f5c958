import type { Translate } from '../../app/messages.js';
import type { GroupRowFragment } from './groups.generated.js';

/** The access that a group grants, as text. */
export function grantText(grants: GroupRowFragment['grants'], t: Translate): string {
  if (grants?.role != null) return t(`role.${grants.role}`);
  if (grants?.seatType != null) return t('groups.seat', { seat: t(`seat.${grants.seatType}`) });
  return t('groups.noGrant');
}
