import { personName } from '../../../domain/person-name.js';
import type { Translate } from '../../app/messages.js';
import type { AccessModel, MemberAccessInput, Role, SeatType } from '../../app/schema.generated.js';
import type {
  AccessPartsFragment,
  MemberRowFragment,
  MemberUsagePartsFragment,
} from './members.generated.js';

/** A member as a row shows it. Hidden columns are absent. */
export type MemberRow = MemberRowFragment & {
  readonly groups?: readonly { readonly id: string; readonly displayName: string }[];
  readonly usage?: MemberUsagePartsFragment | null;
};

/** The name of a person; see `personName`. */
export function nameOf({ profile, userName }: Pick<MemberRowFragment, 'profile' | 'userName'>): string {
  return personName(profile, userName);
}

/** Where a problem of provisioning is shown in full. @param settings the path of the workspace's settings */
export function problemUrl(settings: string, { problemId }: { readonly problemId: string }): string {
  return `${settings}/provisioning?problem=${encodeURIComponent(problemId)}`;
}

/** The roles of each version's members, as filters list them. */
export const ROLES: Readonly<Record<AccessModel, readonly Role[]>> = {
  V1: ['OWNER', 'ADMIN', 'MEMBER', 'GUEST'],
  V2: ['OWNER', 'ADMIN', 'EDITOR', 'VIEWER'],
};

type MemberAccessParts = Pick<MemberRowFragment, 'active' | 'role' | 'access'>;

export function seatOf(access: AccessPartsFragment | null): SeatType | null {
  return access !== null && 'seatType' in access ? access.seatType : null;
}

export function limitOf(access: AccessPartsFragment | null): number | null {
  return access !== null && 'creditLimit' in access ? access.creditLimit : null;
}

/** Role and seat as text: "Editor", "Member, Pro seat". */
export function accessText({ role, access }: MemberAccessParts, model: AccessModel, t: Translate): string {
  const roleText = role === null ? t('members.noAccess') : t(`role.${role}`);
  if (model === 'V2' || access === null) return roleText;
  const seatType = seatOf(access);
  return seatType === null
    ? t('members.roleNoSeat', { role: roleText })
    : t('members.roleAndSeat', { role: roleText, seat: t(`seat.${seatType}`) });
}

/**
 * The access of a member as input of `memberAdd`, to restore it after a removal.
 * @returns undefined for access that cannot be assigned; the member then gets the workspace's default
 */
export function accessInputOf({ role, access }: MemberAccessParts): MemberAccessInput | undefined {
  if (access === null) return undefined;
  if ('seatType' in access) {
    const assignedRole = role === 'ADMIN' ? ('ADMIN' as const) : ('MEMBER' as const);
    return { seatAccess: { role: assignedRole, seatType: access.seatType } };
  }
  if (role !== 'ADMIN' && role !== 'EDITOR' && role !== 'VIEWER') return undefined;
  const { creditLimit } = access;
  return { roleAccess: { role, ...(creditLimit === null ? {} : { creditLimit }) } };
}
