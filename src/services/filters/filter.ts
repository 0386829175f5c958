import type { Origin, Role, SeatType } from '../../domain/access.js';
import type { Comparison, TextComparison } from '../lists/comparison.js';

/** A filter of members: all conditions must hold. GraphQL, SCIM and exports use it (spec graphql, "Shape"). */
export interface MemberFilter {
  readonly and?: readonly MemberFilter[] | null;
  readonly or?: readonly MemberFilter[] | null;
  readonly not?: MemberFilter | null;
  readonly id?: Comparison<string> | null;
  readonly userName?: TextComparison | null;
  readonly externalId?: TextComparison | null;
  readonly active?: Comparison<boolean> | null;
  readonly role?: Comparison<Role> | null;
  readonly seatType?: Comparison<SeatType> | null;
  readonly creditLimit?: Comparison<number> | null;
  readonly creditsUsed?: Comparison<number> | null;
  readonly accessSetBy?: Comparison<Origin> | null;
  readonly managedBy?: Comparison<Origin> | null;
  readonly membershipStartedAt?: Comparison<Date> | null;
  readonly membershipEndedAt?: Comparison<Date> | null;
  readonly createdAt?: Comparison<Date> | null;
  readonly updatedAt?: Comparison<Date> | null;
  /** Conditions on the groups of the member. */
  readonly groups?: { readonly some?: GroupFilter | null; readonly isPresent?: boolean | null } | null;
  /** Whether the member has reached the credit limit of this month. */
  readonly creditLimitReached?: boolean | null;
  /** Whether provisioning has a problem with the member that nobody has dismissed. */
  readonly hasProblem?: boolean | null;
  readonly search?: string | null;
}

/** A filter of groups: all conditions must hold. */
export interface GroupFilter {
  readonly and?: readonly GroupFilter[] | null;
  readonly or?: readonly GroupFilter[] | null;
  readonly not?: GroupFilter | null;
  readonly id?: Comparison<string> | null;
  readonly displayName?: TextComparison | null;
  readonly externalId?: TextComparison | null;
  readonly createdAt?: Comparison<Date> | null;
  readonly updatedAt?: Comparison<Date> | null;
  readonly members?: { readonly some?: MemberFilter | null } | null;
}
